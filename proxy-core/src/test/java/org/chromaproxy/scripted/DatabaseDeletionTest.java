package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases are deleted only after an instance has been asked what else it holds in them. */
class DatabaseDeletionTest extends StagedTest {
    private static final String DATABASES = "/api/v2/tenants/default_tenant/databases";

    DatabaseDeletionTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(30_000));
    }

    private static boolean counts(Call call) {
        return call.path().endsWith("/collections_count");
    }

    private void make(String database) {
        String body = "{\"name\":\"" + database + "\"}";
        assertEquals(200, stage().client().post(DATABASES, body).join().status());
    }

    private CompletableFuture<Client.Answer> delete(String database) {
        return stage().client().delete(DATABASES + "/" + database);
    }

    @Test
    void aDatabaseThatNobodyKnowsIsNotFound() {
        assertEquals(404, delete("unknown").join().status());
    }

    /** 1.5.9 counts none in a database that it does not know; older releases say that they do not know it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatNobodyKnowsIsNotFoundThoughTheFirstAttemptFailed(boolean countsNone) {
        String database = "never-" + countsNone;
        if (countsNone) {
            stage().primary().always(DatabaseDeletionTest::counts, Reply.json(200, "0"));
        }
        stage().primary()
                .once(
                        call -> call.method().equals("DELETE") && call.path().endsWith("/" + database),
                        Reply.error(500, "InternalError", "error returned from database: database is locked"));
        Client.Answer answer = delete(database).join();
        stage().forget();
        assertEquals(404, answer.status(), answer.body());
    }

    @Test
    void anAnswerThatIsNoNumberIsAskedForAgain() {
        make("asked-twice");
        stage().primary().once(DatabaseDeletionTest::counts, Reply.json(200, "\"many\""));
        assertEquals(200, delete("asked-twice").join().status());
        assertEquals(2, stage().primary().calls(DatabaseDeletionTest::counts).size());
    }

    @Test
    void aServerThatDoesNotSayHowManyHoldsUpTheCatalogForAMomentOnly() {
        make("uncounted");
        Reply failure = Reply.error(500, "InternalError", "disk I/O error");
        stage().primary().always(DatabaseDeletionTest::counts, failure);
        stage().replica().always(DatabaseDeletionTest::counts, failure);
        CompletableFuture<Client.Answer> deleted = delete("uncounted");
        CompletableFuture<Client.Answer> next = stage().client().post(DATABASES, "{\"name\":\"behind-it\"}");
        Client.Answer answer = deleted.join();
        assertEquals(503, answer.status(), answer.body());
        assertTrue(answer.body().contains("Nothing was changed"), answer.body());
        assertTrue(answer.json().has("error") && answer.json().has("message"), answer.body());
        assertEquals(200, next.join().status());
        assertEquals(List.of("FAILED 503"), outcomesOfDeletion("uncounted"));
        assertEquals(200, stage().client().get(DATABASES + "/uncounted").join().status());
        stage().forget();
        assertEquals(200, delete("uncounted").join().status());
    }

    @Test
    void anAnswerThatComesAfterAnotherInstanceHasDecidedChangesNothing() {
        make("overtaken");
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().times(1, DatabaseDeletionTest::counts, call -> new Reply.Held(gate, Reply.json(200, "5")));
        CompletableFuture<Client.Answer> deleted = delete("overtaken");
        await().atMost(Stage.SOON)
                .until(() ->
                        !stage().primary().calls(DatabaseDeletionTest::counts).isEmpty());

        stage().primary().always(Call::writes, Reply.error(500, "InternalError", "database or disk is full"));
        assertEquals(201, collection.add("elsewhere").join().status());

        assertEquals(200, deleted.join().status());
        gate.complete(null);
        stage().forget();
        awaitHeld(stage().primary(), collection, "elsewhere");
        make("afterwards");
        assertTrue(outcomesOfDeletion("overtaken").isEmpty(), "decided once: " + outcomesOfDeletion("overtaken"));
        String database = DATABASES + "/overtaken";
        assertEquals(404, stage().client().get(database).join().status());
    }

    private List<String> outcomesOfDeletion(String database) {
        return stage().log()
                .look("SELECT o.state || ' ' || o.status FROM log_record r JOIN record_outcome o ON o.lsn = r.lsn"
                        + " WHERE r.path LIKE '%/databases/" + database + "'");
    }
}
