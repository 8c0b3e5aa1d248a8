package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One request is never answered, on a connection that lives, by a server that answers all others. */
class SilentRequestTest extends StagedTest {
    SilentRequestTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(30_000).withUnansweredMs(1_000));
    }

    private static Predicate<Call> adds(String record) {
        return call -> call.is("add") && call.body().contains("\"" + record + "\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsConnectionIsResetAndItIsSentAgainBehindAnotherWrite(boolean othersWrite) {
        Collection collection = stage().usedCollection();
        Collection other = stage().usedCollection();
        stage().primary().once(adds("silent"), new Reply.Never());
        assertEquals(201, collection.add("silent").join().status(), "another one decides");
        if (othersWrite) {
            assertEquals(201, other.add("more").join().status());
        }
        awaitHeld(stage().primary(), collection, "silent");
        List<Call> calls = stage().primary().calls(adds("silent"));
        assertEquals(2, calls.size());
        assertFalse(calls.getFirst().connectionOpen());
        assertTrue(
                stage()
                        .primary()
                        .calls(call -> call.is("delete") && calls.getFirst().order() < call.order())
                        .stream()
                        .anyMatch(call -> call.order() < calls.getLast().order()),
                "what was sent before has had its effect by then, or never will");
        assertEquals(201, collection.add("later").join().status());
        awaitHeld(stage().primary(), collection, "later");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertEquals(List.of(), outcomes(collection));
    }

    /** As one that something on the way has swallowed, and that comes out at the other end when nobody waits for it any more. */
    @Test
    void whatIsDifferentInTheEndIsFound() {
        Collection collection = stage().usedCollection();
        stage().primary().once(adds("silent"), new Reply.Never());
        stage().primary().once(adds("silent"), Reply.json(201, "{}"));
        assertEquals(201, collection.add("silent").join().status());
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(List.of("primary DIVERGED", "replica READY"), places(collection)));
    }

    @Test
    void aRequestThatNobodyEverAnswersIsGivenUpAndOthersGoOn() {
        Collection collection = stage().usedCollection();
        stage().primary().always(adds("swallowed"), new Reply.Never());
        stage().replica().always(adds("swallowed"), new Reply.Never());
        Client.Answer answer = collection.add("swallowed").join();
        assertEquals(500, answer.status(), answer.body());
        assertEquals(List.of("ABANDONED 500"), outcomes(collection));
        assertEquals(201, collection.add("later").join().status());
        awaitHeld(stage().primary(), collection, "later");
        awaitHeld(stage().replica(), collection, "later");
        // Twice for its own silence; a server that a busy machine takes for dead meanwhile is sent it anew.
        assertTrue(stage().primary().calls(adds("swallowed")).size() <= 4);
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void aCreateThatIsNeverAnsweredHoldsNobodyUpForLong() {
        stage().primary().once(call -> call.creates("swallowed"), new Reply.Never());
        String path = Collection.DATABASE + "/collections";
        Client.Answer answer =
                stage().client().post(path, "{\"name\":\"swallowed\"}").join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(
                200, stage().client().post(path, "{\"name\":\"later\"}").join().status());
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        1,
                        stage().primary().calls(call -> call.creates("later")).size()));
        assertEquals(
                2,
                stage().primary().calls(call -> call.creates("swallowed")).size(),
                "what was not answered is sent again before what came later");
    }
}
