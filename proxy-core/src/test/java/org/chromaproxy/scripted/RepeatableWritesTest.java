package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

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
        Call delete = stage().primary().calls(call -> call.is("delete")).getFirst();
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
        awaitCalls(stage().replica(), 1);
        Call told = stage().replica().calls(Call::writes).getFirst();
        assertTrue(told.is("update"), told.toString());
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"],\"embeddings\":[[0,0,0,0]]}", told.body());
        assertEquals(
                List.of("2", "1"),
                List.of(
                        Integer.toString(stage().primary().calls(Call::writes).size()),
                        Integer.toString(stage().replica().calls(Call::writes).size())));
        assertEquals(
                List.of(told.body()),
                stage().log()
                        .look("SELECT convert_from(body, 'UTF8') FROM log_record WHERE collection = '" + collection.id()
                                + "' AND path LIKE '%/update'"));
        assertEquals(List.of(), stage().replica().model().ids(collection.name()));
    }
}
