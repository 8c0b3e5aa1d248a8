package org.chromaproxy.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.support.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit of the service, as systemd itself reads it: this machine's, or the one that {@link Programs} brings. */
class SystemdTest {
    private static final String UNIT = "systemd/chroma-proxy.service";
    /** In tenths, as systemd-analyze counts from 0 (nothing is exposed) to 100. */
    private static final int MOST_EXPOSED = 15;

    @TempDir
    private Path folder;

    private Path unit;

    @BeforeEach
    void writeUnit() throws IOException {
        unit = folder.resolve("chroma-proxy.service");
        String launcher = Guide.file("bin").toString();
        Files.writeString(unit, Guide.text(UNIT).replace("/opt/chroma-proxy/bin", launcher));
    }

    @Test
    void everyDirectiveIsKnownAndValid() throws Exception {
        assertEquals(List.of(), complaints());
        Files.writeString(unit, Files.readString(unit).replace("WatchdogSec=20", "WatchdogSec=often"));
        assertTrue(complaints().toString().contains("often"), "it accepts anything");
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

    /** What it says of our unit; it may have words about others, as they stand on this machine. */
    private List<String> complaints() throws Exception {
        return analyze("verify", unit.toString())
                .lines()
                .filter(line -> line.contains(unit.getFileName().toString()))
                .toList();
    }

    /** As a user's manager does, which checks the same directives and needs no root. */
    private String analyze(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(Programs.find("systemd-analyze").toString(), "--user"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Path run = folder.resolve("run");
        Files.createDirectories(run.resolve("systemd"));
        builder.environment().put("XDG_RUNTIME_DIR", run.toString());
        Programs.unpacked("usr/lib/systemd/user")
                .ifPresent(units -> builder.environment().put("SYSTEMD_UNIT_PATH", folder + ":" + units));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }
}
