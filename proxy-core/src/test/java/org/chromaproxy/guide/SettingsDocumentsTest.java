package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.command.Documents;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The texts about the settings are those that the list of settings makes. */
class SettingsDocumentsTest {
    private static final String FILE = "conf/chroma-proxy.yaml";
    private static final Pattern COMMENTED_OUT = Pattern.compile("(?m)^#([a-z_]+: )");

    /** The predecessor's names, which have to keep working. */
    private static final List<String> PREDECESSORS = List.of(
            "PRIMARY_URL",
            "SLACK_WEBHOOK_URL",
            "REPLICA_URL",
            "DATABASE_URL",
            "PORT",
            "CHECK_INTERVAL",
            "REQUEST_TIMEOUT",
            "READ_REPLICA_RATIO",
            "WAL_SYNC_INTERVAL",
            "MAX_MEMORY_MB",
            "MAX_WORKERS",
            "DEFAULT_BATCH_SIZE",
            "MAX_BATCH_SIZE",
            "MAX_CONCURRENT_REQUESTS",
            "REQUEST_QUEUE_SIZE",
            "ENABLE_CONNECTION_POOLING",
            "ENABLE_GRANULAR_LOCKING");

    @TempDir
    private Path folder;

    @Test
    void theFileIsTheOneTheListMakes() {
        assertEquals(
                Documents.file(),
                Guide.text(FILE),
                "renew it: bin/chroma-proxy config --file > conf/chroma-proxy.yaml");
    }

    @Test
    void theTableIsTheOneTheListMakes() {
        List<String> rows = Guide.text("docs/settings.md")
                .lines()
                .filter(line -> line.matches("\\| `[A-Z_]+` \\|.*"))
                .toList();
        assertEquals(
                String.join("\n", Documents.table()),
                String.join("\n", rows),
                "renew the table of docs/settings.md: bin/chroma-proxy config --table");
    }

    /** So what the file shows is what holds without it, and every line may be used as it stands. */
    @Test
    void everyLineOfTheFileCanBeUsed() throws Exception {
        Path used = folder.resolve("all.yaml");
        Files.writeString(used, COMMENTED_OUT.matcher(Guide.text(FILE)).replaceAll("$1"));
        ConfigInput.Loaded all = new ConfigInput(Map.of(), Map.of(), Optional.of(used)).read();
        ConfigInput.Loaded none = new ConfigInput(Map.of(), Map.of(), Optional.of(Guide.file(FILE))).read();
        for (Setting<?> setting : Settings.all()) {
            assertEquals(Source.File.class, all.values().source(setting).getClass(), setting.key());
            assertEquals(new Source.Default(), none.values().source(setting), setting.key());
            assertTrue(
                    !setting.use().example().isEmpty() || !all.values().differs(none.values(), setting), setting.key());
        }
    }

    @Test
    void otherParsersReadTheFileTheSame() throws Exception {
        Path used = folder.resolve("all.yaml");
        Files.writeString(used, COMMENTED_OUT.matcher(Guide.text(FILE)).replaceAll("$1"));
        List<JsonNode> documents = Guide.yaml(used.toString());
        Set<String> keys = new HashSet<>();
        documents.getFirst().fieldNames().forEachRemaining(keys::add);
        Set<String> known = new HashSet<>();
        Settings.all().forEach(setting -> known.add(setting.key()));
        assertEquals(known, keys);
    }

    @Test
    void thePredecessorsNamesAreKnown() {
        List<String> known = Settings.all().stream().map(Setting::variable).toList();
        assertEquals(
                List.of(),
                PREDECESSORS.stream().filter(name -> !known.contains(name)).toList());
    }
}
