package org.chromaproxy.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One real Chroma server process on the loopback interface. It dies with this JVM. There is no gentle stop: Chroma
 * answers SIGTERM by listening on and never replying, so it is killed, which its SQLite file is made for.
 *
 * <p>Not thread-safe.
 */
public final class ChromaServer implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

    private ChromaInstallation installation;
    private final Path dataDirectory;
    private final int port;
    private ChildProcess process;

    private ChromaServer(ChromaInstallation installation, Path dataDirectory, int port) throws IOException {
        this.installation = installation;
        this.dataDirectory = dataDirectory;
        this.port = port;
        this.process = launch(installation, dataDirectory, port);
    }

    /** {@link #start(ChromaInstallation, Path, int)} with the release that is chosen for the first server. */
    public static ChromaServer start(Path dataDirectory, int port) {
        return start(ChromaInstallation.ofServer(0), dataDirectory, port);
    }

    /**
     * Starts a server and returns at once; it answers only after {@link #awaitReady}.
     *
     * @param dataDirectory made when missing; the server's output goes to a {@code .log} file beside it
     * @param port 0 for any free one
     */
    public static ChromaServer start(ChromaInstallation installation, Path dataDirectory, int port) {
        try {
            return new ChromaServer(installation, dataDirectory.toAbsolutePath(), FreePort.orWanted(port));
        } catch (IOException e) {
            throw new LocalServerException("cannot start a Chroma server in " + dataDirectory, e);
        }
    }

    /** {@link #restart()} with another release, as an upgrade in place does; an older one does not start on newer data. */
    public void restart(ChromaInstallation other) {
        installation = other;
        restart();
    }

    /** Starts it again, on the same port and data; kills it first if it still runs. */
    public void restart() {
        kill();
        try {
            process = launch(installation, dataDirectory, port);
        } catch (IOException e) {
            throw new LocalServerException("cannot start the Chroma server in " + dataDirectory + " again", e);
        }
    }

    /**
     * Waits until it answers from its database.
     *
     * @return this
     * @throws LocalServerException when it ends or the time passes before that, with the last lines it wrote
     */
    public ChromaServer awaitReady(Duration time) {
        var request = HttpRequest.newBuilder(URI.create(url() + "/api/v2/tenants/default_tenant"))
                .timeout(ANSWER_WITHIN)
                .build();
        long deadline = System.nanoTime() + time.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!answers(client, request)) {
                if (!process.isAlive()) {
                    throw new LocalServerException("the Chroma server ended while starting:\n" + process.lastWords());
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new LocalServerException(
                            "no answer from Chroma on " + url() + " within " + time + ":\n" + process.lastWords());
                }
                Thread.sleep(POLL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while waiting for Chroma", e);
        }
        return this;
    }

    /** SIGKILL, and waits until it is gone. Does nothing to a dead server. */
    public void kill() {
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while killing Chroma", e);
        }
    }

    /** SIGSTOP: it keeps its connections and answers nothing, until {@link #continueSignal}. */
    public void stopSignal() {
        process.signal("STOP");
    }

    /** SIGCONT: it goes on where {@link #stopSignal} held it. */
    public void continueSignal() {
        process.signal("CONT");
    }

    /** Where it listens, without a slash at the end. The same after a restart. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** The process id; another one after a restart. */
    public long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public Path dataDirectory() {
        return dataDirectory;
    }

    /** The same as {@link #kill}. */
    @Override
    public void close() {
        kill();
    }

    private static ChildProcess launch(ChromaInstallation installation, Path data, int port) throws IOException {
        Files.createDirectories(data);
        return ChildProcess.start(
                installation.command(data, port), "KILL", data.resolveSibling(data.getFileName() + ".log"));
    }

    private static boolean answers(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
