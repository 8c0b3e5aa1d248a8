package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.chromaproxy.local.ChildProcess;
import org.chromaproxy.local.FreePort;

/**
 * One proxy as a process on this JVM's class path, with a port of its own. As under a supervisor such as systemd, it is
 * started again when it ends without having been told to.
 */
public final class ProxyProcess implements AutoCloseable {
    private static final String MAIN = "org.chromaproxy.main.Main";
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final URI url;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final List<Integer> unexpectedExits = new CopyOnWriteArrayList<>();
    private ChildProcess process;
    private boolean wanted;

    private ProxyProcess(List<String> command, Map<String, String> environment, int port, Path log) throws IOException {
        this.url = URI.create("http://127.0.0.1:" + port);
        this.command = command;
        this.environment = environment;
        this.log = log;
        this.wanted = true;
        this.process = launch();
    }

    static ProxyProcess start(Map<String, String> environment, List<String> jvmOptions, Path log) {
        int port = FreePort.next();
        Map<String, String> all = new HashMap<>(environment);
        all.put("HOST", "127.0.0.1");
        all.put("PORT", Integer.toString(port));
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-Xmx192m", "-XX:MaxDirectMemorySize=96m", "-XX:+ExitOnOutOfMemoryError"));
        // Its life is short: the quick compiler alone starts faster and leaves the cores to the servers.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), MAIN, "serve"));
        try {
            return new ProxyProcess(List.copyOf(command), Map.copyOf(all), port, log);
        } catch (IOException e) {
            throw new StackException("cannot start the proxy", e);
        }
    }

    /** Where clients connect; the same over restarts. */
    public URI url() {
        return url;
    }

    /** Exit statuses of lives that ended without being told to: 3 when it was fenced. */
    public List<Integer> unexpectedExits() {
        return List.copyOf(unexpectedExits);
    }

    /** SIGKILL; nothing of it runs when this returns, and it is not started again before {@link #launchAgain}. */
    public synchronized void kill() {
        wanted = false;
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while killing the proxy", e);
        }
    }

    /**
     * SIGTERM, and waits until it is gone.
     *
     * @return whether it ended by itself within 30 s; it is killed otherwise
     */
    public synchronized boolean terminate() {
        wanted = false;
        process.signal("TERM");
        try {
            boolean ended = process.awaitExit(STOP);
            process.kill();
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while stopping the proxy", e);
        }
    }

    /** SIGSTOP. */
    public synchronized void pause() {
        process.signal("STOP");
    }

    /** SIGCONT. */
    public synchronized void resume() {
        process.signal("CONT");
    }

    /** Starts it again after {@link #kill} or {@link #terminate}; does not wait until it serves. */
    public synchronized void launchAgain() {
        wanted = true;
        relaunch();
    }

    /** Waits until it answers, be it that it stands by. */
    void awaitUp() {
        URI health = url.resolve("/health");
        if (!Await.until(START, () -> Await.get(health).isPresent())) {
            throw new StackException("the proxy does not start:\n" + process.lastWords());
        }
    }

    /** Waits until one of them owns the log and takes requests. */
    static void awaitServing(List<ProxyProcess> proxies) {
        if (!Await.until(START, () -> proxies.stream().anyMatch(ProxyProcess::serves))) {
            throw new StackException(
                    "no proxy serves:\n" + proxies.getFirst().process.lastWords());
        }
    }

    /** Whether it owns the log and takes requests. */
    boolean serves() {
        return Await.get(url.resolve("/health"))
                .filter(answer -> !answer.body().contains("\"standby\""))
                .isPresent();
    }

    @Override
    public void close() {
        kill();
    }

    private ChildProcess launch() throws IOException {
        ChildProcess launched = ChildProcess.start(command, environment, "KILL", log);
        launched.onExit().thenAccept(status -> ended(launched, status));
        return launched;
    }

    private synchronized void ended(ChildProcess which, int status) {
        if (wanted && which == process) {
            unexpectedExits.add(status);
            relaunch();
        }
    }

    private void relaunch() {
        try {
            process = launch();
        } catch (IOException e) {
            throw new StackException("cannot start the proxy again", e);
        }
    }
}
