package org.chromaproxy.acceptance.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaRelease;

/** Two real Chroma servers, a real PostgreSQL and, once started, the proxy in front of them. */
public final class Deployment implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(90);

    private final Path directory;
    private final String test = test();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final ChromaInstance primary;
    private final ChromaInstance replica;
    private final LogDatabase log;

    private Deployment(Path directory, IntFunction<ChromaInstallation> installations) {
        this.directory = directory;
        this.primary = keep(ChromaInstance.start(folder("primary"), installations.apply(0)));
        this.replica = keep(ChromaInstance.start(folder("replica"), installations.apply(1)));
        this.log = keep(LogDatabase.start(folder("log")));
    }

    /** Empty instances and an empty log, no proxy yet. */
    public static Deployment prepare(Path directory) {
        return new Deployment(directory, ChromaInstallation::ofServer);
    }

    /** The same with servers of these releases, whatever is chosen. */
    public static Deployment prepare(Path directory, ChromaRelease primary, ChromaRelease replica) {
        return new Deployment(directory, number -> ChromaInstallation.ensure(number == 0 ? primary : replica));
    }

    public ChromaInstance primary() {
        return primary;
    }

    public ChromaInstance replica() {
        return replica;
    }

    /** The log's address, in the form of {@code DATABASE_URL}. */
    public URI logUrl() {
        return log.url();
    }

    /** Starts one more server, which the proxy has to be told of: {@code MORE_INSTANCES}. */
    public ChromaInstance more(String name) {
        return keep(ChromaInstance.start(folder(name), 2));
    }

    /** What the log's database holds, for those that change it by hand. */
    public LogDatabase log() {
        return log;
    }

    /**
     * Starts the proxy in front of the two.
     *
     * @param settings alternating names and values of environment variables beyond the three addresses
     */
    public ProxyProcess startProxy(String... settings) {
        return keep(ProxyProcess.start(environment(settings), folder("proxy")));
    }

    /** Starts the proxy by its launcher, with all its defaults. */
    public ProxyProcess startByLauncher() {
        return keep(ProxyProcess.startByLauncher(environment(), folder("proxy")));
    }

    /** Starts a second proxy on the same log while the first has it. */
    public ProxyProcess startStandby(String... settings) {
        return keep(ProxyProcess.startStandby(environment(settings), folder("standby")));
    }

    private Map<String, String> environment(String... settings) {
        Map<String, String> environment = new HashMap<>();
        // Five such test beds at once on two processors: a server may be silent, and out of use, for longer than by
        // default.
        environment.put("READ_WAIT", "45");
        environment.put("PRIMARY_URL", primary.url());
        environment.put("REPLICA_URL", replica.url());
        environment.put("DATABASE_URL", log.url().toString());
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return environment;
    }

    /** Waits until every logged write is applied on every instance, then compares the two record for record. */
    public void assertEqualWhenDrained(ChromaApi proxy, String... furtherTenants) {
        awaitDrained(proxy);
        InstanceDump.assertEqual(
                InstanceDump.of(primary.api(), furtherTenants), InstanceDump.of(replica.api(), furtherTenants));
    }

    /** Waits until {@code /wal/status} says that nothing is pending. */
    public static void awaitDrained(ChromaApi proxy) {
        Awaitility.await("no pending writes")
                .atMost(DRAIN)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    Answer status = proxy.get("/wal/status").expect(200);
                    JsonNode pending = status.json().path("wal_system").path("pending_writes");
                    if (!pending.isIntegralNumber() || pending.asLong() != 0) {
                        throw new AssertionError("pending: " + status);
                    }
                });
    }

    /** Waits until no server holds a deleted collection any more: they are purged in the background. */
    public void awaitPurged() {
        Awaitility.await("no deleted collections")
                .atMost(DRAIN)
                .until(() -> InstanceDump.deleted(primary.api()) + InstanceDump.deleted(replica.api()) == 0);
    }

    /** How many writes the proxy says it has logged since it began. */
    public static long writesLogged(ChromaApi proxy) {
        Answer status = proxy.get("/status").expect(200);
        JsonNode writes = status.json().path("stats").path("total_wal_writes");
        if (!writes.isIntegralNumber()) {
            throw new AssertionError("no stats.total_wal_writes: " + status);
        }
        return writes.asLong();
    }

    @Override
    public void close() {
        AssertionError failure = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (AssertionError e) {
                failure = e;
            } catch (Exception e) {
                failure = new AssertionError("cannot stop a process of the test bed", e);
            }
        }
        keepLogs();
        if (failure != null) {
            throw failure;
        }
    }

    /** What the proxies said outlives the test's folder: one that fails now and then has to say why. */
    private void keepLogs() {
        Path kept = Path.of("target", "proxy-logs", test + "-" + directory.getFileName());
        try (Stream<Path> files = Files.walk(directory, 2)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".log")).toList()) {
                String name = directory.relativize(file).toString().replace('/', '-');
                Files.createDirectories(kept);
                Files.copy(file, kept.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class whose test this is for. */
    private static String test() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.map(frame -> frame.getDeclaringClass().getSimpleName())
                        .filter(name -> name.endsWith("IT"))
                        .findFirst())
                .orElse("unknown");
    }

    private <T extends AutoCloseable> T keep(T resource) {
        started.push(resource);
        return resource;
    }

    private Path folder(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
