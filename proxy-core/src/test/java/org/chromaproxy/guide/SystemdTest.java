package org.chromaproxy.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.config.setting.Settings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit of the service, as systemd itself reads it. Skipped where there is no systemd, but never in CI. */
class SystemdTest {
    private static final String UNIT = "systemd/chroma-proxy.service";
    /** In tenths, as systemd-analyze counts from 0 (nothing is exposed) to 100. */
    private static final int MOST_EXPOSED = 15;

    @TempDir
    private Path folder;

    private Path unit;

    @BeforeEach
    void systemdIsThere() throws IOException {
        boolean there = Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "systemd-analyze")));
        assumeTrue(there || System.getenv("CI") != null, "no systemd-analyze");
        unit = folder.resolve("chroma-proxy.service");
        String launcher = Guide.file("bin").toString();
        Files.writeString(unit, Guide.text(UNIT).replace("/opt/chroma-proxy/bin", launcher));
    }

    @Test
    void everyDirectiveIsKnownAndValid() throws Exception {
        assertEquals("", analyze("verify", unit.toString()));
        Files.writeString(unit, Files.readString(unit).replace("WatchdogSec=20", "WatchdogSec=often"));
        assertTrue(analyze("verify", unit.toString()).contains("often"), "it accepts anything");
    }

    @Test
    void itIsExposedAsLittleAsItCanBe() throws Exception {
        String words = analyze("security", "--offline=true", "--no-pager", unit.toString());
        Matcher level = Pattern.compile("exposure level for chroma-proxy.service: (\\d+)\\.(\\d)")
                .matcher(words);
        assertTrue(level.find(), words);
        int exposed = Integer.parseInt(level.group(1)) * 10 + Integer.parseInt(level.group(2));
        assertTrue(exposed <= MOST_EXPOSED, words);
    }

    @Test
    void theMemoryItMayTakeHoldsWhatTheProxyMayTake() {
        int limit = number("MemoryMax=(\\d+)M");
        int proxy = Settings.MAX_MEMORY_MB.otherwise();
        assertFalse(Guide.text(UNIT).contains("MAX_MEMORY_MB="), "it would go over the file");
        assertTrue(limit >= proxy + 150, limit + " MB for " + proxy + " MB and an embedded PostgreSQL");
    }

    private static int number(String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(Guide.text(UNIT).replaceAll("(?m)^#.*", ""));
        assertTrue(found.find(), pattern);
        return Integer.parseInt(found.group(1));
    }

    private static String analyze(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "systemd-analyze";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }
}
