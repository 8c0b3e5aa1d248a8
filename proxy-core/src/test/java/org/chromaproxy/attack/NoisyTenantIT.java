package org.chromaproxy.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant sends, on real servers and without end, what costs them most: floods, the largest deletes that are permitted and
 * larger ones, deletes by filter, filters that no server can evaluate, list metadata, raw octets, routes that are not there; each
 * kind by itself, at the bound of its token's requests, then all at once. Another tenant's requests all succeed meanwhile; how long
 * they take is printed, beside what they take without. {@code bin/chroma-proxy bench --rows NOISY_TENANT} measures it.
 */
@Timeout(900)
class NoisyTenantIT {
    private static final int ROUNDS = 5;
    private static final int ROUNDS_AMID_ALL = 30;
    private static final int FLOOD = 24;
    /** Fewer than its clients, so that some always wait in line. */
    private static final long BOUND = 8;

    private static final int LARGEST = 20_000;
    private static final String COLLECTIONS = ChromaApi.database("loud", "main") + "/collections";

    private final AccessFixture tokens = new AccessFixture();
    private final String admin = tokens.token("admin", Role.ADMIN);
    private final String calm = tokens.token("calm", Role.WRITE, "calm");
    private final String loud = tokens.limited("loud", Role.WRITE, Map.of(PrincipalLimit.REQUESTS, BOUND), "loud");
    private final AtomicInteger number = new AtomicInteger();
    private final Map<String, LongAdder> loudAnswers = new ConcurrentSkipListMap<>();

