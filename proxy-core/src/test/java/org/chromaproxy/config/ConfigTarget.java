package org.chromaproxy.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.config.setting.ConfigFile;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Values;

/**
 * Fuzz target: a settings file, and behind a line {@code ---ENV} variables of the environment, a line {@code NAME=value}
 * each. Whatever it is, there is a configuration or a list of what is wrong with it, the same at a second reading; and what
 * stands where a secret belongs is in none of the words.
 */
public final class ConfigTarget {
    private static final String ENVIRONMENT = "\n---ENV\n";
    private static final String SECRET = "xyzzy3cr3t";

    private ConfigTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        int end = text.indexOf(ENVIRONMENT);
        String file = end < 0 ? text : text.substring(0, end);
        Map<String, String> environment = new HashMap<>();
        if (end >= 0) {
            for (String line : text.substring(end + ENVIRONMENT.length()).split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    environment.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        assertEquals(words(file, environment), words(file, environment), text);
        if (!text.contains(SECRET)) {
            hidden(text);
        }
    }

    /** What was said of it; empty if nothing. */
    private static List<String> words(String file, Map<String, String> environment) {
        Values values = Values.of(Map.of(), environment, ConfigFile.parse("the file", file));
        List<String> words = new ArrayList<>();
        try {
            ConfigReader.of(values);
        } catch (ConfigException e) {
            words.add(String.valueOf(e.getMessage()));
        }
        words.addAll(values.warnings());
        Settings.all().forEach(setting -> words.add(values.shown(setting)));
        return words;
    }

    /** The input, with a secret behind it, as each setting that holds one, and as the user info of each address. */
    private static void hidden(String text) {
        String line = text.replace('\0', ' ');
        for (Map<String, String> environment : List.of(
                Map.of("DATABASE_URL", line + SECRET),
                Map.of("DATABASE_URL", "postgresql://user:" + line + SECRET + "@host/db"),
                Map.of("UPSTREAM_TOKEN", line + SECRET),
                Map.of("TLS_KEY_PASSWORD", line + SECRET),
                Map.of("PRIMARY_URL", "http://user:" + line + SECRET + "@host:8000"),
                Map.of("REPLICA_URL", "https://" + line + SECRET + "@host:8000"),
                Map.of("MORE_INSTANCES", "third=http://u:" + line + SECRET + "@host:8000"),
                Map.of("OTLP_ENDPOINT", "http://user:" + line + SECRET + "@host:4318"))) {
            assertFalse(words("", environment).toString().contains(SECRET), () -> "told: " + environment);
        }
    }
}
