package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of hostile connections against a proxy as users start it, with a token for its honest client: the process lives
 * within its memory, probes and the honest client are answered throughout, and everything is free again soon after.
 * {@code -Dattack.connections=N} makes it larger or smaller.
 */
class FloodIT {
    private static final int CONNECTIONS = Integer.getInteger("attack.connections", 5_000);
    private static final int MEMORY_MB = 400;
    /** Fewer than come: some have to give way, or are let ask for the probes alone. */
    private static final int PLACES = CONNECTIONS / 5 * 4;

    /** Requests of the honest client during each attack. */
    private static final int ROUNDS = 20;

    /** What this test and the proxy open each, beside the attack's connections. */
    private static final int OTHER_FILES = 1_500;

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String COLLECTION = Collection.DATABASE + "/collections";
    private static final String VICTIM = "127.0.0.1";
    private static final String[] ATTACKERS =
            IntStream.range(2, 40).mapToObj(i -> "127.0.0." + i).toArray(String[]::new);

    private static final AccessFixture TOKENS = new AccessFixture();
    private static final String WRITER = TOKENS.token("writer", Role.ADMIN);
    private static final String LISTER = TOKENS.token("lister", Role.ADMIN);
    private static final int LISTED = 40;

    @TempDir
    private static Path folder;

    private static ScriptedChroma primary;
    private static ScriptedChroma replica;
    private static ProxyProcess proxy;
    private static Client client;
    private static String add;
    private static int added;

    /** The kinds of attack. */
    enum Kind {
        NOTHING(""),
        HALF_HEADS(tinyHeaders()),
        LONG_LINES("GET /health HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(15_000)),
        HALF_BODIES(post("wrong", 100_000) + "x".repeat(50_000)),
        HALF_BODIES_WITH_TOKEN(post(WRITER, 100_000) + "x".repeat(50_000)),
        MEGABYTES_TO_OPEN_ENDPOINTS(
                "GET /health HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n" + "x".repeat(1 << 20)),
        ANNOUNCED(post("wrong", 40 << 20)),
        ANNOUNCED_WITH_TOKEN(post(WRITER, 40 << 20) + "x".repeat(20_000)),
        UNREAD("GET /dashboard HTTP/1.1\r\nHost: h\r\n\r\n".repeat(200)),
        LISTS(list("?limit=1").repeat(3)),
        UNREAD_LISTS(list("").repeat(50));

        private final String begin;

        Kind(String begin) {
            this.begin = begin;
        }

        Flood.Client client() {
            Flood.Client sending = Flood.Client.sending(begin);
            return switch (this) {
                case UNREAD, UNREAD_LISTS -> sending.neverReading();
                case HALF_HEADS -> sending.dripping("z:\r\n");
                case ANNOUNCED, ANNOUNCED_WITH_TOKEN -> sending.dripping("x");
                default -> sending;
            };
        }

        /** A megabyte each costs time, not memory. */
        int count() {
            return this == MEGABYTES_TO_OPEN_ENDPOINTS ? CONNECTIONS / 5 : CONNECTIONS;
        }

        private static String tinyHeaders() {
            StringBuilder head = new StringBuilder("GET /health HTTP/1.1\r\nHost: h\r\n");
            for (int i = 0; i < 90; i++) {
                head.append((char) ('a' + i % 26)).append(i).append(":\r\n");
            }
            return head.toString();
        }

        private static String list(String query) {
            return "GET " + COLLECTION + query + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + LISTER + "\r\n\r\n";
        }

        private static String post(String token, int length) {
            return "POST " + COLLECTION + "/00000000-0000-4000-8000-000000000001/add HTTP/1.1\r\nHost: h\r\n"
                    + "Authorization: Bearer " + token + "\r\nContent-Type: application/json\r\nContent-Length: "
                    + length + "\r\n\r\n";
        }
    }

    @BeforeAll
    static void start() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        assertTrue(
                files >= CONNECTIONS + OTHER_FILES,
                "this test needs " + (CONNECTIONS + OTHER_FILES) + " file descriptors for itself and as many for the"
                        + " proxy, and the limit is " + files + ": raise it (ulimit -n), or give fewer connections"
                        + " (-Dattack.connections=1000)");
        primary = new ScriptedChroma();
        replica = new ScriptedChroma();
        proxy = start(Map.of());
        client = new Client(proxy.port());
        added = 0;
        for (int i = 0; i < LISTED; i++) {
            collection(client, "listed-" + i);
        }
        add = collection(client, "honest");
    }

