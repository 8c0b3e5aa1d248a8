package org.chromaproxy.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaServer;

/** A real Chroma server on a directory and a port of its own, which it keeps over restarts. */
public final class ChromaInstance implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final ChromaServer server;

    private ChromaInstance(ChromaServer server) {
        this.server = server;
    }

    /** Starts a server that stores in a directory, and waits until it answers. */
    public static ChromaInstance start(Path directory) {
        return start(directory, 0);
    }

    /** The same for the server with that number, from 0, which may run another release: {@code -Dchroma.release}. */
    public static ChromaInstance start(Path directory, int number) {
        return start(directory, ChromaInstallation.ofServer(number));
    }

    /** The same with one release, whatever is chosen. */
    public static ChromaInstance start(Path directory, ChromaInstallation installation) {
        return new ChromaInstance(
                ChromaServer.start(installation, directory.resolve("data"), 0).awaitReady(START));
    }

    public String url() {
        return server.url();
    }

    public ChromaApi api() {
        return new ChromaApi(url());
    }

    /** SIGKILL; returns once the process is gone. */
    public void kill() {
        server.kill();
    }

    /** SIGSTOP: it accepts connections and answers nothing. */
    public void freeze() {
        server.stopSignal();
    }

    /** Ends a {@link #freeze}. */
    public void thaw() {
        server.continueSignal();
    }

    /** Starts it again on the same directory and port, and waits until it answers. */
    public void restart() {
        server.restart();
        server.awaitReady(START);
    }

    /** Starts that release on the same directory and port, and waits until it answers: an upgrade in place. */
    public void upgrade(ChromaInstallation newer) {
        server.restart(newer);
        server.awaitReady(START);
    }

    /** As when its disk is replaced by an empty one: kills it, removes all it had stored, starts it again. */
    public void replaceByEmpty() {
        kill();
        try (var files = Files.walk(server.dataDirectory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        restart();
    }

    @Override
    public void close() {
        kill();
    }
}
