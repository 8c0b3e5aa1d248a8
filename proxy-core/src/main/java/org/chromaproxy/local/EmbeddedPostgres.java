package org.chromaproxy.local;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL server of our own with durable data: what it acknowledged survives the death of this process, of the
 * server and of the machine. Listens on the loopback interface only, with a password made for that folder. When this
 * JVM is gone, however it went, the kernel tells the server to shut down.
 *
 * <p>One user of a folder at a time. Thread-safe once it is started.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int PASSWORD_BITS = 160;

    private final Path data;
    private final String password;
    private final int port;
    private final FolderLock lock;
    private final List<String> command;
    private final Path log;
    /** Guarded by this. */
    private ChildProcess server;

    private volatile boolean closed;

    private EmbeddedPostgres(Path home, PostgresPrograms programs, int port, FolderLock lock)
            throws IOException, InterruptedException {
        this.lock = lock;
        this.port = port;
        this.data = home.resolve("data");
        this.password = password(home.resolve("password"));
        PostgresUser user = PostgresUser.forFolder(home, programs);
        if (!Files.exists(data)) {
            initialise(home, user, programs);
        }
        stopSurvivor();
        this.command = user.command(serve(programs));
        this.log = home.resolve("postgres.log");
        this.server = launch();
    }

    /** {@link #start(Path, int)} on any free port. */
    public static EmbeddedPostgres start(Path home) {
        return start(home, 0);
    }

    /**
     * Starts a server on the data in that folder and waits until it takes connections. The first time, the folder is
     * made and initialised. A server that outlived its former user is shut down first.
     *
     * @param home owned by this class, with all it contains; as root it is given to an unprivileged user
     * @param port 0 for any free one
     * @throws LocalServerException when the folder is in use, or the server does not start
     */
    public static EmbeddedPostgres start(Path home, int port) {
        Path absolute = home.toAbsolutePath();
        try {
            PostgresPrograms programs = PostgresPrograms.ensure(LocalFolders.build("postgres"));
            FolderLock lock = FolderLock.tryAcquire(absolute)
                    .orElseThrow(() -> new LocalServerException("another process uses the PostgreSQL in " + absolute));
            try {
                return new EmbeddedPostgres(absolute, programs, FreePort.orWanted(port), lock);
            } catch (IOException | InterruptedException | LocalServerException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LocalServerException("cannot start PostgreSQL in " + absolute, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while starting PostgreSQL", e);
        }
    }

    /** The address for the driver, with user and password: not for logs. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&password=" + password;
    }

    public int port() {
        return port;
    }

    /** The process id of the postmaster. */
    public synchronized long pid() {
        return server.pid();
    }

    /**
     * Starts the server again if it has ended by itself, as it does where its disk is full. To be called now and then; blocks
     * while it starts.
     *
     * @return its last words if it had ended and runs again
     * @throws LocalServerException when it does not start
     */
    public synchronized Optional<String> restartIfEnded() {
        if (closed || server.isAlive()) {
            return Optional.empty();
        }
        try {
            String words = server.lastWords();
            stopSurvivor();
            server = launch();
            return Optional.of(words);
        } catch (IOException e) {
            throw new LocalServerException("cannot start PostgreSQL in " + data, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while starting PostgreSQL", e);
        }
    }

    /** Whether it was stopped on purpose. */
    public boolean closed() {
        return closed;
    }

    /** SIGKILL for the postmaster, as a crash would; its children leave by themselves. For tests. */
    public void crash() {
        end("KILL");
    }

    /** Fast shutdown: cuts clients off, writes everything out, waits. The folder is free for another user after. */
    @Override
    public void close() {
        end("INT");
    }

    private synchronized void end(String signal) {
        closed = true;
        try (lock) {
            if (server.isAlive()) {
                server.signal(signal);
                if (!server.awaitExit(STOP_WITHIN)) {
                    // What was acknowledged is in the write-ahead log already: the next start recovers.
                    server.kill();
                }
            }
        } catch (IOException e) {
            throw new LocalServerException("cannot release the folder of PostgreSQL", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while stopping PostgreSQL", e);
        }
    }

    private List<String> serve(PostgresPrograms programs) {
        List<String> command = new ArrayList<>(List.of(programs.program("postgres"), "-D", data.toString()));
        command.addAll(List.of("-p", Integer.toString(port)));
        for (String setting : List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                // Files of its write-ahead log are used again rather than made anew: making one holds all commits up.
                "min_wal_size=1GB",
                "max_wal_size=1GB",
                "shared_buffers=64MB",
                "max_connections=50")) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    /** Into a folder aside, renamed when complete: a crash half-way leaves no half-made cluster. */
    private void initialise(Path home, PostgresUser user, PostgresPrograms programs)
            throws IOException, InterruptedException {
        Path log = home.resolve("initdb.log");
        Path fresh = Files.createTempDirectory(home, "data-");
        user.own(fresh);
        List<String> command = new ArrayList<>(List.of(programs.program("initdb"), "-D", fresh.toString()));
        command.addAll(List.of("-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"));
        command.add("--pwfile=" + home.resolve("password"));
        ChildProcess initdb = ChildProcess.start(user.command(command), "KILL", log);
        if (!initdb.awaitExit(START_WITHIN) || !initdb.succeeded()) {
            initdb.kill();
            throw new LocalServerException("PostgreSQL could not be initialised:\n" + initdb.lastWords());
        }
        Files.move(fresh, data);
    }

    /** We hold the folder's lock, so the user of a server still running here is dead: nobody else wants it. */
    private void stopSurvivor() throws IOException, InterruptedException {
        var file = new PostmasterFile(data);
        var survivor = file.survivor();
        if (survivor.isPresent()) {
            ChildProcess.succeeds(
                    List.of("sh", "-c", "kill -INT " + survivor.get().pid()));
            long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
            while (survivor.get().isAlive()) {
                if (System.nanoTime() - deadline > 0) {
                    survivor.get().destroyForcibly();
                }
                Thread.sleep(POLL);
            }
        }
        file.deleteIfRecycled();
    }

    private ChildProcess launch() throws IOException, InterruptedException {
        var file = new PostmasterFile(data);
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (true) {
            Files.deleteIfExists(log);
            // SIGINT is PostgreSQL's fast shutdown: clients are cut off, everything is flushed.
            ChildProcess process = ChildProcess.start(command, "INT", log);
            while (process.isAlive() && !closed && System.nanoTime() - deadline < 0) {
                if (file.saysReady(process.pid())) {
                    return process;
                }
                Thread.sleep(POLL);
            }
            process.kill();
            String words = process.lastWords();
            // A crashed postmaster's children take a moment to notice and leave.
            if (closed || !words.contains("shared memory block") || System.nanoTime() - deadline > 0) {
                throw new LocalServerException("PostgreSQL did not start:\n" + words);
            }
        }
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            Path fresh = Files.createTempFile(file.getParent(), "password", ".tmp");
            Files.writeString(fresh, new BigInteger(PASSWORD_BITS, new SecureRandom()).toString(36));
            Files.move(fresh, file);
        }
        return Files.readString(file);
    }
}
