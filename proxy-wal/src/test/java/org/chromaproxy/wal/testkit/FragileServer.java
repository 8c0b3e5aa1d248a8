package org.chromaproxy.wal.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL that can be stopped, killed, frozen and started again under the same address. */
public final class FragileServer extends PostgresServer implements AutoCloseable {
    /** Few enough for a test to use up. */
    public static final int CONNECTIONS = 30;

    private static final int FIRST_PORT = 10_500;
    private static final int PORTS = 1_000;

    private final Path data;
    private final int port;
    private EmbeddedPostgres postgres;

    /** @param data an empty folder */
    public FragileServer(Path data) {
        this.data = data;
        port = freePort();
        postgres = launch();
    }

    /** Below those of outgoing connections, one of which could else take it while the server is down. */
    private static int freePort() {
        for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException inUse) {
                // The next one may be free.
            }
        }
        throw new IllegalStateException("no port from " + FIRST_PORT + " on is free");
    }

    private EmbeddedPostgres launch() {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setPort(port)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("max_connections", Integer.toString(CONNECTIONS))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every connection is cut in good order. */
    public void stop() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public void start() {
        postgres = launch();
    }

    /** SIGKILL for the postmaster and all its processes. */
    public void crash() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
        // Frees the folder.
        stop();
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        for (ProcessHandle process : processes()) {
            try {
                new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                        .start()
                        .waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private List<ProcessHandle> processes() {
        try {
            String pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst();
            ProcessHandle postmaster =
                    ProcessHandle.of(Long.parseLong(pid.trim())).orElseThrow();
            return Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    protected String url(String database) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    @Override
    protected String user() {
        return "postgres";
    }

    @Override
    protected String password() {
        return "postgres";
    }
}
