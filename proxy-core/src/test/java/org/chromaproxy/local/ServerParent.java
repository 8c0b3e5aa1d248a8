package org.chromaproxy.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A JVM that starts a server and waits, for a test to kill. Its own {@code main} runs in that JVM. */
final class ServerParent implements AutoCloseable {
    private final Process jvm;
    private final BufferedReader output;

    private ServerParent(Process jvm) {
        this.jvm = jvm;
        this.output = jvm.inputReader(UTF_8);
    }

    static ServerParent of(String kind, Path folder) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        String classPath = System.getProperty("java.class.path");
        List<String> command = List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                ServerParent.class.getName(),
                kind,
                folder.toString());
        return new ServerParent(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next line it says; blocks until it does. */
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the parent ended without a word");
        }
        return line;
    }

    /** SIGKILL: no shutdown hook runs. */
    void kill() throws InterruptedException {
        jvm.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        jvm.destroyForcibly();
    }

    @SuppressWarnings({"SystemOut", "MustBeClosedChecker"})
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        if (arguments[0].equals("chroma")) {
            // Only then is it certain to have told the kernel what to do when this JVM ends.
            System.out.println(ChromaServer.start(folder, 0)
                    .awaitReady(Duration.ofMinutes(1))
                    .pid());
        } else {
            EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
            System.out.println(postgres.pid());
            System.out.println(postgres.jdbcUrl());
        }
        // Ends with the test even if the test forgets: its end closes this input.
        while (System.in.read() >= 0) {}
    }
}