    @Test
    void anothersRequestsAllSucceedWhateverOneTenantSends(@TempDir Path directory) throws Exception {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment
                    .startProxy("TOKENS_FILE", tokens.file().toAbsolutePath().toString())
                    .api();
            String calmly = prepare(proxy, "calm", calm);
            String loudly = prepare(proxy, "loud", loud);
            System.out.println("calm tenant alone: " + work(proxy, calmly, ROUNDS));
            List<Attack> attacks = attacks(proxy, loudly);
            for (Attack attack : attacks) {
                System.out.println("calm beside " + attack.name() + ": "
                        + beside(List.of(attack), () -> work(proxy, calmly, ROUNDS)));
            }
            System.out.println("calm beside all of them: "
                    + beside(attacks, () -> work(proxy, calmly, ROUNDS_AMID_ALL))
                    + "\nanswers to the loud one: " + loudAnswers);
            assertAttacked(
                    "flood 201",
                    "read 200",
                    "create 200",
                    "delete 200",
                    "delete by filter 200",
                    "larger delete 200",
                    "larger delete with a filter 413",
                    "records with lists 201",
                    "list metadata 422",
                    "list metadata by PUT 422",
                    "filter 500");
            JsonNode status = send(proxy, admin, "GET", "/status", null).json();
            assertEquals(2, status.path("healthy_instances").asInt());
            assertTrue(
                    principal(status, "loud").at("/refused/records").asLong() > 0,
                    status.path("principals").toString());
            status.path("principals")
                    .forEach(each -> assertTrue(
                            each.path("name").asText().equals("loud")
                                    || each.path("refused").isEmpty(),
                            each.toString()));
        }
    }

    private void assertAttacked(String... kinds) {
        for (String kind : kinds) {
            assertTrue(loudAnswers.containsKey(kind), kind + " not among " + loudAnswers);
        }
    }

    private static JsonNode principal(JsonNode status, String name) {
        for (JsonNode each : status.path("principals")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("not shown: " + name);
    }

    private static Answer send(ChromaApi proxy, String token, String method, String path, @Nullable String body) {
        return proxy.send(method, path, body, "Authorization", "Bearer " + token);
    }

    /** A tenant with a database and a collection that has a record; the collection's path. */
    private String prepare(ChromaApi proxy, String tenant, String token) {
        send(proxy, admin, "POST", "/api/v2/tenants", "{\"name\":\"" + tenant + "\"}")
                .expect(200);
        send(proxy, token, "POST", "/api/v2/tenants/" + tenant + "/databases", "{\"name\":\"main\"}")
                .expect(200);
        String collections = ChromaApi.database(tenant, "main") + "/collections";
        String id = send(proxy, token, "POST", collections, "{\"name\":\"records\"}")
                .expect(200)
                .json()
                .path("id")
                .asText();
        send(proxy, token, "POST", collections + "/" + id + "/add", record("first"))
                .expect(201);
        return collections + "/" + id;
    }

    private static String record(String id) {
        return "{\"ids\":[\"" + id + "\"],\"embeddings\":[[1,2,3]]}";
    }

    /** Milliseconds, sorted. */
    private record Times(List<Long> writes, List<Long> reads, List<Long> creates) {
        @Override
        public String toString() {
            return "writes " + text(writes) + ", reads " + text(reads) + ", creates " + text(creates);
        }

        private static String text(List<Long> times) {
            List<Long> sorted = times.stream().sorted().toList();
            int p99 = Math.min(sorted.size() - 1, sorted.size() * 99 / 100);
            return "p50 " + sorted.get(sorted.size() / 2) + " ms, p99 " + sorted.get(p99) + " ms, slowest "
                    + sorted.getLast() + " ms";
        }
    }

    /** What a tenant does that is no trouble to anybody; every answer has to be a success. */
    private Times work(ChromaApi proxy, String collection, int rounds) {
        Times times = new Times(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        String collections = ChromaApi.database("calm", "main") + "/collections";
        for (int i = 0; i < rounds; i++) {
            String id = "r" + number.incrementAndGet();
            timed(
                    times.writes,
                    () -> send(proxy, calm, "POST", collection + "/add", record(id))
                            .expect(201));
            timed(
                    times.reads,
                    () -> assertEquals(
                            1,
                            send(proxy, calm, "POST", collection + "/get", "{\"ids\":[\"" + id + "\"]}")
                                    .expect(200)
                                    .json()
                                    .path("ids")
                                    .size()));
            if (i % 5 == 0) {
                timed(
                        times.creates,
                        () -> send(proxy, calm, "POST", collections, "{\"name\":\"made-" + id + "\"}")
                                .expect(200));
            }
        }
        return times;
    }

    private static void timed(List<Long> times, Runnable step) {
        long begun = System.nanoTime();
        step.run();
        times.add((System.nanoTime() - begun) / 1_000_000);
    }

    /**
     * A kind of attack.
     *
     * @param clients that send it at once
     * @param once what one of them sends; its argument is different each time
     */
    private record Attack(String name, int clients, IntConsumer once) {}

    private List<Attack> attacks(ChromaApi proxy, String collection) {
        String terms = IntStream.range(0, 1_200)
                .mapToObj(i -> "{\"k\":" + i + "}")
                .collect(Collectors.joining(",", "{\"where\":{\"$or\":[", "]}}"));
        String lists = "\"metadatas\":[{\"kind\":\"noise\",\"tags\":[\"a\",\"b\"]}]";
        return List.of(
                attack("flood", FLOOD, n -> send(proxy, loud, "POST", collection + "/add", record("f" + n))),
                attack(
                        "read",
                        FLOOD,
                        n -> send(proxy, loud, "POST", collection + "/get", "{\"ids\":[\"f" + n + "\"]}")),
                attack("create", FLOOD, n -> send(proxy, loud, "POST", COLLECTIONS, "{\"name\":\"noise-" + n + "\"}")),
                attack("delete", 1, _ -> delete(proxy, collection, LARGEST, "")),
                attack("larger delete", 1, _ -> delete(proxy, collection, 3 * LARGEST, "")),
                attack(
                        "larger delete with a filter",
                        1,
                        _ -> delete(proxy, collection, 3 * LARGEST, ",\"where\":{\"kind\":\"noise\"}")),
                attack(
                        "records with lists",
                        FLOOD,
                        n -> send(
                                proxy,
                                loud,
                                "POST",
                                collection + "/add",
                                record("l" + n).replace("]]}", "]]," + lists + "}"))),
                attack(
                        "delete by filter",
                        1,
                        _ -> send(proxy, loud, "POST", collection + "/delete", "{\"where\":{\"kind\":\"noise\"}}")),
                attack(
                        "list metadata",
                        1,
                        n -> send(
                                proxy,
                                loud,
                                "POST",
                                COLLECTIONS,
                                "{\"name\":\"list-" + n + "\",\"metadata\":{\"a\":[1,2]}}")),
                attack(
                        "list metadata by PUT",
                        1,
                        n -> send(proxy, loud, "PUT", collection, "{\"new_metadata\":{\"a\":[" + n + "]}}")),
                attack("filter", 1, _ -> send(proxy, loud, "POST", collection + "/delete", terms)),
                attack("route", 1, _ -> send(proxy, loud, "POST", collection + "/conditional/commit", "{}")),
                new Attack("octets", 1, _ -> octets(proxy)));
    }

    private Attack attack(String name, int clients, IntFunction<Answer> one) {
        return new Attack(name, clients, n -> {
            try {
                count(name + " " + one.apply(n).status());
            } catch (UncheckedIOException e) {
                count(name + " no answer");
            }
        });
    }

    /** What the work comes to while the attacks go on. */
    private Times beside(List<Attack> attacks, Supplier<Times> work) {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (Attack attack : attacks) {
                    for (int i = 0; i < attack.clients(); i++) {
                        attackers.execute(() -> {
                            while (!over.get()) {
                                attack.once().accept(number.incrementAndGet());
                            }
                        });
                    }
                }
                return work.get();
            } finally {
                over.set(true);
            }
        }
    }

    private Answer delete(ChromaApi proxy, String collection, int ids, String more) {
        String list = IntStream.range(0, ids).mapToObj(i -> "\"f" + i + "\"").collect(Collectors.joining(","));
        return send(proxy, loud, "POST", collection + "/delete", "{\"ids\":[" + list + "]" + more + "}");
    }

    private void octets(ChromaApi proxy) {
        int port = Integer.parseInt(proxy.url().substring(proxy.url().lastIndexOf(':') + 1));
        for (String octet : List.of("<", "|", "^", "[", "\\", "`")) {
            try (RawConnection connection = new RawConnection(port)) {
                connection.send("POST " + COLLECTIONS.replace("main", "a" + octet + "b")
                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + loud
                        + "\r\nX-Odd: a\u0001b\r\nContent-Length: 14\r\n\r\n{\"name\":\"odd\"}");
                count("octets " + connection.read().status());
            } catch (Exception e) {
                count("octets " + e.getClass().getSimpleName());
            }
        }
    }

    private void count(String answer) {
        loudAnswers.computeIfAbsent(answer, any -> new LongAdder()).increment();
    }
}
