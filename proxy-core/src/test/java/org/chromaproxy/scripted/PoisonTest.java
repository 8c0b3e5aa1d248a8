package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A record that fails while the instance applies others, if only the proxy's own witness. */
class PoisonTest extends StagedTest {
    private static final Reply UNDONE = new Reply.Close(false);
    private static final Reply DONE = new Reply.Close(true);

    PoisonTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static boolean poison(Call call) {
        return call.writes() && call.body().contains("poison");
    }

    private void poisonous(Reply atPrimary, Reply atReplica) {
        stage().primary().always(PoisonTest::poison, atPrimary);
        stage().replica().always(PoisonTest::poison, atReplica);
    }

    private static void assertGivenUp(Client.Answer answer, String words) {
        assertEquals(500, answer.status(), answer.body());
        assertTrue(answer.body().contains("It was given up"), answer.body());
        assertTrue(answer.body().contains(words), answer.body());
    }

    @Test
    void aWriteThatOnlyTheLeaderCannotAnswerIsDecidedByTheOther() {
        Collection collection = stage().usedCollection();
        stage().primary().times(2, PoisonTest::poison, call -> UNDONE);
        Client.Answer answer = collection.add("poison").join();
        assertEquals(201, answer.status(), answer.body());
        awaitHeld(stage().replica(), collection, "poison");
        awaitHeld(stage().primary(), collection, "poison");
        assertEquals(List.of(), outcomes(collection));
    }

