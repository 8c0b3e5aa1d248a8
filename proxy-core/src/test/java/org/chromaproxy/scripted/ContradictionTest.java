package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An instance, or a gateway in front of it that speaks as Chroma does, contradicts what is known. */
class ContradictionTest extends StagedTest {
    /** It is asked again with growing pauses. */
    private static final Duration LONG = Duration.ofSeconds(90);

    ContradictionTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static Reply refusal(int status) {
        return Reply.error(status, status == 404 ? "NotFoundError" : "InvalidArgumentError", "not from here");
    }

    private void awaitAsked(int times, Predicate<Call> what) {
        await().atMost(LONG).until(() -> stage().replica().calls(what).size() >= times);
    }

    private void awaitDiverged(Collection collection) {
        await().atMost(LONG).until(() -> places(collection).contains("replica DIVERGED"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409, 422})
    void aRefusalByAGatewayBeforeAFollowerCostsItNothing(int status) {
        Collection collection = stage().usedCollection();
        stage().replica().times(3, Call::writes, call -> refusal(status));
        assertEquals(201, collection.add("one").join().status());
        assertEquals(201, collection.add("two").join().status());
        awaitHeld(stage().replica(), collection, "two");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    /** However often: as long as no write of the collection passes, it is not the follower's word. */
    @ParameterizedTest
    @ValueSource(ints = {400, 403})
    void aGatewayThatRefusesEveryWriteOfACollectionProvesNothing(int status) {
        Collection collection = stage().usedCollection();
        stage().replica().always(Call::writes, refusal(status));
        assertEquals(201, collection.add("one").join().status());
        awaitAsked(8, Call::writes);
        stage().forget();
        await().atMost(LONG)
                .until(() -> stage().replica().model().ids(collection.name()).contains("one"));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void aFollowerThatRefusesOneRecordAndTakesOthersHasDiverged() {
        Collection collection = stage().usedCollection();
        stage().replica().always(call -> call.writes() && call.body().contains("contested"), refusal(400));
        assertEquals(201, collection.add("contested").join().status());
        awaitDiverged(collection);
        assertRead(collection, List.of("first", "contested"));
    }

    @Test
    void aFollowerThatDoesNotKnowTheCollectionByNameEitherHasDiverged() {
        Collection collection = stage().usedCollection();
        String id = stage().replica().model().idOf(collection.name());
        stage().replica().always(call -> call.path().contains(id), refusal(404));
        stage().replica().always(call -> call.path().endsWith("/" + collection.name()), refusal(404));
        assertEquals(201, collection.add("one").join().status());
        awaitDiverged(collection);
    }

    @Test
    void aLeaderThatDoesNotKnowALivingCollectionIsAskedAgainAndNoClientIsTold() {
        Collection collection = stage().usedCollection();
        stage().primary().times(4, Call::writes, call -> refusal(404));
        Client.Answer answer = collection.add("one").join();
        assertEquals(201, answer.status(), answer.body());
        assertFalse(answer.body().contains("not from here"), answer.body());
        awaitHeld(stage().primary(), collection, "one");
        awaitHeld(stage().replica(), collection, "one");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }
}