    private static ProxyProcess start(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PRIMARY_URL", primary.uri().toString());
        environment.put("REPLICA_URL", replica.uri().toString());
        environment.put("DATA_DIR", folder.resolve("log").toString());
        environment.put("TOKENS_FILE", TOKENS.file().toAbsolutePath().toString());
        environment.put("HOST", "127.0.0.1");
        environment.put("MAX_MEMORY_MB", Integer.toString(MEMORY_MB));
        environment.put("MAX_CONNECTIONS", Integer.toString(PLACES));
        return ProxyProcess.startByLauncher(environment, folder);
    }

    private static String collection(Client by, String name) {
        String body = "{\"name\":\"" + name + "\",\"get_or_create\":true}";
        Client.Answer created =
                by.post(COLLECTION, body, "authorization", "Bearer " + WRITER).join();
        assertEquals(200, created.status(), created.toString());
        return COLLECTION + "/" + created.json().get("id").textValue() + "/";
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        primary.close();
        replica.close();
    }

    private static long residentKb() throws Exception {
        return Files.readAllLines(Path.of("/proc/" + proxy.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static JsonNode status() {
        Client.Answer answer =
                client.get("/status", "authorization", "Bearer " + WRITER).join();
        assertEquals(200, answer.status(), answer.toString());
        return answer.json();
    }

    /** A write, a read of it, and a probe on a connection of its own; the longest of them in ms. */
    private static void round(Kind kind) throws Exception {
        String record = Collection.record("r" + added++);
        Client.Answer written = client.post(add + "add", record, "authorization", "Bearer " + WRITER)
                .join();
        assertEquals(201, written.status(), kind + ": " + written);
        Client.Answer read = client.post(add + "get", "{}", "authorization", "Bearer " + WRITER)
                .join();
        assertEquals(200, read.status(), kind + ": " + read);
        for (String probe : new String[] {"/health", "/health/live", "/health/ready", "/api/v2/heartbeat"}) {
            try (Client fresh = new Client(proxy.port())) {
                Client.Answer alive = fresh.get(probe).join();
                assertEquals(200, alive.status(), kind + ": " + alive);
            }
        }
        assertTrue(proxy.alive(), kind + ": " + proxy.output());
        long resident = residentKb();
        assertTrue(resident <= MEMORY_MB * 1024L, kind + ": " + resident + " kB resident");
    }

    private static void freeAgain(Kind kind) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            JsonNode status = status();
            JsonNode memory = status.get("client_memory");
            for (String each : new String[] {"heads", "small_bodies", "large_bodies", "answers", "collected"}) {
                assertEquals(0, memory.get(each).get("used").longValue(), kind + ": " + each + " " + status);
            }
            assertTrue(status.get("client_connections").get("open").intValue() < 50, kind + ": " + status);
        });
    }

    @ParameterizedTest
    @EnumSource
    void anAttackFromOtherAddressesDisturbsNobody(Kind kind) throws Exception {
        try (Flood flood = new Flood()) {
            flood.open(proxy.port(), kind.count(), kind.client(), ATTACKERS);
            for (int i = 0; i < ROUNDS; i++) {
                round(kind);
            }
        }
        freeAgain(kind);
    }

    @Test
    void anAttackFromTheHonestClientsOwnAddressDoesNotEither() throws Exception {
        try (Flood flood = new Flood()) {
            flood.open(proxy.port(), CONNECTIONS, Kind.HALF_HEADS.client(), VICTIM);
            for (int i = 0; i < ROUNDS; i++) {
                round(Kind.HALF_HEADS);
            }
        }
        freeAgain(Kind.HALF_HEADS);
    }

    @Test
    void connectionsBeyondTheBoundGiveWayToOthers() throws Exception {
        long before = gaveWay();
        try (Flood flood = new Flood()) {
            flood.open(proxy.port(), CONNECTIONS, Kind.NOTHING.client(), ATTACKERS);
            round(Kind.NOTHING);
            JsonNode connections = status().get("client_connections");
            assertTrue(connections.get("open").intValue() <= PLACES, connections.toString());
            assertEquals(PLACES, connections.get("limit").intValue());
        }
        assertTrue(gaveWay() > before, "none gave way, or was let ask for the probes alone");
        freeAgain(Kind.NOTHING);
    }

    private static long gaveWay() {
        JsonNode connections = status().get("client_connections");
        return connections.get("shed").longValue()
                + connections.get("probes_only_total").longValue();
    }
}
