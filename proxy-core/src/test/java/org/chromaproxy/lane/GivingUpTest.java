package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

/** A record named "poison", which no server can apply. */
class GivingUpTest {
    private static final String BODY = "{\"ids\":[\"poison\"],\"embeddings\":[[1,2]]}";
    private static final Optional<TransactionState> GIVEN_UP = Optional.of(TransactionState.ABANDONED);

    private final LaneBed bed = new LaneBed();
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private RecordStory story = new RecordStory(bed);

    private void comesTo(Map<Instance, String> differing, Set<Instance> unread, boolean absent) {
        bed.compared = RecordStory.found(differing, unread, absent);
    }

    private Write poison(OpKind kind) {
        return story.offer(bed.write(kind, BODY));
    }

    /** Every server that takes it fails it, until it has an outcome. */
    private Write failEverywhere(Write write) {
        story.failing("poison", write, 120);
        assertTrue(write.decided());
        bed.io.runFor(1_000);
        return write;
    }

    /** The same until it is compared, which the test ends. */
    private CompletableFuture<ReadBack.Found> failUntilCompared(Write write) {
        CompletableFuture<ReadBack.Found> found = new CompletableFuture<>();
        bed.compared = found;
        for (int i = 0; i < 60 && bed.comparisons.isEmpty(); i++) {
            story.failing("poison", write, 1);
        }
        assertEquals(1, bed.comparisons.size());
        return found;
    }

