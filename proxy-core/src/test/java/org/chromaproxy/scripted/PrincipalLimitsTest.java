package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one token uses up is its own: at its bound it is refused, and others go on. */
class PrincipalLimitsTest extends StagedTest {
    private static final int RECORDS = 50;
    private static final AccessFixture FILE = new AccessFixture();
    private static final String QUIET = FILE.token("quiet", Role.ADMIN);
    private static final Map<PrincipalLimit, Long> FEW =
            Map.of(PrincipalLimit.PENDING, 2_000L, PrincipalLimit.WAITS, 1L, PrincipalLimit.REQUESTS, 8L);

    private static final String COLLECTOR =
            FILE.limited("collector", Role.WRITE, Map.of(PrincipalLimit.COLLECTIONS, 2L), "few");
    private static final List<String> NAMES = List.of("noisy-0", "noisy-1", "noisy-2", "noisy-3", "noisy-4", "noisy-5");
    private static final List<String> NOISY =
            NAMES.stream().map(name -> FILE.limited(name, Role.ADMIN, FEW)).toList();

    private String noisy = "";
    private String name = "";
    private int used;

    PrincipalLimitsTest() {
        super(Stage.Settings.DEFAULT
                .withAccess(FILE.settings("for-the-instances"))
                .withPrincipals(Map.of(
                        PrincipalLimit.RECORDS,
                        (long) RECORDS,
                        PrincipalLimit.RESULTS,
                        100L,
                        PrincipalLimit.FAULTS,
                        1L,
                        PrincipalLimit.DEAD_LETTERS,
                        2L)));
    }

    /** Each test with a token of its own: what another has used up does not count. */
    @BeforeEach
    void token() {
        name = NAMES.get(used);
        noisy = NOISY.get(used++);
    }

    private CompletableFuture<Client.Answer> call(String uri, String body, String token) {
        return stage().client().post(uri, body, "Authorization", "Bearer " + token);
    }

    private Client.Answer page(String uri, String token) {
        return stage().client().get(uri, "Authorization", "Bearer " + token).join();
    }

    private Collection collection(String name) {
        Client.Answer created = call(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}", QUIET)
                .join();
        assertEquals(200, created.status(), created.body());
        Collection collection =
                new Collection(stage(), name, created.json().path("id").asText());
        assertEquals(201, add(collection, "first", QUIET).join().status());
        return collection;
    }

    private CompletableFuture<Client.Answer> add(Collection collection, String id, String token) {
        return call(collection.path("add"), Collection.record(id), token);
    }

    private JsonNode principal() {
        for (JsonNode each : page("/status", QUIET).json().path("principals")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("not shown: " + name);
    }

    private static String ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"i" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static void assertRefused(Client.Answer answer, int status) {
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains("Nothing was logged or executed"), answer.body());
        if (status == 429) {
            assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
        }
    }

    @Test
    void aWriteOfTooManyRecordsIsRefusedBeforeItIsLogged() {
        Collection collection = collection("many");
        String ids = ids(RECORDS + 1);
        assertRefused(
                call(collection.path("delete"), "{\"ids\":" + ids + "}", noisy).join(), 413);
        String filtered = "{\"where\":{\"k\":1},\"ids\":" + ids + "}";
        assertRefused(call(collection.path("delete"), filtered, noisy).join(), 413);
        String rows = "[1,2],".repeat(RECORDS) + "[1,2]";
        for (String operation : List.of("add", "update", "upsert")) {
            String body = "{\"ids\":" + ids + ",\"embeddings\":[" + rows + "]}";
            assertRefused(call(collection.path(operation), body, noisy).join(), 413);
            // Chroma takes the members' values, in their order, for the object.
            String values = "[" + ids + ",[" + rows + "],null,null,null]";
            assertRefused(call(collection.path(operation), values, noisy).join(), 413);
        }
        assertEquals(
                List.of("1"),
                stage().log()
                        .look("SELECT count(*) FROM log_record WHERE collection = '" + collection.id() + "'"
                                + " AND lane = collection"));
        assertEquals(
                200,
                call(collection.path("delete"), "{\"ids\":" + ids(RECORDS) + "}", noisy)
                        .join()
                        .status());
        assertEquals(8, principal().at("/refused/records").asInt());
    }

