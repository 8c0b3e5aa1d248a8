package org.chromaproxy.acceptance.harness;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.chromaproxy.local.FreePort;

/** The proxy as a process, started on this JVM's class path, to be killed and restarted as operators and fate do. */
public final class ProxyProcess implements AutoCloseable {
    private static final String MAIN = "org.chromaproxy.main.Main";
    private static final Pattern LISTENING = Pattern.compile("listening on https?://[^\\s:]+:(\\d+)");
    private static final Duration START = Duration.ofSeconds(60);
    private static final Path LAUNCHER =
            Path.of("..", "bin", "chroma-proxy").toAbsolutePath().normalize();

    private final Map<String, String> environment;
    private final Path directory;
    private final boolean launcher;
    private int starts;
    private ChildProcess process;
    private int port;

    private ProxyProcess(Map<String, String> environment, Path directory) {
        this(environment, directory, false);
    }

    private ProxyProcess(Map<String, String> environment, Path directory, boolean launcher) {
        this.environment = new HashMap<>(environment);
        this.directory = directory;
        this.launcher = launcher;
        this.process = launch();
    }

    /**
     * Starts {@code serve} on a free port and waits until it is healthy.
     *
     * @param environment its settings: {@code PRIMARY_URL}, {@code REPLICA_URL}, {@code DATABASE_URL} and so on
     * @param directory its working directory, and where its output goes
     */
    public static ProxyProcess start(Map<String, String> environment, Path directory) {
        return awaitStart(new ProxyProcess(environment, directory));
    }

    /** The same as users start it: the launcher, with the memory limits it gives to the JVM by default. */
    public static ProxyProcess startByLauncher(Map<String, String> environment, Path directory) {
        return awaitStart(new ProxyProcess(environment, directory, true));
    }

    /** The same for one that speaks TLS to its clients: returns as soon as it listens. */
    public static ProxyProcess startByLauncherWithTls(Map<String, String> environment, Path directory) {
        ProxyProcess proxy = new ProxyProcess(environment, directory, true);
        proxy.awaitListening();
        return proxy;
    }

    private static ProxyProcess awaitStart(ProxyProcess proxy) {
        try {
            proxy.awaitListening();
            proxy.awaitHealthy();
            return proxy;
        } catch (ConditionTimeoutException | AssertionError e) {
            proxy.process.kill();
            throw new AssertionError("the proxy does not come up:\n" + proxy.process.tail(), e);
        }
    }

    /** The same for one that finds its log owned by another: returns as soon as it listens. */
    public static ProxyProcess startStandby(Map<String, String> environment, Path directory) {
        ProxyProcess proxy = new ProxyProcess(environment, directory);
        proxy.awaitListening();
        return proxy;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public ChromaApi api() {
        return new ChromaApi(url(), directory.resolve(environment.getOrDefault("DATA_DIR", "data")));
    }

    public boolean alive() {
        return process.alive();
    }

    public long pid() {
        return process.pid();
    }

    /** A crash: nothing of the proxy runs any more when this returns. */
    public void kill9() {
        process.kill();
    }

    /** SIGTERM; an {@link AssertionError} when it has not ended within 30 s. */
    public void terminate() {
        if (!process.terminate(Duration.ofSeconds(30))) {
            throw new AssertionError("the proxy ignores SIGTERM:\n" + process.tail());
        }
    }

    /** Changes a setting for its next start. */
    public void set(String name, String value) {
        environment.put(name, value);
    }

    /** Starts it again with the same settings on the same port, and waits until it is healthy. */
    public void restart() {
        restartWithoutWaiting();
        awaitHealthy();
    }

    /** Starts it again and returns as soon as its port is bound: recovery may still be going on. */
    public void restartWithoutWaiting() {
        environment.put("PORT", Integer.toString(port));
        process = launch();
        awaitListening();
    }

    /** Everything it wrote to its console since its latest start. */
    public String output() {
        return process.output();
    }

    /** Ends it, and fails if Netty's leak detector had something to say. */
    @Override
    public void close() {
        process.kill();
        String leak = process.output()
                .lines()
                .filter(line -> line.contains("LEAK:"))
                .findFirst()
                .orElse("");
        if (!leak.isEmpty()) {
            throw new AssertionError("the proxy leaks buffers: " + leak);
        }
    }

    private ChildProcess launch() {
        starts++;
        environment.putIfAbsent("PORT", Integer.toString(FreePort.next()));
        List<String> command = new ArrayList<>();
        if (launcher) {
            command.addAll(List.of(LAUNCHER.toString(), "serve"));
            return ChildProcess.start(command, environment, directory, directory.resolve("proxy-" + starts + ".log"));
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-Xmx192m", "-XX:MaxDirectMemorySize=96m", "-XX:+ExitOnOutOfMemoryError"));
        // They live for seconds: the second compiler costs more than it gives.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Dio.netty.leakDetection.level=paranoid"));
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), MAIN, "serve"));
        return ChildProcess.start(command, environment, directory, directory.resolve("proxy-" + starts + ".log"));
    }

    private void awaitListening() {
        Awaitility.await("the proxy's listening line")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(this::listening);
    }

    private boolean listening() {
        Matcher line = LISTENING.matcher(process.output());
        if (line.find()) {
            port = Integer.parseInt(line.group(1));
            return true;
        }
        if (!process.alive()) {
            throw new AssertionError("the proxy ended with " + process.exitCode() + ":\n" + process.tail());
        }
        return false;
    }

    private void awaitHealthy() {
        Awaitility.await("a healthy proxy")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(java.io.UncheckedIOException.class)
                .until(() -> api().get("/health").status() == 200);
    }
}
