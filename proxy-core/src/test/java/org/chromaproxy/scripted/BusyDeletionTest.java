package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A deletion that would have to wait for its collection's writes keeps no other create waiting. */
class BusyDeletionTest extends StagedTest {
    BusyDeletionTest() {
        super(Stage.Settings.DEFAULT);
    }

    /** The writes before it are given up in the end; on a busy machine perhaps before the creates are sent. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void othersAreCreatedMeanwhile(boolean database) {
        boolean shown = false;
        for (int round = 0; round < 5 && !shown; round++) {
            shown = createdMeanwhile(database, "busy-" + database + round);
            stage().forget();
        }
        assertTrue(shown, "every create waited for the writes before the deletion");
    }

    private boolean createdMeanwhile(boolean database, String name) {
        String home = Collection.DATABASE;
        if (database) {
            stage().client()
                    .post("/api/v2/tenants/default_tenant/databases", "{\"name\":\"" + name + "\"}")
                    .join();
            home = home.replace("default_database", name);
        }
        String id = create(home, name).json().path("id").asText();
        String poison = Collection.record("poison-" + name);
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(call -> call.writes() && call.body().equals(poison), new Reply.Close(false));
        }
        CompletableFuture<Client.Answer> write = stage().client().post(home + "/collections/" + id + "/add", poison);
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary()
                        .calls(call -> call.body().equals(poison))
                        .isEmpty());
        CompletableFuture<Client.Answer> deletion =
                stage().client().delete(database ? home : home + "/collections/" + name);
        for (int i = 0; i < 3; i++) {
            Client.Answer created = create(Collection.DATABASE, "other-" + name + i);
            assertEquals(200, created.status(), created.body());
        }
        boolean meanwhile = !write.isDone();
        stage().forget();
        int status = deletion.join().status();
        assertTrue(status == 200 || status == 503, "status " + status);
        return meanwhile;
    }

    private Client.Answer create(String home, String name) {
        return stage().client()
                .post(home + "/collections", "{\"name\":\"" + name + "\"}")
                .join();
    }
}