    @Test
    void whatFailedAlikeEverywhereAndIsNowhereIsToldAsTheServersSaidIt() {
        comesTo(Map.of(), Set.of(), true);
        Write write = failEverywhere(poison(OpKind.ADD));
        assertEquals(500, story.status(write));
        assertTrue(
                story.told(write).text().contains("of a test"),
                story.told(write).text());
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(write));
        assertFalse(write.givenUp());
        assertEquals(write.lsn(), story.lane(primary).cursor.applied());
        assertEquals(write.lsn(), story.lane(replica).cursor.applied());
    }

    /** Simulation, seed 362: "equal" was taken for "nowhere". */
    @Test
    void whatIsThereAlikeWasNotRefusedButGivenUp() {
        Write write = failEverywhere(poison(OpKind.ADD));
        assertEquals(500, story.status(write));
        assertEquals(GIVEN_UP, story.outcome(write));
        assertTrue(write.givenUp());
        assertEquals(PlaceState.READY, story.state(primary));
        assertEquals(PlaceState.READY, story.state(replica));
        story.seconds(1);
        assertTrue(story.readable(primary));
        assertTrue(story.readable(replica));
    }

    @Test
    void aDeleteThatLeftNothingMayHaveHadItsEffect() {
        comesTo(Map.of(), Set.of(), true);
        Write write = failEverywhere(poison(OpKind.DELETE));
        assertEquals(GIVEN_UP, story.outcome(write));
    }

    @Test
    void itIsGivenUpOnlyAfterEveryServerWasShownItAndTookAnotherWrite() {
        Write write = poison(OpKind.ADD);
        CompletableFuture<ReadBack.Found> found = failUntilCompared(write);
        for (Instance each : List.of(primary, replica)) {
            List<String> sent = story.sentTo(each);
            assertTrue(sent.indexOf(BODY) < sent.lastIndexOf(BODY), "twice to " + each);
            assertEquals("{\"ids\":[\"chroma-proxy:dimension\"]}", sent.getLast());
        }
        assertEquals(Set.of("poison"), Set.copyOf(ids(0)));
        assertFalse(write.decided());
        found.complete(new ReadBack.Found(Map.of(), Set.of(), false));
        bed.io.runDue();
        assertEquals(GIVEN_UP, story.outcome(write));
    }

    private List<String> ids(int comparison) {
        return ((Footprint.Ids) bed.comparisons.get(comparison)).ids();
    }

    @Test
    void whoHoldsAnotherVersionThanTheLeaderHasDivergedAndThatIsDurableWithTheOutcome() {
        Write write = poison(OpKind.ADD);
        CompletableFuture<ReadBack.Found> found = failUntilCompared(write);
        assertEquals(List.of("replica: [primary]"), bed.comparedWith);
        bed.log.hold();
        found.complete(new ReadBack.Found(Map.of(primary, "poison"), Set.of(), false));
        bed.io.runDue();
        assertEquals(1, bed.log.waiting());
        assertEquals(PlaceState.READY, story.state(primary));
        assertFalse(write.result().isDone());
        bed.log.commitNext();
        assertEquals(GIVEN_UP, story.outcome(write));
        bed.log.release();
        bed.io.runDue();
        assertEquals(500, story.status(write));
        assertEquals(PlaceState.DIVERGED, story.state(primary));
        assertTrue(story.lane(primary).detached());
        assertEquals(PlaceState.READY, story.state(replica));
        assertFalse(story.readable(primary));
        assertTrue(story.readable(replica));
    }

    @Test
    void oneThatWasNotAskedIsComparedBeforeItLeads() {
        story.down(replica);
        Write write = failEverywhere(poison(OpKind.ADD));
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(
                List.of("primary: []"), bed.comparedWith.stream().distinct().toList());
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        story.up(replica);
        story.seconds(5);
        assertFalse(story.readable(replica));
        assertFalse(story.canLead(replica));
    }

    @Test
    void oneThatWasNeverSentWhatIsNowhereNeedsNoComparison() {
        comesTo(Map.of(), Set.of(), true);
        story.down(replica);
        failEverywhere(poison(OpKind.ADD));
        assertEquals(PlaceState.READY, story.state(replica));
        story.up(replica);
        story.seconds(1);
        assertTrue(story.canLead(replica));
    }

    @Test
    void oneThatWasSentItBeforeItWentAwayIsToBeCompared() {
        comesTo(Map.of(), Set.of(), true);
        Write write = poison(OpKind.ADD);
        for (int i = 0; i < 40 && story.leads(primary); i++) {
            bed.io.open().forEach(VirtualIo.Sent::cut);
            bed.io.runFor(100);
        }
        assertTrue(story.leads(replica));
        assertEquals(List.of(BODY), story.openTo(replica));
        story.down(replica);
        failEverywhere(write);
        assertTrue(story.leads(primary));
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
    }

    @Test
    void oneThatWasAwayLacksADeleteThatIsGivenUpWithoutIt() {
        comesTo(Map.of(), Set.of(), true);
        story.down(replica);
        failEverywhere(poison(OpKind.DELETE));
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
    }

    @Test
    void oneThatCouldNotBeReadIsToBeCompared() {
        comesTo(Map.of(), Set.of(primary), false);
        failEverywhere(poison(OpKind.ADD));
        assertTrue(story.leads(replica));
        assertEquals(PlaceState.UNVERIFIED, story.state(primary));
        assertFalse(story.readable(primary));
    }

    /** What was sent there may have its effect later: nothing is told by what it holds now. */
    @Test
    void oneThatTakesNoOtherWriteIsNotComparedNow() {
        Write write = poison(OpKind.ADD);
        for (int i = 0; i < 400 && !write.decided(); i++) {
            for (VirtualIo.Sent sent : bed.io.open()) {
                boolean passes = sent.instance == replica && !sent.body().contains("poison");
                if (passes) {
                    sent.done();
                } else if (!sent.answer.isDone()) {
                    sent.fail();
                    sent.instance.writes().succeeded();
                }
            }
            bed.io.runFor(50);
        }
        assertEquals("replica: []", bed.comparedWith.getLast());
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(PlaceState.UNVERIFIED, story.state(primary));
    }

    @Test
    void aLeaderThatTakesNoOtherWriteIsNotReadBeforeManyAttempts() {
        story.down(replica);
        comesTo(Map.of(), Set.of(), true);
        Write write = poison(OpKind.ADD);
        int sent = 0;
        for (int i = 0; i < 2_000 && bed.comparisons.isEmpty(); i++) {
            for (VirtualIo.Sent each : bed.io.open()) {
                sent += each.body().contains("poison") ? 1 : 0;
                each.fail();
                primary.writes().succeeded();
            }
            bed.io.runFor(100);
        }
        assertEquals(12, sent);
        bed.io.runDue();
        assertEquals(GIVEN_UP, story.outcome(write), "not FAILED: what is not there may show later");
    }

    @Test
    void whatCannotBeReadBackIsNotGivenUpYet() {
        Write write = poison(OpKind.ADD);
        CompletableFuture<ReadBack.Found> found = failUntilCompared(write);
        found.completeExceptionally(new IllegalStateException("a test"));
        story.failing("poison", write, 20);
        assertFalse(write.decided());
        assertTrue(bed.comparisons.size() > 1, "it is tried again");
        comesTo(Map.of(), Set.of(), false);
        failEverywhere(write);
        assertEquals(GIVEN_UP, story.outcome(write));
    }

    @Test
    void whatLosesItsLeaderWhileItIsReadBackIsNotGivenUp() {
        Write write = poison(OpKind.ADD);
        CompletableFuture<ReadBack.Found> found = failUntilCompared(write);
        assertTrue(story.leads(replica));
        assertTrue(story.lanes.group().elect(lane -> lane.instance == primary, "a test"));
        bed.io.runDue();
        found.complete(new ReadBack.Found(Map.of(primary, "poison"), Set.of(), false));
        bed.io.runDue();
        assertFalse(write.decided());
        assertEquals(PlaceState.READY, story.state(primary));
        bed.io.runFor(1_000);
        bed.io.only(primary).done();
        assertEquals(201, story.status(write));
    }

    @Test
    void itWaitsUntilAFollowerStandsAtTheRecordToBeCompared() {
        RecordStory.put(bed, 0, Map.of("primary", PlaceState.READY, "replica", PlaceState.UNVERIFIED));
        story = new RecordStory(bed);
        story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        VirtualIo.Sent slow = bed.io.only(replica);
        poison(OpKind.ADD);
        failOnPrimary(5_000);
        assertEquals(List.of(), bed.comparisons);
        slow.done();
        failOnPrimary(1_000);
        assertEquals(List.of("primary: [replica]"), bed.comparedWith);
    }

    @Test
    void itDoesNotWaitForEverForAFollower() {
        RecordStory.put(bed, 0, Map.of("primary", PlaceState.READY, "replica", PlaceState.UNVERIFIED));
        story = new RecordStory(bed);
        story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        Write write = poison(OpKind.ADD);
        failOnPrimary(9_000);
        assertFalse(write.decided());
        failOnPrimary(3_000);
        assertEquals(List.of("primary: []"), bed.comparedWith);
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
    }

    private void failOnPrimary(long millis) {
        for (int i = 0; i < millis / 50; i++) {
            for (VirtualIo.Sent sent : bed.io.open()) {
                if (sent.instance == primary && sent.body().contains("poison")) {
                    sent.fail();
                    primary.writes().succeeded();
                } else if (sent.body().contains(Dimension.RESERVED_ID)) {
                    sent.done();
                }
            }
            bed.io.runFor(50);
        }
    }

    // A record that an earlier process may have told as done.

    @Test
    void whatAnEarlierProcessMayHaveToldStandsAsWhoLedThenHoldsIt() {
        comesTo(Map.of(primary, "poison", replica, "poison"), Set.of(), false);
        Write write = failEverywhere(story.offerRecovered(OpKind.ADD, BODY));
        assertEquals(List.of("replica: [primary]", "primary: [replica]"), bed.comparedWith);
        assertTrue(story.leads(primary));
        assertEquals(PlaceState.READY, story.state(primary));
        assertEquals(PlaceState.DIVERGED, story.state(replica));
        assertEquals(GIVEN_UP, story.outcome(write));
    }

    @Test
    void whoLedThenIsNotSentItAgain() {
        comesTo(Map.of(primary, "poison", replica, "poison"), Set.of(), false);
        failEverywhere(story.offerRecovered(OpKind.ADD, BODY));
        List<VirtualIo.Sent> all = bed.io.sent();
        VirtualIo.Sent last =
                all.stream().filter(each -> each.body().equals(BODY)).toList().getLast();
        assertEquals(replica, last.instance);
    }

    @Test
    void whereAllHoldTheSameItNeedNotGoBack() {
        failEverywhere(story.offerRecovered(OpKind.ADD, BODY));
        assertEquals(List.of("replica: [primary]"), bed.comparedWith);
        assertTrue(story.leads(replica));
        assertEquals(PlaceState.READY, story.state(primary));
    }

    @Test
    void whatThisProcessWasSentItKnowsWasNotTold() {
        comesTo(Map.of(primary, "poison", replica, "poison"), Set.of(), false);
        failEverywhere(poison(OpKind.ADD));
        assertEquals(List.of("replica: [primary]"), bed.comparedWith);
        assertTrue(story.leads(replica));
        assertEquals(PlaceState.DIVERGED, story.state(primary));
    }

    @Test
    void whoLedThenIsWaitedForAMinuteAndThenToBeCompared() {
        story.down(primary);
        Write write = story.offerRecovered(OpKind.ADD, BODY);
        assertTrue(story.leads(replica));
        story.failing("poison", write, 60);
        assertFalse(write.decided());
        story.failing("poison", write, 60);
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(PlaceState.UNVERIFIED, story.state(primary));
    }

    // Those that had not the collection yet when a record was given up.

    private void createdOnPrimaryOnly() {
        RecordStory.put(bed, 1, Map.of("primary", PlaceState.READY));
        bed.catalog.gate().applied(0, 1);
        story = new RecordStory(bed);
    }

    private void createOnReplica() {
        RecordStory.put(bed, 1, Map.of("primary", PlaceState.READY, "replica", PlaceState.READY));
        bed.catalog.gate().applied(1, 1);
    }

    /** Simulation, seed 1206466: it was elected, and its version would have stood. */
    @Test
    void oneThatHasNotYetPassedARecordThatWasGivenUpWithoutItDoesNotLead() {
        createdOnPrimaryOnly();
        story.down(replica);
        failEverywhere(poison(OpKind.ADD));
        story.up(replica);
        assertFalse(story.canLead(replica));
        Write next = story.offer(bed.upsert("next"));
        RecordStory.failWrites(primary);
        story.seconds(5);
        assertTrue(story.leads(primary));
        assertFalse(next.decided());
    }

    @Test
    void oneThatHasStillToCreateTheCollectionMayLeadIfNothingWasGivenUpWithoutIt() {
        createdOnPrimaryOnly();
        assertTrue(story.canLead(replica));
    }

    /** Simulation, seed 906098: the owner died, and nobody knew that the two differ. */
    @Test
    void thatItIsToBeComparedIsDurableBeforeItsCursorPassesTheRecord() {
        createdOnPrimaryOnly();
        story.down(replica);
        Write write = failEverywhere(poison(OpKind.ADD));
        createOnReplica();
        bed.log.hold();
        story.up(replica);
        assertEquals(PlaceState.READY, story.state(replica));
        assertFalse(story.readable(replica), "in doubt until that is durable");
        bed.log.commitNext();
        assertEquals(
                PlaceState.UNVERIFIED,
                Objects.requireNonNull(bed.log.mappings().getLast().places().get("replica"))
                        .state());
        assertEquals(0, bed.log.cursor(bed.id, "replica"));
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        assertEquals(write.lsn(), bed.log.cursor(bed.id, "replica"));
        assertFalse(story.canLead(replica));
    }

    /** The log says that a record was given up, which the replica has not passed. */
    private long givenUpBefore() {
        long lsn = bed.record(OpKind.ADD, BODY, "").lsn();
        Change outcome = new Change.Outcome(lsn, TransactionState.ABANDONED, 500, "", new byte[0]);
        bed.log.submit(List.of(outcome), true, () -> {});
        return lsn;
    }

    private void restore(long lsn) {
        story = new RecordStory(bed);
        story.lanes.group().restoreCursor(0, lsn);
        story.lanes.group().restoreCursor(1, 0);
        story.lanes.group().intake().restore(1, new Backlog.Tail(1, BODY.length(), lsn, Instant.EPOCH));
        story.lanes.group().pumpAll();
        bed.io.runDue();
    }

    @Test
    void afterARestartWhoPassesARecordThatWasGivenUpIsToBeCompared() {
        long lsn = givenUpBefore();
        restore(lsn);
        assertEquals(lsn, story.lane(replica).cursor.applied());
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        assertEquals(PlaceState.READY, story.state(primary));
        assertEquals(List.of(), bed.io.sent());
    }

    @Test
    void afterARestartWhoHasPassedItLeads() {
        bed.entry().gate().lead(1);
        restore(givenUpBefore());
        assertTrue(story.leads(primary));
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        assertEquals(PlaceState.READY, story.state(primary));
    }

    /** Simulation, seed 8018966: as long as the process lived only, so that after the next start two servers differed. */
    @Test
    void whereWhoHasPassedItCannotLeadThatOneIsToBeCompared() {
        bed.entry().gate().lead(1);
        long lsn = givenUpBefore();
        primary.become(InstanceState.DOWN, "a test");
        bed.log.hold();
        restore(lsn);
        assertTrue(story.leads(replica));
        assertEquals(0, bed.log.cursor(bed.id, "replica"));
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.READY, story.state(replica));
        assertEquals(PlaceState.UNVERIFIED, story.state(primary));
        assertEquals(
                PlaceState.UNVERIFIED,
                Objects.requireNonNull(bed.log.mappings().getLast().places().get("primary"))
                        .state());
        story.up(primary);
        assertFalse(story.readable(primary));
    }

    // Servers that end on it.

    private void aSecondWithOtherWrites() {
        story.seconds(1);
        primary.writes().succeeded();
    }

    @Test
    void whereServersEndOnEverythingWhatTheLeaderHoldsStandsUnread() {
        story.down(replica);
        Write write = poison(OpKind.ADD);
        for (int i = 0; i < 400 && !write.decided(); i++) {
            if (bed.io.open().isEmpty()) {
                aSecondWithOtherWrites();
            } else {
                story.restart(primary);
            }
        }
        assertEquals(500, story.status(write));
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(List.of(), bed.comparisons);
        assertEquals(PlaceState.READY, story.state(primary));
        assertEquals(PlaceState.DIVERGED, story.state(replica));
        assertTrue(story.lane(replica).detached());
        assertEquals(4, story.sentTo(primary).stream().filter(BODY::equals).count());
    }

    @Test
    void aServerThatEndsOnTheRecordAloneIsComparedAllTheSame() {
        story.down(replica);
        Write write = poison(OpKind.ADD);
        for (int i = 0; i < 400 && !write.decided(); i++) {
            if (bed.io.open().isEmpty()) {
                aSecondWithOtherWrites();
            } else if (bed.io.only().body().equals(BODY)) {
                story.restart(primary);
            } else {
                bed.io.only().done();
            }
        }
        assertEquals(GIVEN_UP, story.outcome(write));
        assertEquals(List.of("primary: []"), bed.comparedWith);
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
    }
}
