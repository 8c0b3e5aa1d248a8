package org.chromaproxy.config.command;

import java.util.HashMap;
import java.util.Map;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every setting as an option of a command: {@code --port 9000} or {@code --port=9000}. */
public final class SettingOptions {
    private static final String FILE_OPTION = "--config";

    private SettingOptions() {}

    /** Gives a command the options; its {@link #input} then holds what was given. */
    public static void addTo(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.addOption(option(FILE_OPTION, "FILE", "The file with the settings, over CONFIG_FILE in the environment."));
        for (Setting<?> setting : Settings.all()) {
            String otherwise = setting.use().defaultWords().isEmpty()
                    ? setting.defaultText()
                    : setting.use().defaultWords();
            String secret = setting.use().secret() ? " Other users of the machine see what stands here." : "";
            spec.addOption(option(
                    setting.option(),
                    "VALUE",
                    Documents.plain(setting.meaning()) + ". Default: " + otherwise + "." + secret));
        }
    }

    private static OptionSpec option(String name, String label, String words) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                // Picocli would read a percent sign or a dollar as a place to fill in.
                .description(words.replace("%", "%%").replace("$", ""))
                .build();
    }

    /** What this process was started with: the command's options, the environment, the file that either names. */
    public static ConfigInput input(CommandSpec spec) {
        Map<String, String> options = new HashMap<>();
        take(spec, FILE_OPTION, Settings.FILE_VARIABLE, options);
        Settings.all().forEach(setting -> take(spec, setting.option(), setting.variable(), options));
        return ConfigInput.ofProcess(options);
    }

    private static void take(CommandSpec spec, String option, String variable, Map<String, String> into) {
        String given = spec.findOption(option).getValue();
        if (given != null) {
            into.put(variable, given);
        }
    }
}
