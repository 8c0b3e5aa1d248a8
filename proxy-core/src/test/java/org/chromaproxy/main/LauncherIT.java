package org.chromaproxy.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The launcher and the jar together, as a user runs them. */
class LauncherIT {
    private static final Path LAUNCHER = Path.of("..", "bin", "chroma-proxy");

    @Test
    void runsTheJarOnAJavaThatIsNewEnough() throws Exception {
        Process process = launch("400", "version");
        String output = output(process);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("chroma-proxy 0"), output);
    }

    @Test
    void refusesAMemoryLimitThatIsNoNumber() throws Exception {
        Process process = launch("400 MB", "version");
        String output = output(process);
        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("MAX_MEMORY_MB"), output);
    }

    @Test
    void passesOnTheExitStatus() throws Exception {
        Process process = launch("400", "no-such-command");
        assertTrue(output(process).contains("no-such-command"));
        assertEquals(2, process.waitFor());
    }

    private static Process launch(String memory, String command) throws IOException {
        var builder = new ProcessBuilder(LAUNCHER.toString(), command).redirectErrorStream(true);
        builder.environment().put("MAX_MEMORY_MB", memory);
        return builder.start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}
