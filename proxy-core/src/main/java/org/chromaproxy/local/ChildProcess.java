package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server process that does not outlive this one. */
public final class ChildProcess {
    /** Never ends while the JVM lives: Linux sends the death signal when the starting thread ends. */
    private static final ExecutorService SPAWNER = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("spawner").factory());

    private static final boolean KERNEL_TELLS = succeeds(List.of("setsid", "setpriv", "--pdeathsig", "KILL", "true"));
    private static final long SHORT_COMMAND_SECONDS = 20;
    private static final long OWNER_STOPS_WITHIN_SECONDS = 30;

    private final Process process;
    private final Path log;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a server, its output appended to {@code log}.
     *
     * @param deathSignal what the kernel sends it when this JVM is gone, however it went: {@code KILL}, {@code INT}.
     *     Where util-linux's {@code setsid} and {@code setpriv} are missing or forbidden, an orderly end of this JVM still
     *     kills it, once its owner has had half a minute to stop it; a {@code kill -9} does not.
     */
    public static ChildProcess start(List<String> command, String deathSignal, Path log) throws IOException {
        return start(command, Map.of(), deathSignal, log);
    }

    /** The same, with these environment variables on top of our own. */
    public static ChildProcess start(
            List<String> command, Map<String, String> environment, String deathSignal, Path log) throws IOException {
        List<String> full = new ArrayList<>();
        if (KERNEL_TELLS) {
            // A session of its own: a terminal's Ctrl-C is for us alone, who stop the servers in the right order.
            full.addAll(List.of("setsid", "setpriv", "--pdeathsig", deathSignal));
        }
        full.addAll(command);
        var builder = new ProcessBuilder(full).redirectErrorStream(true).redirectOutput(toLog(log));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        Process process = onSpawner(builder::start);
        if (!KERNEL_TELLS) {
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform().name("reaper-" + process.pid()).unstarted(() -> reap(process)));
        }
        return new ChildProcess(process, log);
    }

    /** Hooks run side by side: the one that finishes what is under way still needs its servers. */
    private static void reap(Process process) {
        try {
            process.waitFor(OWNER_STOPS_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its short name. */
    public void signal(String name) {
        if (!succeeds(List.of("sh", "-c", "kill -" + name + " " + process.pid())) && !endsSoon()) {
            throw new LocalServerException("cannot send SIG" + name + " to process " + process.pid());
        }
    }

    /** One that is gone already may count as alive for a moment more. */
    private boolean endsSoon() {
        try {
            return process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Kills it and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Whether it ended within the time. */
    public boolean awaitExit(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Completes with its exit status when it ends; 128 and the signal's number if a signal ended it. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** Whether it has ended, and with status 0. */
    boolean succeeded() {
        return !process.isAlive() && process.exitValue() == 0;
    }

    /** The last lines it wrote, for error messages. */
    public String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            return "(no output: " + e.getMessage() + ")";
        }
    }

    /** Runs a short command; false when it is missing, fails or hangs. */
    static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(SHORT_COMMAND_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static ProcessBuilder.Redirect toLog(Path log) {
        return ProcessBuilder.Redirect.appendTo(log.toFile());
    }

    private static Process onSpawner(Callable<Process> start) throws IOException {
        try {
            return SPAWNER.submit(start).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting a process", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
