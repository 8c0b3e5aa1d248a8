package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.chromaproxy.scan.IdScan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an instance would do differently a second time, or elsewhere, is turned into what can be repeated. */
class RepeatableWritesTest extends StagedTest {
    RepeatableWritesTest() {
        super(Stage.Settings.DEFAULT);
    }

    @Test
    void aDeleteWithALimitIsResolvedToIdsThatAreDurableBeforeAnybodyDeletes() {
        Collection collection = stage().usedCollection();
        for (String id : List.of("a", "b", "c")) {
            assertEquals(201, collection.add(id).join().status());
        }
        awaitHeld(stage().replica(), collection, "c");
        stage().forget();
        List<String> durableOnArrival = new CopyOnWriteArrayList<>();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.onArrival(call -> {
                if (call.is("delete")) {
                    durableOnArrival.addAll(stage().log()
                            .look("SELECT convert_from(x.body, 'UTF8') FROM record_resolution x JOIN log_record r"
                                    + " ON r.lsn = x.lsn WHERE r.collection = '" + collection.id() + "'"));
                }
            });
        }
        String filter = "{\"kind\":{\"$eq\":\"x\"}}";
        Client.Answer answer = collection
                .write("delete", "{\"where\":" + filter + ",\"limit\":2}")
                .join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(2, answer.json().path("deleted").asInt());
        awaitCalls(stage().replica(), 1);
        Call get = stage().primary().calls(call -> call.is("get")).getFirst();
        Call delete = stage().primary().calls(call -> call.is("delete")).getLast();
        assertTrue(get.order() < delete.order());
        assertEquals("{\"where\":" + filter + ",\"limit\":2,\"include\":[]}", get.body(), "the question for the ids");
        String list = "{\"ids\":[\"first\",\"a\"]}";
        assertEquals(list, delete.body());
        assertEquals(list, stage().replica().calls(Call::writes).getFirst().body());
        assertEquals(List.of(list, list), durableOnArrival);
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        List.of("b", "c"), stage().replica().model().ids(collection.name())));
    }

    /** Chroma (1.5.9) refuses a limit without a filter; the ids it would have named are not to be deleted either. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"limit\":1}",
                "{\"ids\":[\"first\"],\"limit\":1}",
                "{\"ids\":[\"first\"],\"where\":null,\"where_document\":null,\"limit\":1}",
                "{\"l\\u0069mit\":1}"
            })
    void aDeleteWithALimitThatTheServerRefusesIsRefusedInItsWordsAndDeletesNothing(String body) {
        Collection collection = stage().usedCollection();
        Client.Answer answer = collection.write("delete", body).join();
        assertEquals(400, answer.status(), answer.body());
        assertEquals("limit without where", answer.json().path("message").asText());
        assertUntouched(collection);
    }

    /** Read by the server, not by the proxy: it may not be told apart from one with a limit. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[1],\"limit\":1}",
                "{\"where\":{\"k\":1},\"limit\":\"1\"}",
                "{\"where\":{\"k\":1},\"limit\":1} x"
            })
    void aDeleteThatTheServerCannotReadIsRefusedInItsWordsAndDeletesNothing(String body) {
        Collection collection = stage().usedCollection();
        stage().primary()
                .once(
                        call -> call.is("delete") && call.body().equals(body),
                        Reply.error(422, "ChromaError", "Failed to deserialize"));
        Client.Answer answer = collection.write("delete", body).join();
        assertEquals(422, answer.status(), answer.body());
        assertEquals("Failed to deserialize", answer.json().path("message").asText());
        assertUntouched(collection);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"ids\":[1],\"limit\":1}", "{\"where\":{\"k\":1},\"limit\":1,\"limit\":2}"})
    void aDeleteThatTheServerWouldExecuteButTheProxyCannotRepeatDeletesNothing(String body) {
        Collection collection = stage().usedCollection();
        Client.Answer answer = collection.write("delete", body).join();
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.body().contains("Nothing was executed"), answer.body());
        assertUntouched(collection);
    }

    private void assertUntouched(Collection collection) {
        assertEquals(List.of("first"), stage().primary().model().ids(collection.name()));
        assertEquals(201, collection.add("next").join().status());
        awaitHeld(stage().replica(), collection, "next");
        assertEquals(List.of("first", "next"), stage().replica().model().ids(collection.name()));
        assertEquals(List.of(), stage().replica().calls(call -> call.is("delete")));
        assertTrue(
                outcomes(collection).getFirst().startsWith("FAILED 4"),
                outcomes(collection).toString());
    }

    /** Keys the server passes over are no reason to refuse what it would execute. */
    @Test
    void aDeleteWithALimitAndAnUnknownKeyIsExecuted() {
        Collection collection = stage().usedCollection();
        assertEquals(201, collection.add("a").join().status());
        Client.Answer answer = collection
                .write("delete", "{\"where\":{\"k\":1},\"limit\":1,\"offset\":1}")
                .join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(List.of("a"), stage().primary().model().ids(collection.name()));
    }

    /** Chroma 1.0.5 passes over a limit as over any unknown key; a newer follower must not heed it. */
    @Test
    void whereTheLeaderKnowsNoLimitsTheDeleteGoesToAllWithoutIt() {
        Collection collection = stage().usedCollection();
        assertEquals(201, collection.add("a").join().status());
        awaitHeld(stage().replica(), collection, "a");
        stage().primary().once(call -> call.is("delete") && call.body().equals("{\"limit\":0}"), Reply.json(200, "{}"));
        Client.Answer answer = collection
                .write("delete", "{\"where\":{\"k\":1.0},\"limit\":1}")
                .join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(List.of(), stage().primary().model().ids(collection.name()));
        await().atMost(Stage.SOON)
                .untilAsserted(
                        () -> assertEquals(List.of(), stage().replica().model().ids(collection.name())));
        assertEquals(
                "{\"where\":{\"k\":1.0},\"limit\":null}",
                stage().replica().calls(call -> call.is("delete")).getFirst().body());
    }

    /** The leader is slow to say what matches; another one leads meanwhile, and takes other records. */
    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void aFormerLeadersLateAnswerChangesNothingOfADeleteThatAnotherHasDecided(int status) {
        Collection other = stage().usedCollection();
        Collection collection = withThree();
        CompletableFuture<Void> late = new CompletableFuture<>();
        Reply answer = status == 200
                ? Reply.json(200, "{\"ids\":[\"b\"]}")
                : Reply.error(status, "InvalidArgumentError", "late");
        CompletableFuture<Client.Answer> delete = slowlyResolved(collection, new Reply.Held(late, answer));
        takesNoWrites(stage().primary(), other);
        Client.Answer told = delete.join();
        assertEquals(200, told.status(), told.body());
        assertEquals(List.of("a", "b"), stage().replica().model().ids(collection.name()));
        stage().primary().forget();
        late.complete(null);
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        List.of("a", "b"), stage().primary().model().ids(collection.name())));
        assertEquals(201, collection.add("next").join().status());
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            awaitHeld(instance, collection, "next");
            assertEquals(List.of("a", "b", "next"), instance.model().ids(collection.name()));
        }
        assertEquals(List.of("{\"ids\":[\"first\"]}"), resolutions(collection));
        assertEquals(List.of(), outcomes(collection));
    }

    /** Leadership comes back before the late answer does: what another may have executed is executed here too. */
    @Test
    void aLateAnswerReplacesNoListThatAnotherLeaderMayHaveExecuted() {
        Collection other = stage().usedCollection();
        Collection collection = withThree();
        CompletableFuture<Void> late = new CompletableFuture<>();
        stage().replica()
                .always(call -> call.is("delete") && call.body().startsWith("{\"ids\""), new Reply.Close(true));
        CompletableFuture<Client.Answer> delete =
                slowlyResolved(collection, new Reply.Held(late, Reply.json(200, "{\"ids\":[\"b\"]}")));
        takesNoWrites(stage().primary(), other);
        await().atMost(Stage.SOON)
                .until(() -> stage().replica().model().ids(collection.name()).equals(List.of("a", "b")));
        stage().primary().forget();
        await().atMost(Stage.SOON)
                .until(() -> stage().log()
                        .look("SELECT instance FROM lane_leader WHERE lane = '" + collection.id() + "'")
                        .equals(List.of("primary")));
        late.complete(null);
        Client.Answer told = delete.join();
        assertEquals(200, told.status(), told.body());
        stage().replica().forget();
        assertEquals(201, collection.add("next").join().status());
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            awaitHeld(instance, collection, "next");
            assertEquals(List.of("a", "b", "next"), instance.model().ids(collection.name()));
        }
        assertEquals(List.of("{\"ids\":[\"first\"]}"), resolutions(collection));
    }

    private Collection withThree() {
        Collection collection = stage().usedCollection();
        assertEquals(201, collection.add("a").join().status());
        assertEquals(201, collection.add("b").join().status());
        awaitHeld(stage().replica(), collection, "b");
        return collection;
    }

    /** A delete with a limit of 1, whose matches the primary is asked for and tells so. */
    private CompletableFuture<Client.Answer> slowlyResolved(Collection collection, Reply matches) {
        stage().primary().once(call -> call.is("get"), matches);
        CompletableFuture<Client.Answer> delete = collection.write("delete", "{\"where\":{\"k\":1},\"limit\":1}");
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary().calls(call -> call.is("get")).isEmpty());
        return delete;
    }

    /** So that the proxy knows: writes of another collection fail there. */
    private void takesNoWrites(ScriptedChroma instance, Collection other) {
        instance.always(
                call -> call.writes() || call.method().equals("PUT"),
                Reply.error(500, "InternalError", "database or disk is full"));
        assertEquals(201, other.add("there").join().status());
    }

    private List<String> resolutions(Collection collection) {
        return stage().log()
                .look("SELECT convert_from(x.body, 'UTF8') FROM record_resolution x JOIN log_record r"
                        + " ON r.lsn = x.lsn WHERE r.collection = '" + collection.id() + "'");
    }

    /** Words of the client's ids are no limit. */
    @Test
    void aDeleteOfMoreIdsThanAreRememberedIsExecutedWhateverTheyContain() {
        Collection collection = stage().usedCollection();
        StringBuilder ids = new StringBuilder("{\"ids\":[\"limit\",\"\\u00e9\",\"first\"");
        for (int i = 0; i < IdScan.MAX_IDS; i++) {
            ids.append(",\"").append(i).append('"');
        }
        Client.Answer answer = collection.write("delete", ids + "]}").join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(List.of(), stage().primary().model().ids(collection.name()));
    }

    @Test
    void aDeleteWithALimitThatMatchesNothingSucceedsAndDeletesNothing() {
        Collection collection = stage().usedCollection();
        stage().primary().once(call -> call.is("get"), Reply.json(200, "{\"ids\":[]}"));
        Client.Answer answer = collection
                .write("delete", "{\"where\":{\"kind\":{\"$eq\":\"none\"}},\"limit\":2}")
                .join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(0, answer.json().path("deleted").asInt());
        assertEquals(List.of("first"), stage().primary().model().ids(collection.name()));
    }

    @Test
    void aDimensionThatARefusedWriteFixedIsPassedOnToTheFollowers() {
        Collection collection = stage().collection();
        stage().forget();
        stage().primary().once(Call::writes, Reply.error(400, "InvalidArgumentError", "lengths differ"));
        stage().primary()
                .once(
                        call -> call.method().equals("GET")
                                && call.path().endsWith("/collections/" + collection.name()),
                        Reply.json(
                                200,
                                "{\"id\":\"" + stage().primary().model().idOf(collection.name()) + "\",\"name\":\""
                                        + collection.name() + "\",\"dimension\":4}"));
        assertEquals(400, collection.add("half").join().status());
        // A large delete of another test may still be on its way.
        Predicate<Call> here = call -> call.writes() && !call.path().endsWith("/delete");
        await().atMost(Stage.SOON).until(() -> !stage().replica().calls(here).isEmpty());
        Call told = stage().replica().calls(here).getFirst();
        assertTrue(told.is("update"), told.toString());
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"],\"embeddings\":[[0,0,0,0]]}", told.body());
        assertEquals(
                List.of("2", "1"),
                List.of(
                        Integer.toString(stage().primary().calls(here).size()),
                        Integer.toString(stage().replica().calls(here).size())));
        assertEquals(
                List.of(told.body()),
                stage().log()
                        .look("SELECT convert_from(body, 'UTF8') FROM log_record WHERE collection = '" + collection.id()
                                + "' AND path LIKE '%/update'"));
        assertEquals(List.of(), stage().replica().model().ids(collection.name()));
    }
}