    @Test
    void aWriteThatEveryInstanceDropsIsGivenUpOnceItIsSeenToBeNowhere() {
        Collection collection = stage().usedCollection();
        poisonous(UNDONE, UNDONE);
        assertGivenUp(collection.add("poison").join(), "none of the records it names is there");
        assertEquals(List.of("ABANDONED 500"), outcomes(collection));
        assertTrue(stage().primary().calls(call -> call.is("get")).size() > 0, "read back");
        int primary = stage().primary().calls(PoisonTest::poison).size();
        int replica = stage().replica().calls(PoisonTest::poison).size();
        assertEquals(201, collection.add("healthy").join().status());
        awaitHeld(stage().primary(), collection, "healthy");
        awaitHeld(stage().replica(), collection, "healthy");
        assertEquals(primary, stage().primary().calls(PoisonTest::poison).size());
        assertEquals(replica, stage().replica().calls(PoisonTest::poison).size());
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    /** The read-back takes so long that another instance leads, and has applied the write, before it ends. */
    @Test
    void aWriteThatAnotherDecidesWhileItIsBeingGivenUpStandsAsDecided() {
        Collection other = stage().usedCollection();
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> read = new CompletableFuture<>();
        Reply unheardOf = Reply.error(500, "InternalError", "something unheard of");
        poisonous(unheardOf, unheardOf);
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(call -> call.is("get"), Reply.held(read));
        }
        CompletableFuture<Client.Answer> write = collection.add("poison");
        await().atMost(Stage.SOON).until(() -> readsBack(stage().primary()) || readsBack(stage().replica()));
        boolean replicaLeads = stage().log()
                .look("SELECT instance FROM lane_leader WHERE lane = '" + collection.id() + "'")
                .contains("replica");
        ScriptedChroma leader = replicaLeads ? stage().replica() : stage().primary();
        ScriptedChroma heir = replicaLeads ? stage().primary() : stage().replica();
        leader.always(
                call -> call.writes() || call.method().equals("PUT"),
                Reply.error(500, "InternalError", "database or disk is full"));
        heir.forget();
        assertEquals(201, other.add("there").join().status());
        Client.Answer answer = write.join();
        assertEquals(201, answer.status(), answer.body());
        leader.forget();
        read.complete(null);
        awaitHeld(leader, collection, "poison");
        assertEquals(List.of(), outcomes(collection));
        assertRead(collection, List.of("first", "poison"));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    private static boolean readsBack(ScriptedChroma instance) {
        return !instance.calls(call -> call.is("get")).isEmpty();
    }

    @Test
    void aWriteThatTookEffectEverywhereBeforeItFailedLeavesBothSidesInUse() {
        Collection collection = stage().usedCollection();
        poisonous(DONE, DONE);
        assertGivenUp(collection.add("poison").join(), "hold alike");
        assertEquals(List.of("ABANDONED 500"), outcomes(collection));
        assertEquals(201, collection.add("healthy").join().status());
        awaitHeld(stage().primary(), collection, "healthy");
        awaitHeld(stage().replica(), collection, "healthy");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertRead(collection, List.of("first", "poison", "healthy"));
    }

    @Test
    void aWriteThatTookEffectOnOneSideOnlyTakesTheSideThatIsNotTheLeadersOut() {
        Collection collection = stage().usedCollection();
        poisonous(DONE, UNDONE);
        assertGivenUp(collection.add("poison").join(), "took effect on some instances only");
        assertEquals(List.of("ABANDONED 500"), outcomes(collection));
        ScriptedChroma standing = oneDiverged(collection);
        assertRead(collection, standing.model().ids(collection.name()));
        assertEquals(201, collection.add("healthy").join().status());
        assertTrue(standing.model().ids(collection.name()).contains("healthy"));
        assertRead(collection, standing.model().ids(collection.name()));

        Collection other = stage().usedCollection();
        assertEquals(201, other.add("elsewhere").join().status());
        awaitHeld(stage().primary(), other, "elsewhere");
        awaitHeld(stage().replica(), other, "elsewhere");
    }

    @Test
    void aDeleteThatTookEffectOnOneSideOnlyIsNoticedToo() {
        Collection collection = stage().usedCollection();
        stage().primary().always(call -> call.is("delete"), DONE);
        stage().replica().always(call -> call.is("delete"), UNDONE);
        Client.Answer answer =
                collection.write("delete", "{\"where\":{\"k\":\"v\"}}").join();
        assertGivenUp(answer, "took effect on some instances only");
        assertRead(collection, oneDiverged(collection).model().ids(collection.name()));
    }

    /** The side whose version stands: the one that led at the end. */
    private ScriptedChroma oneDiverged(Collection collection) {
        boolean primaryStands = places(collection).equals(List.of("primary READY", "replica DIVERGED"));
        assertTrue(
                primaryStands || places(collection).equals(List.of("primary DIVERGED", "replica READY")),
                places(collection).toString());
        return primaryStands ? stage().primary() : stage().replica();
    }

    @Test
    void aFollowerThatCannotApplyWhatTheLeaderAppliedLosesThatCollectionOnly() {
        Collection collection = stage().usedCollection();
        stage().replica().always(PoisonTest::poison, UNDONE);
        assertEquals(201, collection.add("poison").join().status());
        assertEquals(201, collection.add("after").join().status());
        await().atMost(Stage.SOON).until(() -> places(collection).contains("replica DIVERGED"));
        assertEquals(
                List.of("t"),
                stage().log()
                        .look("SELECT reason LIKE '%could not be applied%' FROM collection_place WHERE public_id = '"
                                + collection.id() + "' AND instance = 'replica'"));
        assertRead(collection, List.of("first", "poison", "after"));
        Collection other = stage().usedCollection();
        assertEquals(201, other.add("elsewhere").join().status());
        awaitHeld(stage().replica(), other, "elsewhere");
    }

    @Test
    void aCollectionThatNobodyCanMakeIsGivenUpAndOthersAreMade() {
        String name = "poison-" + UUID.randomUUID();
        stage().primary().always(call -> call.creates(name), UNDONE);
        stage().replica().always(call -> call.creates(name), UNDONE);
        Client.Answer answer = stage().client()
                .post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}")
                .join();
        assertGivenUp(answer, "hold the same under the names it touches");
        assertEquals(
                List.of("ABANDONED 500"),
                stage().log()
                        .look("SELECT o.state || ' ' || o.status FROM log_record r JOIN record_outcome o"
                                + " ON o.lsn = r.lsn WHERE r.name = '" + name + "'"));
        stage().usedCollection();
    }
}
