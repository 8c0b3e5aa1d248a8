package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.MemoryPlan;

/**
 * A proxy as users start it, with tokens, in front of two scripted servers, to be flooded; its honest client, and a probe that
 * goes on asking. What one flood was like is printed.
 */
final class FloodBed implements AutoCloseable {
    /** Makes floods larger or smaller; 5,000 is the full size. */
    static final int CONNECTIONS = Integer.getInteger("attack.connections", 2_000);

    /** Where the honest client comes from. */
    static final String HONEST_ADDRESS = "127.0.0.1";

    private static final String[] HOSTILE_ADDRESSES =
            IntStream.range(2, 40).mapToObj(i -> "127.0.0." + i).toArray(String[]::new);

    private static final AccessFixture TOKENS = new AccessFixture();
    private static final String ADMIN = TOKENS.token("honest", Role.ADMIN);

    /** The attackers' token, where they have one. */
    static final String LOUD = TOKENS.token("loud", Role.WRITE);

    private static final String LISTER = TOKENS.token("lister", Role.ADMIN);
    private static final int LISTED = 40;

    /** The body of a read that is answered with a quarter of a megabyte. */
    static final String LARGE_READ = "{\"ids\":[\"large-read\"]}";

    private static final int LARGE_ANSWER = 256 << 10;

    /** What this JVM and the proxy open each, beside the flood's connections. */
    private static final int OTHER_FILES = 800;

    private static final int ROUNDS = 20;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    private final int memoryMb;
    private final Optional<SSLContext> tls;
    private final ScriptedChroma primary = new ScriptedChroma();
    private final ScriptedChroma replica = new ScriptedChroma();
    private final ProxyProcess proxy;
    private final Client client;
    private final String honest;
    private final String loud;
    private int added;

