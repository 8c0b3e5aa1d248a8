package org.chromaproxy.bench.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.chromaproxy.local.ChildProcess;
import org.chromaproxy.local.FreePort;

/** A server process under test, on loopback. It dies with this JVM. */
public final class Server implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final ChildProcess process;
    private final List<String> command;
    private final URI url;

    private Server(ChildProcess process, List<String> command, int port) {
        this.process = process;
        this.command = command;
        this.url = URI.create("http://127.0.0.1:" + port);
    }

    /** How a server is started on a port, with what environment, and where its output goes. */
    record Recipe(List<String> command, Map<String, String> environment, int port, Path log) {}

    /** Starts it; returns at once. */
    static Server start(Recipe recipe) {
        try {
            // TERM: nginx ends its workers itself, and nobody else would.
            ChildProcess process = ChildProcess.start(recipe.command(), recipe.environment(), "TERM", recipe.log());
            return new Server(process, recipe.command(), recipe.port());
        } catch (IOException e) {
            throw new BenchException("cannot start " + recipe.command(), e);
        }
    }

    static int freePort() {
        return FreePort.next();
    }

    /** Waits until a GET is answered with 200. */
    Server awaitAnswer(String path) {
        Waiting.until(
                START,
                () -> process.isAlive() && Waiting.status(url.resolve(path)) == 200,
                () -> command.getFirst() + " does not start:\n" + process.lastWords());
        return this;
    }

    /**
     * Waits for the first 200 to a GET, asking every 5 ms.
     *
     * @throws BenchException when the process ends or the time passes before
     */
    public void awaitFirstAnswer(String path, Duration time) {
        if (!Waiting.holds(time, Waiting.OFTEN, () -> !process.isAlive() || Waiting.status(url.resolve(path)) == 200)
                || !process.isAlive()) {
            throw new BenchException(command.getFirst() + " does not answer " + path + ":\n" + process.lastWords());
        }
    }

    public URI url() {
        return url;
    }

    public long pid() {
        return process.pid();
    }

    public List<String> command() {
        return command;
    }

    /** Ends it as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while killing " + command.getFirst(), e);
        }
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                process.signal("TERM");
                process.awaitExit(STOP);
            }
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
