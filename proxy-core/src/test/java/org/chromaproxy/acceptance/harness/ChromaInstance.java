package org.chromaproxy.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A real Chroma server on a directory and a port of its own, which it keeps over restarts. */
public final class ChromaInstance implements AutoCloseable {
    private final Path directory;
    private final int port;
    private ChildProcess process;

    private ChromaInstance(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        this.process = launch();
    }

    /** Starts a server on a directory and waits until it answers. */
    public static ChromaInstance start(Path directory) {
        ChromaInstance instance = new ChromaInstance(directory, freePort());
        instance.awaitReady();
        return instance;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public ChromaApi api() {
        return new ChromaApi(url());
    }

    /** SIGKILL; returns once the process is gone. */
    public void kill() {
        process.kill();
    }

    /** Starts it again on the same directory and port, after a {@link #kill}. */
    public void restart() {
        process = launch();
        awaitReady();
    }

    /** Removes everything it had stored, as when a disk is replaced. Only after a {@link #kill}. */
    public void wipe() {
        try (var files = Files.walk(data())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private Path data() {
        return directory.resolve("data");
    }

    private ChildProcess launch() {
        try {
            Files.createDirectories(data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path cli = nodeModules().resolve("chromadb/dist/cli.mjs");
        List<String> command = List.of(
                "node",
                cli.toString(),
                "run",
                "--path",
                data().toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port));
        return ChildProcess.start(command, Map.of(), directory, directory.resolve("chroma.log"));
    }

    private void awaitReady() {
        Awaitility.await("Chroma on port " + port)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> api().get(ChromaApi.TENANT).status() == 200);
    }

    /** Where npm put the real server, which is also the real JavaScript client. */
    public static Path nodeModules() {
        return root().resolve(".build/chroma/node_modules");
    }

    /** The project's top directory. */
    static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("proxy-wal"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new AssertionError("not started within the project");
            }
            directory = parent;
        }
        return directory;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
