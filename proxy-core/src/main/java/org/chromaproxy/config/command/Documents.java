package org.chromaproxy.config.command;

import java.util.List;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.MemoryPlan;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Values;

/** Text made from the settings: the effective values, the default file, the table of the settings page. */
public final class Documents {
    private static final int WIDTH = 100;
    private static final int VALUE_COLUMN = 50;
    private static final String HEAD = """
            # The settings of chroma-proxy. Everything is commented out: each line shows the default, or an example where there
            # is none. Over a value here goes the environment (PORT=9000 for port), over both the command line (--port 9000).
            # What is wrong here, an unknown key too, is told at start, and nothing is started. "chroma-proxy config" shows
            # what is in effect and where it comes from. Settings marked "live" are applied by a reload (SIGHUP, or POST
            # /admin/reload), the others by a restart. A file with a password in it is best readable by the proxy's user only.
            #
            # The list is made by "chroma-proxy config --file": see Settings.java.
            """;

    private Documents() {}

    /** The effective values with where each comes from, as YAML; secrets masked. */
    static String effective(ConfigInput.Loaded loaded) {
        Values values = loaded.values();
        StringBuilder text = new StringBuilder("# file: ")
                .append(values.file().orElse("none"))
                .append('\n');
        for (Setting<?> setting : Settings.all()) {
            StringBuilder line = new StringBuilder(setting.key())
                    .append(": ")
                    .append(yaml(values.shown(setting).strip()));
            while (line.length() < VALUE_COLUMN) {
                line.append(' ');
            }
            text.append(line).append(" # ").append(values.source(setting)).append('\n');
        }
        MemoryPlan memory = loaded.config().memory();
        return text.append("# memory: heap ")
                .append(memory.heapMb())
                .append(" MiB, buffers ")
                .append(memory.directMb())
                .append(" MiB; at most ")
                .append(loaded.config().mostConnections())
                .append(" client connections\n")
                .toString();
    }

    /** {@code conf/chroma-proxy.yaml}. */
    public static String file() {
        StringBuilder text = new StringBuilder(HEAD);
        for (Settings.Section section : Settings.sections()) {
            text.append("\n# ---- ").append(section.title()).append('\n');
            section.settings().forEach(setting -> text.append('\n').append(entry(setting)));
        }
        return text.toString();
    }

    private static String entry(Setting<?> setting) {
        Setting.Use use = setting.use();
        String words =
                sentence(setting.meaning()) + " Must be " + setting.kind().expected() + "."
                        + (use.defaultWords().isEmpty() ? "" : " Default: " + plain(use.defaultWords()) + ".")
                        + (use.secret() ? " A secret." : "")
                        + (use.live() ? " Live." : "");
        String value = use.example().isEmpty() ? setting.defaultText() : use.example();
        return wrapped(words) + "#" + setting.key() + ": " + yaml(value) + "\n";
    }

    /** Rows of the table in {@code docs/settings.md}. */
    public static List<String> table() {
        return Settings.all().stream().map(Documents::row).toList();
    }

    private static String row(Setting<?> setting) {
        String words = setting.use().defaultWords();
        String otherwise = words.isEmpty() ? "`" + setting.defaultText() + "`" : words;
        String live = setting.use().live() ? "live" : "";
        return "| `" + setting.variable() + "` | " + otherwise + " | " + live + " | "
                + setting.meaning().replace("](docs/", "](") + " |";
    }

    /** Without Markdown; what a link is to stands in brackets, unless its text says it. */
    static String plain(String markdown) {
        return markdown.replaceAll("\\[([^]]*)]\\(\\1\\)", "$1")
                .replaceAll("\\[([^]]*)]\\(([^)]*)\\)", "$1 ($2)")
                .replace("`", "");
    }

    /** What begins with a value stays as it is. */
    private static String sentence(String meaning) {
        String words = plain(meaning) + ".";
        return meaning.startsWith("`") ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String wrapped(String words) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder("#");
        for (String word : words.split(" ", -1)) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        return text.append(line).append('\n').toString();
    }

    /** Quoted where YAML would take it for something else. */
    private static String yaml(String value) {
        boolean plain = value.matches("[A-Za-z0-9/._+-][A-Za-z0-9/._+:@=*, -]*") && !value.matches(".*(: .*|:| )");
        return plain ? value : "'" + value.replace("'", "''") + "'";
    }
}
