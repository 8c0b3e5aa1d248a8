package org.chromaproxy.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A demo in a JVM of its own, its output in a file. */
final class DemoProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private DemoProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static DemoProcess start(Path data, Path folder, String... options) throws IOException {
        return start(Map.of(), data, folder, options);
    }

    /** The same, with these environment variables on top of ours. */
    static DemoProcess start(Map<String, String> environment, Path data, Path folder, String... options)
            throws IOException {
        List<String> command = new ArrayList<>();
        // A build in the background may hand its children an ignored SIGINT; a demo at a terminal has none.
        command.addAll(List.of("env", "--default-signal=INT"));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-Xmx192m", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath()));
        command.addAll(List.of("org.chromaproxy.main.Main", "demo", "--data", data.toString()));
        command.addAll(List.of(options));
        Path output = Files.createTempFile(folder, "demo", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new DemoProcess(builder.start(), output);
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return "(no output: " + e + ")";
        }
    }

    void awaitLine(String text, Duration time) {
        await(text).atMost(time).until(() -> output().contains(text) || !process.isAlive());
        assertTrue(output().contains(text), this::output);
    }

    /** Its exit status; fails if it does not end in time. */
    int exit(Duration time) throws InterruptedException {
        assertTrue(process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS), () -> "still running:\n" + output());
        return process.exitValue();
    }

    void signal(String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                        .start()
                        .waitFor());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
