package org.chromaproxy.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that decide who may do what are noticed where others may change them. */
class FileModesTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void aFile() throws IOException {
        file = Files.writeString(folder.resolve("file"), "# nothing\n");
        mode(file, "rw-r-----");
        mode(folder, "rwx------");
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private List<String> warnings(String variable) {
        Map<String, String> environment = new HashMap<>(Map.of(variable, file.toString()));
        Map<String, String> others = Map.of(
                "TLS_KEY", "TLS_CERTIFICATE",
                "TLS_CERTIFICATE", "TLS_KEY",
                "UPSTREAM_KEY", "UPSTREAM_CERTIFICATE",
                "UPSTREAM_CERTIFICATE", "UPSTREAM_KEY",
                "HEALTH_KEY", "HEALTH_CERTIFICATE",
                "HEALTH_CERTIFICATE", "HEALTH_KEY");
        Optional.ofNullable(others.get(variable))
                .ifPresent(
                        other -> environment.put(other, folder.resolve("none").toString()));
        environment.put("PRIMARY_URL", "https://a");
        return ConfigInput.of(Map.of(), environment).read().values().warnings();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TOKENS_FILE",
                "TLS_KEY",
                "TLS_CERTIFICATE",
                "UPSTREAM_KEY",
                "UPSTREAM_CERTIFICATE",
                "UPSTREAM_CA",
                "HEALTH_KEY",
                "HEALTH_CERTIFICATE",
                "CONFIG_FILE"
            })
    void whatOthersMayChangeIsToldWhicheverFileItIs(String variable) throws IOException {
        assertEquals(List.of(), warnings(variable));
        for (String open : List.of("rw-rw----", "rw-r---w-", "rw-rw-rw-")) {
            mode(file, open);
            List<String> told = warnings(variable);
            assertEquals(1, told.size(), told.toString());
            assertTrue(told.getFirst().contains("may be changed by others"), told.toString());
            assertTrue(told.getFirst().contains("chmod go-w"), told.toString());
        }
        mode(file, "rw-r-----");
        mode(folder, "rwxrwx---");
        assertTrue(warnings(variable).getFirst().contains("may be replaced by others"));
    }

    @ParameterizedTest
    @CsvSource({"TLS_KEY,1", "UPSTREAM_KEY,1", "HEALTH_KEY,1", "TOKENS_FILE,0", "TLS_CERTIFICATE,0"})
    void aKeyThatEverybodyReadsIsTold(String variable, int count) throws IOException {
        mode(file, "r--r--r--");
        assertEquals(count, warnings(variable).size(), warnings(variable).toString());
    }

    /** As Kubernetes mounts secrets: a link to a file in a folder of its own. */
    @Test
    void aLinkIsFollowed() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("..data"));
        mode(inner, "rwxr-xr-x");
        Path target = Files.writeString(inner.resolve("tokens"), "");
        mode(target, "rw-rw----");
        file = Files.createSymbolicLink(folder.resolve("link"), target);
        assertEquals(1, warnings("TOKENS_FILE").size());
        mode(target, "r--r-----");
        assertEquals(List.of(), warnings("TOKENS_FILE"));
    }

    @Test
    void aFileThatIsNotThereIsNotJudgedHere() {
        file = folder.resolve("missing");
        assertEquals(List.of(), warnings("TOKENS_FILE"));
    }
}
