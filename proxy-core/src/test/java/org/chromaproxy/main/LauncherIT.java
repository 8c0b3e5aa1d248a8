package org.chromaproxy.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void startsFromWhatTheJvmLearntInTraining() throws Exception {
        Process training = launch("400", "train");
        String words = output(training);
        assertEquals(0, training.waitFor(), words);
        Process process = launch("400", "version", "JDK_JAVA_OPTIONS", "-Xlog:class+load");
        String output = output(process);
        assertEquals(0, process.waitFor(), output);
        assertTrue(
                output.lines().anyMatch(line -> line.contains(" org.chromaproxy.main.Main source: shared objects")),
                output);
    }

    @Test
    void aTrainingForOtherOptionsIsPassedOverInSilence() throws Exception {
        assertEquals(0, launch("400", "train").waitFor());
        Process process = launch("400", "version", "JDK_JAVA_OPTIONS", "-XX:-UseCompressedOops");
        List<String> lines = output(process).lines().toList();
        assertEquals(0, process.waitFor(), lines.toString());
        assertEquals(2, lines.size(), lines.toString());
    }

    private static Process launch(String memory, String command, String... variable) throws IOException {
        var builder = new ProcessBuilder(LAUNCHER.toString(), command).redirectErrorStream(true);
        builder.environment().put("MAX_MEMORY_MB", memory);
        if (variable.length == 2) {
            builder.environment().put(variable[0], variable[1]);
        }
        return builder.start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}
