package org.chromaproxy.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The launcher knows the drill. */
class LauncherIT {
    @Test
    void runsTheDrillsOwnJar() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of("..", "bin", "chroma-proxy").toString(), "drill", "--help")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("--seeds"), output);
    }
}
