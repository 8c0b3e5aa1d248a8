package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.local.FreePort;

/**
 * A PostgreSQL server that outlives many drills, each with a database of its own. It keeps its port over restarts. Its
 * faults hit all its databases: one drill at a time.
 */
public final class PostgresCluster implements AutoCloseable {
    private static final Pattern PASSWORD = Pattern.compile("[?&]password=([^&]+)");

    private static final String DEADLOCK = "40P01";
    private static final int MAX_TRIES = 5;
    private static final Duration GONE = Duration.ofSeconds(20);

    private final Path home;
    private final int port;
    private EmbeddedPostgres server;
    private boolean running;

    private PostgresCluster(Path home, int port) {
        this.home = home;
        this.port = port;
        this.server = EmbeddedPostgres.start(home, port);
        this.running = true;
    }

    /** Starts the server in that folder, which is initialised the first time. */
    public static PostgresCluster start(Path home) {
        return new PostgresCluster(home, FreePort.next());
    }

    int port() {
        return port;
    }

    String password() {
        Matcher password = PASSWORD.matcher(server.jdbcUrl());
        if (!password.find()) {
            throw new StackException("no password in the address of the embedded PostgreSQL");
        }
        return password.group(1);
    }

    /** Makes an empty database; one of the same name is dropped first. */
    void createDatabase(String name) {
        execute("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name);
    }

    void dropDatabase(String name) {
        if (running) {
            execute("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }

    /** Runs statements outside of transactions, past every fault proxy. */
    public void execute(String database, String... statements) {
        int tries = 1;
        while (!executed(database, tries, statements)) {
            tries++;
        }
    }

    /** False if they have to be tried again: the proxy's own statements hold the same locks in another order. */
    private boolean executed(String database, int tries, String... statements) {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
        try (Connection connection = DriverManager.getConnection(url, "postgres", password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
            return true;
        } catch (SQLException e) {
            if (tries < MAX_TRIES && DEADLOCK.equals(e.getSQLState())) {
                return false;
            }
            throw new StackException("PostgreSQL refuses the drill", e);
        }
    }

    /** Fast shutdown: clients are cut off, everything is written out. */
    public synchronized void stop() {
        server.close();
        running = false;
    }

    /** SIGKILL for all its processes at once; what it acknowledged is in its own log. */
    public synchronized void crash() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        server.crash();
        Await.until(GONE, () -> all.stream().noneMatch(ProcessHandle::isAlive));
        running = false;
    }

    /** Starts it after {@link #stop} or {@link #crash}, recovering if need be; returns when it takes connections. */
    public synchronized void startAgain() {
        if (!running) {
            server = EmbeddedPostgres.start(home, port);
            running = true;
        }
    }

    /** Keeps a copy of everything committed so far, taken while the server is down for a moment. */
    public synchronized void keepCopy() {
        stop();
        copy("data", "data-kept");
        startAgain();
    }

    /** Crashes, forgets what was committed since {@link #keepCopy}, and starts again. */
    public synchronized void goBackToCopy(Runnable whenDown) {
        crash();
        whenDown.run();
        copy("data-kept", "data");
        startAgain();
    }

    private void copy(String from, String to) {
        run(List.of("rm", "-rf", home.resolve(to).toString()));
        run(List.of("cp", "-a", home.resolve(from).toString(), home.resolve(to).toString()));
    }

    /** SIGSTOP for the postmaster first, then for all its children. */
    public synchronized void pause() {
        signal("STOP", processes());
    }

    /** SIGCONT for all. */
    public synchronized void resume() {
        signal("CONT", processes());
    }

    /** Fast shutdown, for good. */
    @Override
    public synchronized void close() {
        if (running) {
            resume();
            stop();
        }
    }

    private List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>();
        ProcessHandle.of(server.pid()).ifPresent(postmaster -> {
            all.add(postmaster);
            try (Stream<ProcessHandle> children = postmaster.descendants()) {
                children.forEach(all::add);
            }
        });
        return all;
    }

    private static void signal(String name, List<ProcessHandle> processes) {
        String pids =
                processes.stream().map(process -> Long.toString(process.pid())).collect(Collectors.joining(" "));
        // A child may be gone by now: the status says nothing.
        run(List.of("sh", "-c", "kill -" + name + " " + pids + " || true"));
    }

    private static void run(List<String> command) {
        try {
            if (new ProcessBuilder(command).start().waitFor() != 0) {
                throw new StackException(command + " failed");
            }
        } catch (IOException e) {
            throw new StackException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted in " + command, e);
        }
    }
}
