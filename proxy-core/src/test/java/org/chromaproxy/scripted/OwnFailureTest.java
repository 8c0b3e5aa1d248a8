package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A write at which every server fails by itself, in Chroma's words, each time. */
class OwnFailureTest extends StagedTest {
    private static final Reply FAILURE =
            Reply.error(500, "InternalError", "error returned from database: (code: 1) too many SQL variables");
    private static final String FILTER = "{\"where\":{\"a\":{\"$in\":[1,2]}}}";

    OwnFailureTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static boolean filtered(Call call) {
        return (call.is("delete") || call.is("get")) && call.body().contains("$in");
    }

    private void assertCostNothing(Collection collection, Client.Answer answer) {
        assertEquals(500, answer.status(), answer.body());
        assertTrue(answer.body().contains("too many SQL variables"), answer.body());
        assertEquals("InternalError", answer.json().path("error").asText());
        assertEquals(List.of("FAILED 500"), outcomes(collection));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        stage().forget();
        assertEquals(201, collection.add("after").join().status());
        awaitHeld(stage().primary(), collection, "after");
        awaitHeld(stage().replica(), collection, "after");
        assertRead(collection, List.of("first", "after"));
        Client.Answer letters = stage().client().get("/admin/dead_letters").join();
        assertTrue(!letters.body().contains(collection.id()), letters.body());
    }

    /** Nobody but the leader is sent the delete; the others are asked whether they could find its matches. */
    @Test
    void aDeleteWhoseFilterNoServerCanEvaluateFailsInChromasWordsAndCostsNothing() {
        Collection collection = stage().usedCollection();
        stage().primary().always(OwnFailureTest::filtered, FAILURE);
        stage().replica().always(OwnFailureTest::filtered, FAILURE);
        Client.Answer answer = collection.write("delete", FILTER).join();
        assertEquals(
                1,
                stage().primary().calls(call -> call.is("delete")).size()
                        + stage().replica().calls(call -> call.is("delete")).size());
        assertCostNothing(collection, answer);
    }

    /** A newer server may be able to: then it decides. */
    @Test
    void aDeleteWhoseFilterAnotherServerCanEvaluateIsDecidedThere() {
        Collection collection = stage().usedCollection();
        stage().primary().times(4, OwnFailureTest::filtered, call -> FAILURE);
        assertEquals(200, collection.write("delete", FILTER).join().status());
        assertEquals(List.of(), outcomes(collection));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void anAddAtWhichEveryServerFailsAndThatChangesNothingIsToldInChromasWords() {
        Collection collection = stage().usedCollection();
        stage().primary().always(call -> call.is("add") && call.body().contains("never"), FAILURE);
        stage().replica().always(call -> call.is("add") && call.body().contains("never"), FAILURE);
        assertCostNothing(collection, collection.add("never").join());
    }
}
