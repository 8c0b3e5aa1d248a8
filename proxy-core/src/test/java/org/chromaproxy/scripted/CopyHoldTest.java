package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A copy stops the leader's lane at its end, but no write waits for a server that leaves one of its requests unanswered. */
class CopyHoldTest extends StagedTest {
    CopyHoldTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(20_000));
    }

    private static boolean counts(Call call) {
        return call.method().equals("GET") && call.path().endsWith("/count");
    }

    @Test
    void writesGoOnWhileOneOfItsLastRequestsWaits() {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().replica().once(CopyHoldTest::counts, Reply.AS_CHROMA);
        stage().replica().once(CopyHoldTest::counts, Reply.held(gate));
        CompletableFuture<Client.Answer> repaired = stage().client()
                .post(
                        "/admin/collections/" + collection.name() + "/repair",
                        "{\"instance\":\"replica\",\"force\":true}");
        await().atMost(Stage.SOON)
                .until(() -> stage().replica().calls(CopyHoldTest::counts).size() >= 2);

        Client.Answer written = collection.add("meanwhile").join();

        assertEquals(201, written.status(), written.body());
        gate.complete(null);
        assertEquals(2, repaired.join().status() / 100, repaired.join().body());
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(List.of("primary READY", "replica READY"), places(collection)));
        awaitHeld(stage().replica(), collection, "meanwhile");
        assertEquals(List.of("first", "meanwhile"), stage().replica().model().ids(collection.name()));
    }
}
