package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Chroma servers fail for good, or end on, reaches none of them and is not logged. */
class BeyondServersTest extends StagedTest {
    BeyondServersTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static String many(int count, String one) {
        return IntStream.range(0, count).mapToObj(one::formatted).collect(Collectors.joining(","));
    }

    private long logged() {
        return Long.parseLong(
                stage().log().look("SELECT count(*)::text FROM log_record").getFirst());
    }

    private static void assertRefused(Client.Answer answer) {
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.body().contains("This is more than Chroma servers"), answer.body());
    }

    private void assertNobodyWasAsked() {
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            assertEquals(List.of(), instance.calls(call -> call.body().length() > 10_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/get", "/query", "/delete"})
    void aFilterThatEndsAServer(String route) {
        Collection collection = stage().usedCollection();
        long before = logged();
        for (String filter : List.of("where", "where_document")) {
            String body = "{\"" + filter + "\":{\"$or\":[" + many(5_000, "{\"k\":%d}") + "]}}";
            assertRefused(stage().client()
                    .post(collection.path(route.substring(1)), body)
                    .join());
        }
        assertEquals(before, logged());
        assertNobodyWasAsked();
        assertEquals(201, collection.add("afterwards").join().status());
    }

    /** A server evaluates it for minutes, in which it answers nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"/get", "/query", "/delete"})
    void aRegularExpressionThatKeepsAServerBusy(String route) {
        Collection collection = stage().usedCollection();
        long before = logged();
        for (String operator : List.of("$regex", "$not_regex")) {
            String body = "{\"where_document\":{\"" + operator + "\":\"(?:\\\\w+ ?){1,60}zzz\"},\"limit\":1}";
            assertRefused(stage().client()
                    .post(collection.path(route.substring(1)), body)
                    .join());
        }
        assertEquals(before, logged());
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            assertEquals(List.of(), instance.calls(call -> call.body().contains("regex")));
        }
    }

    @Test
    void metadataThatSqliteCannotStore() {
        Collection collection = stage().usedCollection();
        long before = logged();
        String body = "{\"ids\":[\"a\"],\"embeddings\":[[1,2,3]],\"metadatas\":[{" + many(6_000, "\"k%d\":1") + "}]}";
        for (String route : List.of("/add", "/upsert", "/update")) {
            assertRefused(stage().client()
                    .post(collection.path(route.substring(1)), body)
                    .join());
        }
        assertRefused(stage().client()
                .post(
                        Collection.DATABASE + "/collections",
                        "{\"name\":\"many\",\"metadata\":{" + many(6_000, "\"k%d\":1") + "}}")
                .join());
        assertEquals(before, logged());
        assertNobodyWasAsked();
    }

    @Test
    void anIndexThatNeverAnswersAgain() {
        String body = "{\"name\":\"links\",\"configuration\":{\"hnsw\":{\"max_neighbors\":1000000}}}";
        assertRefused(stage().client()
                .post(Collection.DATABASE + "/collections", body)
                .join());
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            assertEquals(List.of(), instance.calls(call -> call.body().contains("max_neighbors")));
        }
    }

    /** The compaction of a server's log ends on it, and with it everybody's writes, also after its restart. */
    @Test
    void aDocumentAmongMetadataThatIsNoText() {
        Collection collection = stage().usedCollection();
        long before = logged();
        for (String value : List.of("5", "null", "[\"a\"]")) {
            String body =
                    "{\"ids\":[\"a\"],\"embeddings\":[[1,2,3]],\"metadatas\":[{\"chroma:document\":" + value + "}]}";
            for (String route : List.of("add", "upsert", "update")) {
                assertRefused(
                        stage().client().post(collection.path(route), body).join());
            }
        }
        assertEquals(before, logged());
        assertEquals(201, collection.add("afterwards").join().status());
    }

    /** Whoever reads them in detail holds each several times. */
    @Test
    void namesAndIdsOfMegabytes() {
        Collection collection = stage().usedCollection();
        long before = logged();
        String large = "\u0416".repeat(4 << 20);
        String databases = "/api/v2/tenants/default_tenant/databases";
        for (String body : List.of(
                "{\"ids\":[\"" + large + "\"],\"embeddings\":[[1,2,3]]}",
                "{\"" + large + "\":1,\"ids\":[\"a\"],\"embeddings\":[[1,2,3]]}")) {
            assertRefused(stage().client().post(collection.path("upsert"), body).join());
            assertRefused(stage().client().post(collection.path("delete"), body).join());
        }
        for (String path : List.of(databases, "/api/v2/tenants", Collection.DATABASE + "/collections")) {
            assertRefused(
                    stage().client().post(path, "{\"name\":\"" + large + "\"}").join());
        }
        assertRefused(stage().client()
                .post(collection.path("fork"), "{\"new_name\":\"" + large + "\"}")
                .join());
        assertEquals(before, logged());
        assertNobodyWasAsked();
        assertEquals(201, collection.add("afterwards").join().status());
    }
}
