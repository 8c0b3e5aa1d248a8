package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.config.setting.ConfigFile;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Values;

/**
 * What the settings are read from; may be read again, when the file has changed.
 *
 * @param options of the command line, by the name of the variable; they win
 * @param environment of the process
 * @param file under both; empty for none
 */
public record ConfigInput(Map<String, String> options, Map<String, String> environment, Optional<Path> file) {
    /**
     * A configuration and where its values come from.
     *
     * @param values for people; whatever the configuration needs is in it
     */
    public record Loaded(Config config, Values values) {}

    /**
     * What this process was started with.
     *
     * @param options of its command line, by the name of the variable; {@code CONFIG_FILE} among them names the file
     */
    public static ConfigInput ofProcess(Map<String, String> options) {
        return of(options, System.getenv());
    }

    /** The same from given variables. */
    public static ConfigInput of(Map<String, String> options, Map<String, String> environment) {
        String variable = environment.getOrDefault(Settings.FILE_VARIABLE, "");
        Optional<Path> file = Optional.of(options.getOrDefault(Settings.FILE_VARIABLE, variable))
                .filter(name -> !name.isBlank())
                .map(Path::of);
        return new ConfigInput(Map.copyOf(options), Map.copyOf(environment), file);
    }

    /**
     * Reads all of it now; blocking.
     *
     * @throws ConfigException naming every setting that cannot work
     */
    public Loaded read() {
        Values values =
                Values.of(options, environment, file.map(ConfigFile::read).orElse(ConfigFile.NONE));
        Config config = ConfigReader.of(values);
        FileModes.check(values, file);
        return new Loaded(config, values);
    }
}
