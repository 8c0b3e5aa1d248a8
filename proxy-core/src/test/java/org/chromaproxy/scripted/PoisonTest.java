package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PoisonTest extends StagedTest {
    PoisonTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static boolean poison(Call call) {
        return call.writes() && call.body().contains("poison");
    }

    @Test
    void aWriteThatOnlyTheLeaderCannotAnswerIsDecidedByTheOther() {
        Collection collection = stage().usedCollection();
        stage().primary().times(2, PoisonTest::poison, call -> new Reply.Close(false));
        Client.Answer answer = collection.add("poison").join();
        assertEquals(201, answer.status(), answer.body());
        awaitHeld(stage().replica(), collection, "poison");
        awaitHeld(stage().primary(), collection, "poison");
        assertEquals(List.of(), outcomes(collection));
    }

    @Test
    void aWriteThatEveryInstanceDropsFailsForGoodAndTheFollowingGoOn() {
        Collection collection = stage().usedCollection();
        stage().primary().always(PoisonTest::poison, new Reply.Close(false));
        stage().replica().always(PoisonTest::poison, new Reply.Close(false));
        Client.Answer answer = collection.add("poison").join();
        assertEquals(500, answer.status(), answer.body());
        assertTrue(answer.body().contains("recorded as failed"), answer.body());
        assertEquals(List.of("FAILED 500"), outcomes(collection));
        assertEquals(2, stage().primary().calls(PoisonTest::poison).size());
        assertEquals(2, stage().replica().calls(PoisonTest::poison).size());
        assertEquals(201, collection.add("healthy").join().status());
        awaitHeld(stage().primary(), collection, "healthy");
        awaitHeld(stage().replica(), collection, "healthy");
        assertEquals(2, stage().primary().calls(PoisonTest::poison).size());
        assertEquals(2, stage().replica().calls(PoisonTest::poison).size());
    }
}
