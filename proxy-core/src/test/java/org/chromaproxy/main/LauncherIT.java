package org.chromaproxy.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the jar together, as a user runs them. */
class LauncherIT {
    private static final Path LAUNCHER = Path.of("..", "bin", "chroma-proxy");

    @TempDir
    private Path folder;

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

    /** The heap is 55 % of what the file grants, and the program reads the same file. */
    @Test
    void theFileSaysHowMuchMemoryThereIs() throws Exception {
        Path file = Files.writeString(folder.resolve("proxy.yaml"), "port: 8123\nmax_memory_mb: 1000 # MiB\n");
        String output = config(file);
        assertTrue(output.contains("-XX:MaxHeapSize=" + (600L << 20) + " "), output);
        assertTrue(output.contains("# " + file + ", line 2"), output);
        output = config(file, "--max-memory-mb", "600");
        assertTrue(output.contains("-XX:MaxHeapSize=" + (360L << 20) + " "), output);
        assertTrue(output.contains("# command line, --max-memory-mb"), output);
    }

    private static String config(Path file, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "config"));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("MAX_MEMORY_MB");
        builder.environment()
                .putAll(Map.of("CONFIG_FILE", file.toString(), "JDK_JAVA_OPTIONS", "-XX:+PrintCommandLineFlags"));
        Process process = builder.start();
        String output = output(process);
        assertEquals(0, process.waitFor(), output);
        return output;
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
