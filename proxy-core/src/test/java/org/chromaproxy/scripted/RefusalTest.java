package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest extends StagedTest {
    RefusalTest() {
        super(Stage.Settings.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 422})
    void aWriteThatTheLeaderRefusesGoesNowhereElse(int status) {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, Reply.error(status, "InvalidArgumentError", "no such thing"));
        Client.Answer answer = collection.add("refused").join();
        assertEquals(status, answer.status());
        assertEquals("{\"error\":\"InvalidArgumentError\",\"message\":\"no such thing\"}", answer.body());
        assertEquals(List.of("FAILED " + status), outcomes(collection));
        assertOnlyTheLeaderSawIt(collection);
    }

    /** Otherwise a client could ask, by ids that it makes a server quote, how others' collections are called. */
    @Test
    void anErrorTextNamesTheRequestsOwnCollectionByItsPublicIdAndNoOther() {
        Collection mine = stage().usedCollection();
        Collection other = stage().usedCollection();
        String quoted = "no [" + onPrimary(mine) + "], no [" + onPrimary(other) + "]";
        String told = "no [" + mine.id() + "], no [" + onPrimary(other) + "]";
        Reply refusal = Reply.error(400, "InvalidArgumentError", quoted);
        stage().primary().once(Call::writes, refusal);
        assertEquals(told, message(mine.add("refused").join()));
        stage().primary().always(call -> call.is("get"), refusal);
        stage().replica().always(call -> call.is("get"), refusal);
        assertEquals(told, message(mine.read().join()));
        String tenants = "/api/v2/tenants/";
        stage().primary().always(call -> call.path().equals(tenants + "quoted"), refusal);
        stage().replica().always(call -> call.path().equals(tenants + "quoted"), refusal);
        assertEquals(quoted, message(stage().client().get(tenants + "quoted").join()));
    }

    private String onPrimary(Collection collection) {
        return stage().log()
                .look("SELECT instance_id FROM collection_place WHERE instance = 'primary' AND public_id = '"
                        + collection.id() + "'")
                .getFirst();
    }

    private static String message(Client.Answer answer) {
        assertEquals(400, answer.status(), answer.body());
        return answer.json().path("message").asText();
    }

    @Test
    void aBodyTooLargeForTheLeaderIsRefusedInItsOwnPlainWords() {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, new Reply.Fixed(413, "", "length limit exceeded"));
        Client.Answer answer = collection.add("large").join();
        assertEquals(413, answer.status());
        assertEquals("length limit exceeded", answer.body());
        assertEquals(List.of("FAILED 413"), outcomes(collection));
        assertOnlyTheLeaderSawIt(collection);
    }

    @Test
    void aDatabaseThatIsNowhereIsAnsweredAsChromaDoesThoughItCannotBeCountedThere() {
        String unknown = "/api/v2/tenants/default_tenant/databases/unheard-of";
        Client.Answer answer = stage().client().delete(unknown).join();
        assertEquals(404, answer.status(), answer.body());
        assertTrue(answer.body().contains("Database [unheard-of] not found"), answer.body());
        assertEquals(201, stage().usedCollection().add("after").join().status());
    }

    /** A later write arrives everywhere, so the refused one has had its chance. */
    private void assertOnlyTheLeaderSawIt(Collection collection) {
        assertEquals(201, collection.add("after").join().status());
        awaitHeld(stage().replica(), collection, "after");
        assertEquals(2, stage().primary().calls(Call::writes).size());
        assertEquals(1, stage().replica().calls(Call::writes).size());
        assertEquals(List.of("first", "after"), stage().replica().model().ids(collection.name()));
    }

    @Test
    void aRefusalIsDurableBeforeTheClientIsTold() throws Exception {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, Reply.error(400, "InvalidArgumentError", "bad"));
        CompletableFuture<Client.Answer> answer;
        try (LogSql.Hold _ = stage().log().hold("record_outcome")) {
            answer = collection.add("refused");
            awaitCalls(stage().primary(), 1);
            await().atMost(Stage.SOON).until(stage().log()::somebodyWaits);
            assertEquals(200, stage().client().get("/api/v2/heartbeat").join().status());
            assertFalse(answer.isDone());
        }
        assertEquals(400, answer.join().status());
        assertEquals(List.of("FAILED 400"), outcomes(collection));
    }

    @Test
    void aCreateWhoseMappingTheLogRefusesIsPlannedAgain() throws Exception {
        String name = "taken-behind-the-proxys-back";
        try (Stage own = Stage.open()) {
            own.log()
                    .change("INSERT INTO collection VALUES (gen_random_uuid(), 'default_tenant', 'default_database', '"
                            + name + "', 0, 0, now())");
            CompletableFuture<Client.Answer> created =
                    own.client().post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}");
            await().atMost(Stage.SOON).until(() -> creates(own.primary()) >= 2);
            assertFalse(created.isDone());
            own.log().change("DELETE FROM collection WHERE name = '" + name + "'");
            assertEquals(200, created.join().status());
            assertEquals(201, own.usedCollection().add("after").join().status());
        }
    }

    private static int creates(ScriptedChroma instance) {
        return instance.calls(
                        call -> call.method().equals("POST") && call.path().endsWith("/collections"))
                .size();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404})
    void anErrorPageThatIsNotChromasIsDoubtAndNotARefusal(int status) {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, new Reply.Fixed(status, "text/html", "<html>no</html>"));
        assertEquals(201, collection.add("doubted").join().status());
        awaitHeld(stage().primary(), collection, "doubted");
        awaitHeld(stage().replica(), collection, "doubted");
        assertEquals(List.of(), outcomes(collection));
    }
}
