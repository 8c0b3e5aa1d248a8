package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.local.ChildProcess;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.FreePort;

/** One real Chroma server, on a port and a directory that it keeps over its lives, and all that can befall it. */
public final class ChromaProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    /** Below any page of its database that counts: every growth of a file fails. */
    private static final long FULL_DISK_BYTES = 512;

    private final List<String> command;
    private final Path data;
    private final Path log;
    private final URI url;
    private ChildProcess process;

    private ChromaProcess(List<String> command, Path data, int port) throws IOException {
        this.command = command;
        this.data = data;
        this.log = data.resolveSibling(data.getFileName() + ".log");
        this.url = URI.create("http://127.0.0.1:" + port);
        this.process = launch();
    }

    /** Starts a server and returns at once: see {@link #awaitReady}. */
    static ChromaProcess start(ChromaInstallation installation, Path data) {
        int port = FreePort.next();
        // A write past the limit that stands for a full disk must fail, not kill: the signal is ignored from the start.
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"));
        command.addAll(installation.command(data, port));
        try {
            return new ChromaProcess(List.copyOf(command), data, port);
        } catch (IOException e) {
            throw new StackException("cannot start Chroma in " + data, e);
        }
    }

    /** Waits until it answers from its database. */
    void awaitReady() {
        URI probe = url.resolve("/api/v2/tenants/default_tenant");
        if (!Await.until(START, () -> Await.answers(probe) || !process.isAlive()) || !process.isAlive()) {
            throw new StackException("Chroma in " + data + " does not start:\n" + process.lastWords());
        }
    }

    URI url() {
        return url;
    }

    /** The folder it stores in. */
    public Path data() {
        return data;
    }

    /** The database's file. */
    Path database() {
        return data.resolve("chroma.sqlite3");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; it is gone when this returns. */
    synchronized void kill() {
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while killing Chroma", e);
        }
    }

    /** Starts it again where it was, killing it first, and waits until it answers. */
    public synchronized void restart() {
        kill();
        try {
            process = launch();
        } catch (IOException e) {
            throw new StackException("cannot start Chroma again in " + data, e);
        }
        awaitReady();
    }

    /** SIGSTOP: its kernel goes on accepting connections and bytes. */
    public void pause() {
        process.signal("STOP");
    }

    /** SIGCONT, after {@link #pause}. */
    public void resume() {
        process.signal("CONT");
    }

    /** SIGTERM: this server then listens and reads, and never answers again. Only {@link #restart} helps. */
    public void makeZombie() {
        process.signal("TERM");
    }

    /** From now on no file of it can grow or change beyond its first few bytes: writes fail as on a full disk, until {@link #restart}. */
    public void fillDisk() {
        ProcessLimits.fileSize(process.pid(), FULL_DISK_BYTES);
    }

    /** Takes its database's write lock, waiting for a moment between two writes; closing it lets go. */
    public SqliteWriteLock lockDatabase() throws IOException {
        return SqliteWriteLock.take(database());
    }

    @Override
    public void close() {
        kill();
    }

    private ChildProcess launch() throws IOException {
        Files.createDirectories(data);
        return ChildProcess.start(command, "KILL", log);
    }
}
