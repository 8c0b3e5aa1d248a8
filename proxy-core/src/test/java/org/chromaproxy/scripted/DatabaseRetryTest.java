package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** A deletion of a database that is sent again deletes nothing of the database that has been made of that name since. */
class DatabaseRetryTest extends StagedTest {
    private static final int COLLECTIONS = 5;
    private static final String DATABASES = "/api/v2/tenants/default_tenant/databases";
    private static final String[] ID = {"Transaction-ID", "deletion-1"};

    DatabaseRetryTest() {
        super(Stage.Settings.DEFAULT);
    }

    @Test
    void whatWasDeletedBeforeIsNotDeletedAgain() {
        make("again");
        assertEquals(200, delete("again", ID).status());
        make("again");
        fill("again");
        assertEquals(200, delete("again", ID).status());
        assertEquals(COLLECTIONS, count("again"));
    }

    @Test
    void anIdOfAnotherRequestDeletesNothing() {
        make("reused");
        fill("reused");
        stage().client()
                .post(DATABASES, "{\"name\":\"other\"}", "Transaction-ID", "create-1")
                .join();
        Client.Answer refused = delete("reused", "Transaction-ID", "create-1");
        assertNotEquals(200, refused.status(), refused.body());
        assertEquals(COLLECTIONS, count("reused"));
    }

    @Test
    void theFirstOfAnIdIsExecuted() {
        make("first");
        fill("first");
        assertEquals(200, delete("first", "Transaction-ID", "deletion-2").status());
        assertNotEquals(200, stage().client().get(DATABASES + "/first").join().status());
    }

    private void make(String database) {
        Client.Answer made = stage().client()
                .post(DATABASES, "{\"name\":\"" + database + "\"}")
                .join();
        assertEquals(200, made.status(), made.body());
    }

    /** More collections with array-valued metadata than the deletion of a database takes with it. */
    private void fill(String database) {
        String home = DATABASES + "/" + database + "/collections";
        for (int i = 0; i < COLLECTIONS; i++) {
            Client.Answer created =
                    stage().client().post(home, "{\"name\":\"keep" + i + "\"}").join();
            assertEquals(200, created.status(), created.body());
            String records = home + "/" + created.json().path("id").asText() + "/add";
            String body = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"tags\":[\"x\",\"y\"]}]}";
            Client.Answer added = stage().client().post(records, body).join();
            assertEquals(201, added.status(), added.body());
        }
    }

    private Client.Answer delete(String database, String... headers) {
        return stage().client().delete(DATABASES + "/" + database, headers).join();
    }

    private int count(String database) {
        return Integer.parseInt(stage().client()
                .get(DATABASES + "/" + database + "/collections_count")
                .join()
                .body());
    }
}