    @Test
    void aQueryForTooManyResultsReachesNoServer() {
        Collection collection = collection("queried");
        List<String> permitted = List.of(
                "{\"query_embeddings\":[" + "[1,2],".repeat(9) + "[1,2]]}",
                "{\"query_embeddings\":[[1,2],[1,2]],\"n_results\":50}",
                "{\"query_embeddings\":[[1,2]],\"n_results\":100000}");
        List<String> beyond = List.of(
                "{\"query_embeddings\":[" + "[1,2],".repeat(10) + "[1,2]]}",
                "{\"query_embeddings\":[[1,2],[1,2]],\"n_results\":51}",
                "{\"n_results\":60000,\"query_embeddings\":[[1,2]," + "[3,4],".repeat(100_000) + "[1,2]]}");
        for (String body : permitted) {
            Client.Answer answer = call(collection.path("query"), body, noisy).join();
            assertFalse(answer.body().contains("MAX_RESULTS_PER_QUERY"), answer.body());
        }
        for (String body : beyond) {
            Client.Answer answer = call(collection.path("query"), body, noisy).join();
            assertEquals(400, answer.status(), answer.body());
            assertTrue(answer.body().contains("MAX_RESULTS_PER_QUERY"), answer.body());
        }
        assertEquals(3, principal().at("/refused/results").asInt());
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            assertTrue(server.calls(call -> beyond.contains(call.body())).isEmpty());
        }
        assertEquals(
                200,
                call(collection.path("get"), "{\"ids\":[\"first\"]}", noisy)
                        .join()
                        .status());
    }

    @Test
    void whoseBytesWaitForAnOutcomeIsRefusedMoreAndOthersAreNot() {
        Collection collection = collection("held");
        Collection other = collection("others");
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(call -> call.writes() && call.body().contains("held"), Reply.held(gate));
        String body = "{\"ids\":[\"held\"],\"embeddings\":[[1,2]],\"documents\":[\"" + "x".repeat(1_500) + "\"]}";
        CompletableFuture<Client.Answer> held = call(collection.path("add"), body, noisy);
        await().atMost(Stage.SOON).until(() -> principal().at("/used/pending").asLong() > 1_500);
        assertRefused(call(other.path("add"), body, noisy).join(), 429);
        assertEquals(201, add(other, "quiet", QUIET).join().status());
        gate.complete(null);
        assertEquals(201, held.join().status());
        await().atMost(Stage.SOON).until(() -> principal().at("/used/pending").isMissingNode());
        assertEquals(
                201,
                call(other.path("add"), body.replace("held", "later"), noisy)
                        .join()
                        .status());
    }

    @Test
    void aHeldQuestionIsOneOfAFewAndTheNextIsAnsweredAtOnce() {
        Collection collection = collection("asked");
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(call -> call.writes() && call.body().contains("slow"), Reply.held(gate));
        String id = "mine-" + name;
        CompletableFuture<Client.Answer> write = stage().client()
                .post(
                        collection.path("add"),
                        Collection.record("slow"),
                        "Authorization",
                        "Bearer " + noisy,
                        "Transaction-ID",
                        id);
        String page = "/transactions/" + id + "?tenant=default_tenant&wait=30s";
        await().atMost(Stage.SOON)
                .until(() -> page("/transactions/" + id, noisy).status() == 200);
        CompletableFuture<Client.Answer> first = stage().client().get(page, "Authorization", "Bearer " + noisy);
        await().atMost(Stage.SOON).until(() -> principal().at("/used/waits").asInt() == 1);
        assertEquals("ATTEMPTING", page(page, noisy).json().path("status").asText(), "answered at once");
        CompletableFuture<Client.Answer> others = stage().client().get(page, "Authorization", "Bearer " + QUIET);
        assertFalse(first.isDone());
        gate.complete(null);
        assertEquals("COMPLETED", others.join().json().path("status").asText());
        assertEquals("COMPLETED", first.join().json().path("status").asText());
        assertEquals(201, write.join().status());
        assertTrue(principal().at("/used/waits").isMissingNode());
    }

    @Test
    void aTenantHasNoMoreCollectionsThanTheTokenThatMakesThemMayHave() {
        String few = "/api/v2/tenants/few";
        assertEquals(
                200, call("/api/v2/tenants", "{\"name\":\"few\"}", QUIET).join().status());
        assertEquals(
                200,
                call(few + "/databases", "{\"name\":\"main\"}", QUIET).join().status());
        String collections = few + "/databases/main/collections";
        for (String made : List.of("one", "two")) {
            assertEquals(
                    200,
                    call(collections, "{\"name\":\"" + made + "\"}", COLLECTOR)
                            .join()
                            .status());
        }
        assertRefused(call(collections, "{\"name\":\"three\"}", COLLECTOR).join(), 403);
        assertEquals(
                200,
                call(collections, "{\"name\":\"two\",\"get_or_create\":true}", COLLECTOR)
                        .join()
                        .status(),
                "it is there");
        assertEquals(200, call(collections, "{\"name\":\"four\"}", QUIET).join().status(), "another's bound");
        for (String gone : List.of("one", "four")) {
            assertEquals(
                    200,
                    stage().client()
                            .delete(collections + "/" + gone, "Authorization", "Bearer " + QUIET)
                            .join()
                            .status());
        }
        assertEquals(
                200, call(collections, "{\"name\":\"three\"}", COLLECTOR).join().status());
    }

    /** A record that an instance fails again and again, though it applies others, bars its sender and nobody else. */
    @Test
    void whoseWritesAreGivenUpMakesNoMoreForAWhileAndOthersGoOn() {
        Collection other = collection("sound");
        List<Collection> collections = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            collections.add(collection("poisoned-" + i));
        }
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(call -> call.writes() && call.body().contains("poison"), new Reply.Close(false));
        }
        List<CompletableFuture<Client.Answer>> poison = new ArrayList<>();
        for (Collection poisoned : collections) {
            poison.add(add(poisoned, "poison", noisy));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(poison.toArray(CompletableFuture<?>[]::new));
        for (int others = 0; !all.isDone(); others++) {
            assertEquals(201, add(other, "sound-" + others, QUIET).join().status());
            Client.Answer during = add(other, "during-" + others, noisy).join();
            if (during.status() != 201) {
                assertRefused(during, 429);
            }
        }
        assertEquals(
                List.of(),
                stage().log().look("SELECT instance FROM lane_leader WHERE lane = '" + other.id() + "'"),
                "one client's poison is no reason for another's leadership to move");
        poison.forEach(
                each -> assertEquals(500, each.join().status(), each.join().body()));
        assertTrue(principal().at("/refused/faults").asInt() > 0, "it was suspended while one was tried");
        assertEquals(6, principal().at("/used/dead-letters").asInt());
        assertRefused(add(other, "none", noisy).join(), 429);
        assertEquals(201, add(other, "after", QUIET).join().status());
        assertEquals(200, call(other.path("get"), "{}", noisy).join().status(), "reads go on");
        assertTrue(page("/metrics", QUIET)
                .body()
                .contains("chroma_proxy_principal_refused_total{limit=\"dead-letters\",principal=\"token:" + name));
    }
}