    /**
     * Starts everything.
     *
     * @param tls what the honest client and the probe trust; empty for plain HTTP
     * @param more settings of the proxy
     */
    FloodBed(Path folder, int memoryMb, Optional<SSLContext> tls, Map<String, String> more) {
        this.memoryMb = memoryMb;
        this.tls = tls;
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PRIMARY_URL", primary.uri().toString());
        environment.put("REPLICA_URL", replica.uri().toString());
        environment.put("DATA_DIR", folder.resolve("log").toString());
        environment.put("TOKENS_FILE", TOKENS.file().toAbsolutePath().toString());
        environment.put("HOST", HONEST_ADDRESS);
        environment.put("MAX_MEMORY_MB", Integer.toString(memoryMb));
        proxy = tls.isPresent()
                ? ProxyProcess.startByLauncherWithTls(environment, folder)
                : ProxyProcess.startByLauncher(environment, folder);
        client = new Client(proxy.port(), tls);
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.get("/health").join().status() == 200);
        for (int i = 0; i < LISTED; i++) {
            collection("listed-" + i);
        }
        honest = collection("honest");
        loud = collection("loud");
        forget();
    }

    /** How many connections one process may have here, and no more than wanted. */
    static int possible(int wanted) {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        return (int) Math.min(wanted, files - OTHER_FILES);
    }

    private String collection(String name) {
        Client.Answer created = client.post(
                        COLLECTIONS,
                        "{\"name\":\"" + name + "\",\"get_or_create\":true}",
                        "authorization",
                        "Bearer " + ADMIN)
                .join();
        assertEquals(200, created.status(), created.toString());
        return COLLECTIONS + "/" + created.json().get("id").textValue() + "/";
    }

    /** The servers keep no requests of megabytes, and what they are asked for is large. */
    private void forget() {
        String large = "\"" + "y".repeat(LARGE_ANSWER) + "\"";
        for (ScriptedChroma server : new ScriptedChroma[] {primary, replica}) {
            server.forget();
            server.always(call -> call.body().length() > 1 << 20, Reply.json(200, "{}"));
            server.always(
                    call -> call.body().equals(LARGE_READ),
                    Reply.json(200, "{\"ids\":[],\"documents\":[" + large + "]}"));
        }
    }

    /** Bytes of the largest body that is taken. */
    int largestBody() {
        return MemoryPlan.defaultBodyMb(memoryMb) << 20;
    }

    /** The head of a request of the attackers to their collection. */
    String post(String operation, String token, int length) {
        return "POST " + loud + operation + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** An attacker's list of collections. */
    static String list(String query) {
        return "GET " + COLLECTIONS + query + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + LISTER + "\r\n\r\n";
    }

    int port() {
        return proxy.port();
    }

    long pid() {
        return proxy.pid();
    }

    JsonNode status() {
        Client.Answer answer =
                client.get("/status", "authorization", "Bearer " + ADMIN).join();
        assertEquals(200, answer.status(), answer.toString());
        return answer.json();
    }

    /** From {@code /proc}: {@code VmRSS} is what is resident, {@code VmHWM} the most that ever was; in kB. */
    long memoryKb(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + proxy.pid() + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /** What is done with a flood beside what every flood meets. */
    interface While {
        void step(Flood flood) throws Exception;
    }

    /** Floods from addresses that are not the honest client's; see the other. */
    void flood(String kind, int count, Flood.Client attacker, While then) throws Exception {
        flood(kind, count, attacker, then, HOSTILE_ADDRESSES);
    }

    /**
     * Floods, while the honest client and the probe are answered, and the proxy lives within its memory; afterwards everything
     * is free again.
     *
     * @param then with the connections open, behind the honest client's requests
     * @param from where the attackers come from
     */
    void flood(String kind, int count, Flood.Client attacker, While then, String... from) throws Exception {
        Slowest slowest = new Slowest();
        String connections;
        long free;
        Probing probing = new Probing();
        try {
            try (Flood flood = new Flood()) {
                flood.open(port(), count, attacker, from);
                for (int i = 0; i < ROUNDS; i++) {
                    round(kind, slowest);
                }
                then.step(flood);
                connections = count + " connections, " + flood.stillOpen() + " open, " + flood.answered()
                        + " answered at the end";
            }
            free = freeAgain(kind);
        } finally {
            probing.end();
        }
        long most = memoryKb("VmHWM");
        System.out.println(kind + " at " + memoryMb + " MB: " + connections + "; slowest probe " + probing.slowest
                + " ms of " + probing.asked + ", write " + slowest.write + " ms, read " + slowest.read
                + " ms; at most " + most / 1024 + " MiB resident up to now; free again after " + free + " ms");
        assertEquals("", probing.problem, kind + ": a probe");
        assertTrue(probing.asked > 0, kind + ": nothing was probed");
        assertTrue(most <= memoryMb * 1024L, kind + ": " + most + " kB resident");
    }

    /** Waits until every attacker has been sent an answer, or was hung up on, while the honest client goes on. */
    void awaitAnswers(String kind, int count, Flood flood) throws Exception {
        Slowest slowest = new Slowest();
        long end = System.nanoTime() + LONG.toNanos();
        while (flood.answered() + flood.left() < count) {
            round(kind, slowest);
            assertTrue(
                    System.nanoTime() < end, kind + ": " + flood.answered() + " answered, " + flood.left() + " left");
        }
        System.out.println(kind + ": " + flood.answered() + " answered, " + flood.left()
                + " hung up on; until then slowest write " + slowest.write + " ms, read " + slowest.read + " ms");
    }

    /** In ms. */
    private static final class Slowest {
        private long write;
        private long read;
    }

    private void round(String kind, Slowest slowest) throws Exception {
        String record = Collection.record("r" + added++);
        long begun = System.nanoTime();
        Client.Answer written = client.post(honest + "add", record, "authorization", "Bearer " + ADMIN)
                .join();
        assertEquals(201, written.status(), kind + ": " + written);
        long between = System.nanoTime();
        Client.Answer read = client.post(honest + "get", "{}", "authorization", "Bearer " + ADMIN)
                .join();
        assertEquals(200, read.status(), kind + ": " + read);
        slowest.write = Math.max(slowest.write, TimeUnit.NANOSECONDS.toMillis(between - begun));
        slowest.read = Math.max(slowest.read, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - between));
        for (String probe : new String[] {"/health/live", "/health/ready", "/api/v2/heartbeat"}) {
            assertTrue(ask(probe).startsWith("HTTP/1.1 200"), kind + ": " + probe);
        }
        assertTrue(proxy.alive(), kind + ": " + proxy.output());
        forget();
    }

    private long freeAgain(String kind) {
        long begun = System.nanoTime();
        await().atMost(SOON).pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
            JsonNode status = status();
            JsonNode memory = status.get("client_memory");
            for (String each : new String[] {"heads", "small_bodies", "large_bodies", "answers", "collected"}) {
                assertEquals(0, memory.get(each).get("used").longValue(), kind + ": " + each + " " + status);
            }
            assertTrue(status.get("client_connections").get("open").intValue() < 50, kind + ": " + status);
        });
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    /** Asks on a connection of its own; the first line of the answer. */
    private String ask(String path) throws IOException {
        InetAddress address = InetAddress.getLoopbackAddress();
        try (Socket socket = tls.isPresent()
                ? tls.get().getSocketFactory().createSocket(address, port())
                : new Socket(address, port())) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        }
    }

    /** Asks {@code /health} again and again, on a thread of its own; what it found is to be read when it has ended. */
    private final class Probing {
        private static final long PAUSE_MS = 50;

        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        private String problem = "";
        private long slowest;
        private int asked;

        Probing() {
            thread.scheduleWithFixedDelay(this::probe, 0, PAUSE_MS, TimeUnit.MILLISECONDS);
        }

        private void probe() {
            long begun = System.nanoTime();
            try {
                String answer = ask("/health");
                if (!answer.startsWith("HTTP/1.1 200")) {
                    problem = "was answered '" + answer + "'";
                }
            } catch (IOException e) {
                problem = "had no answer: " + e;
            }
            slowest = Math.max(slowest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            asked++;
        }

        void end() {
            thread.close();
        }
    }

    @Override
    public void close() {
        client.close();
        // With it ends its PostgreSQL, which would go on to write into the folder for a while.
        proxy.terminate();
        proxy.close();
        primary.close();
        replica.close();
    }
}
