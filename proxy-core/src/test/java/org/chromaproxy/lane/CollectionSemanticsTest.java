package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

class CollectionSemanticsTest {
    private static final String NOT_FOUND = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";

    private final LaneBed bed = new LaneBed();
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private RecordStory story = new RecordStory(bed);

    /** New lanes of the collection that stands so. */
    private void stands(long created, Map<String, PlaceState> states) {
        RecordStory.put(bed, created, states);
        story = new RecordStory(bed);
    }

    private CollectionSemantics semantics() {
        return story.lanes.group().semantics();
    }

    // Who is sent what.

    @Test
    void eachServerIsSentARecordUnderTheIdThatTheCollectionHasThere() {
        story.offer(bed.upsert("a"));
        assertTrue(bed.io.only().request.uri().endsWith("/" + LaneBed.instanceId(primary) + "/upsert"));
        bed.io.only().done();
        assertTrue(bed.io.only(replica).request.uri().endsWith("/" + LaneBed.instanceId(replica) + "/upsert"));
    }

    @Test
    void oneThatHasDivergedIsSentNothing() {
        stands(0, Map.of("primary", PlaceState.READY, "replica", PlaceState.DIVERGED));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(List.of(), story.sentTo(replica));
        assertTrue(story.lane(replica).detached());
    }

    @Test
    void oneThatIsToBeComparedFollowsAndDoesNotLead() {
        stands(0, Map.of("primary", PlaceState.READY, "replica", PlaceState.UNVERIFIED));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(1, story.sentTo(replica).size());
        assertFalse(story.canLead(replica));
    }

    @Test
    void oneThatIsBeingFilledIsSentNothingBeforeTheCopyIsDone() {
        stands(0, Map.of("primary", PlaceState.READY, "replica", PlaceState.COPYING));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(List.of(), story.sentTo(replica));
        assertFalse(story.canLead(replica));
        story.lanes.startReplay(1);
        assertEquals(1, story.openTo(replica).size());
        bed.io.only(replica).done();
        assertTrue(story.lanes.replayed(1));
        assertEquals(Optional.of(Set.of("a")), story.lanes.replay().take());
    }

    @Test
    void oneThatTheLogHasLetGoOfIsSentNothing() {
        replica.letGo(true);
        story = new RecordStory(bed);
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(List.of(), story.sentTo(replica));
    }

    @Test
    void oneThatDoesNotHoldACollectionCreatedBeforeTakesNoPart() {
        stands(0, Map.of("primary", PlaceState.READY));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(List.of(), story.sentTo(replica));
        assertFalse(story.canLead(replica));
    }

    @Test
    void oneThatHasStillToCreateItWaitsAndIsSentItThen() {
        bed.catalog.gate().applied(0, 1);
        stands(1, Map.of("primary", PlaceState.READY));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        assertEquals(List.of(), story.sentTo(replica));
        RecordStory.put(bed, 1, Map.of("primary", PlaceState.READY, "replica", PlaceState.READY));
        bed.catalog.gate().applied(1, 1);
        story.lanes.group().pumpAll();
        assertEquals(1, story.openTo(replica).size());
    }

    @Test
    void oneThatPassedTheCreateWithoutItIsNoPartOfTheGroupAnyMore() {
        bed.catalog.gate().applied(0, 1);
        stands(1, Map.of("primary", PlaceState.READY));
        story.offer(bed.upsert("a"));
        bed.answerAll();
        bed.catalog.gate().applied(1, 1);
        story.lanes.group().pumpAll();
        bed.io.runDue();
        assertTrue(story.lane(replica).detached());
        assertEquals(List.of(), story.sentTo(replica));
    }

    @Test
    void whatAllServersHaveLeftIsRefusedAndThatIsDurableFirst() {
        story.lanes.group().lanes().forEach(Lane::detach);
        bed.log.hold();
        Write write = story.offer(bed.upsert("a"));
        assertFalse(write.result().isDone());
        bed.log.release();
        assertEquals(503, story.status(write));
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(write));
    }

    // Who may lead.

    @Test
    void onlyOneThatIsUpAndHoldsTheWholeCollectionMayLead() {
        assertTrue(story.canLead(replica));
        replica.become(InstanceState.DRAINING, "a test");
        assertFalse(story.canLead(replica));
        replica.become(InstanceState.DOWN, "a test");
        assertFalse(story.canLead(replica));
        replica.become(InstanceState.UP, "");
        story.lanes.hold(1);
        assertFalse(story.canLead(replica));
        story.lanes.unhold(1);
        assertTrue(story.canLead(replica));
        story.lanes.group().detach(story.lane(replica));
        assertFalse(story.canLead(replica));
    }

    @Test
    void whoeverIsThereMayEndTheWritesOfADeletedCollection() {
        stands(0, Map.of("primary", PlaceState.READY, "replica", PlaceState.UNVERIFIED));
        assertFalse(story.canLead(replica));
        RecordStory.delete(bed, 9);
        assertTrue(story.canLead(replica));
    }

    @Test
    void theFirstThatHoldsItWholeIsPreferred() {
        assertEquals(0, semantics().preferredLeader());
        RecordStory.put(bed, 0, Map.of("primary", PlaceState.UNVERIFIED, "replica", PlaceState.READY));
        assertEquals(1, semantics().preferredLeader());
    }

    // What an answer means.

    @Test
    void aFollowerThatRefusesWhatIsAppliedIsTakenOutOnceItIsSeenToBeSound() {
        Write write = story.offer(bed.upsert("a"));
        bed.io.only().done();
        String body = bed.io.only(replica).body();
        for (int i = 0;
                i < 100 && bed.io.open().stream().allMatch(each -> each.body().equals(body));
                i++) {
            bed.io.open().forEach(VirtualIo.Sent::refuse);
            replica.writes().succeeded();
            bed.io.runFor(500);
        }
        assertEquals(PlaceState.READY, story.state(replica));
        assertTrue(bed.io.only(replica).body().contains(Dimension.RESERVED_ID), "whether it takes another write");
        bed.io.only(replica).done();
        bed.log.hold();
        bed.io.only(replica).refuse();
        assertEquals(PlaceState.READY, story.state(replica));
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.DIVERGED, story.state(replica));
        assertTrue(story.place(replica).reason().contains("record " + write.lsn()));
        assertTrue(story.lane(replica).detached());
        story.offer(bed.upsert("b"));
        bed.answerAll();
        assertFalse(story.sentTo(replica).getLast().contains("\"b\""));
    }

    @Test
    void aFollowerThatRefusesItOnceAndThenTakesItHasNotDiverged() {
        Write write = story.offer(bed.upsert("a"));
        bed.io.only().done();
        bed.io.only(replica).refuse();
        bed.io.runFor(1_000);
        bed.io.only(replica).done();
        assertEquals(PlaceState.READY, story.state(replica));
        assertEquals(write.lsn(), story.lane(replica).cursor.applied());
    }

    @Test
    void oneThatExecutedWhatIsRefusedHasDiverged() {
        Write write = story.offer(bed.upsert("a"));
        bed.io.only(primary).cut();
        bed.io.runFor(1_000);
        VirtualIo.Sent late = bed.io.only(primary);
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        bed.io.only(replica).refuse();
        assertEquals(400, story.status(write));
        assertTrue(story.leads(replica));
        late.done();
        assertEquals(PlaceState.DIVERGED, story.state(primary));
        assertEquals(PlaceState.READY, story.state(replica));
    }

    @Test
    void aLivingCollectionThatAServerDoesNotKnowHasRefusedNothing() {
        Write write = story.offer(bed.upsert("a"));
        bed.io.only().answer(404, NOT_FOUND);
        assertFalse(write.decided());
        bed.io.runFor(1_000);
        bed.io.only(primary).done();
        assertEquals(200, story.status(write));
    }

    @Test
    void whatTheProxyDoesNotKnowMayBeAboutSomethingElseThatIsMissing() {
        LogRecord record = bed.record(OpKind.OTHER, "{}", "");
        String path = ChromaPaths.records(LaneBed.PATH, bed.id, "fork");
        WriteRequest request = new WriteRequest("POST", path, "application/json", new byte[] {'{', '}'});
        NewRecord content = new NewRecord(OpKind.OTHER, record.content().subject(), request, Optional.empty());
        LogRecord fork = new LogRecord(record.lsn(), record.createdAt(), content, 2);
        Write write = story.offer(Write.fresh(fork, new Footprint.Everything("a test"), EmptyHttpHeaders.INSTANCE));
        bed.io.only().answer(404, NOT_FOUND);
        assertEquals(404, story.status(write));
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(write));
        assertEquals(List.of(), story.sentTo(replica));
    }

    @Test
    void anAnswerThatComesWhenAnotherLeadsDecidesNothing() {
        Write write = story.offer(bed.upsert("a"));
        VirtualIo.Sent late = bed.io.only(primary);
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        late.done();
        assertFalse(write.decided());
        bed.io.only(replica).done();
        assertEquals(200, story.status(write));
        assertEquals(1, story.openTo(primary).size(), "it is sent there again");
    }

    @Test
    void aLeaderThatCannotFollowIsReplacedAndTakenOut() {
        Write write = story.offer(bed.upsert("a"));
        semantics().diverge(story.lane(primary), write, "a test");
        bed.io.runDue();
        assertTrue(story.leads(replica));
        assertEquals(PlaceState.DIVERGED, story.state(primary));
        bed.io.only(replica).done();
        assertEquals(200, story.status(write));
    }

    @Test
    void theLastOneThatCanLeadIsNotTakenOut() {
        story.down(replica);
        Write write = story.offer(bed.upsert("a"));
        semantics().diverge(story.lane(primary), write, "a test");
        bed.io.runDue();
        assertEquals(PlaceState.READY, story.state(primary));
        assertTrue(story.leads(primary));
        assertFalse(story.lane(primary).detached());
        assertInstanceOf(LaneState.BackingOff.class, story.lane(primary).state());
    }

    // Deletes of many ids.

    private static String ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "\"r" + i + "\"").collect(Collectors.joining(","));
    }

    @Test
    void aDeleteOfManyIdsIsDoneWithItsLastPieceAndToldAsOne() {
        Write write = story.offer(bed.write(OpKind.DELETE, "{\"ids\":[" + ids(0, 2_003) + "]}"));
        assertEquals("{\"ids\":[" + ids(0, 2_000) + "]}", bed.io.only().body());
        bed.io.only().answer(200, "{\"deleted\":2000}");
        assertFalse(write.decided());
        assertEquals(List.of(), story.sentTo(replica));
        assertEquals("{\"ids\":[" + ids(2_000, 2_003) + "]}", bed.io.only().body());
        bed.io.only().answer(200, "{\"deleted\":2}");
        assertEquals("{\"deleted\":2002}", story.told(write).text());
    }

    @Test
    void aServerThatRefusesTheRestOfADeleteHasNotRefusedIt() {
        Write write = story.offer(bed.write(OpKind.DELETE, "{\"ids\":[" + ids(0, 2_001) + "]}"));
        bed.io.only().answer(200, "{\"deleted\":2000}");
        bed.io.only().refuse();
        assertFalse(write.decided());
        bed.io.runFor(1_000);
        assertEquals("{\"ids\":[" + ids(0, 2_000) + "]}", bed.io.only(primary).body(), "from the beginning");
        assertEquals(Optional.empty(), story.outcome(write));
    }

    // Deletions of the collection.

    @Test
    void whatIsLoggedBehindADeletionWaitsForIt() {
        bed.entry().deleting(1);
        bed.record(OpKind.OTHER, "{}", "");
        Write write = story.offer(bed.upsert("a"));
        story.seconds(2);
        assertEquals(List.of(), bed.io.open());
        bed.entry().deleteDecided(1);
        story.seconds(1);
        bed.io.only(primary).done();
        assertEquals(200, story.status(write));
    }

    @Test
    void aDecidedRecordDoesNotWaitForADeletion() {
        story.offer(bed.upsert("a"));
        bed.entry().deleting(1);
        bed.io.only(primary).done();
        assertEquals(1, story.openTo(replica).size());
    }

    @Test
    void whatWasLoggedBehindADeletionIsRefusedAndWhatWasBeforeItIsGivenUp() {
        story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        Write before = story.offer(bed.upsert("b"));
        VirtualIo.Sent late = bed.io.only(primary);
        bed.record(OpKind.OTHER, "{}", "");
        RecordStory.delete(bed, before.lsn() + 1);
        Write behind = story.offer(bed.upsert("c"));
        late.done();
        assertEquals(500, story.status(before));
        assertTrue(before.givenUp());
        assertEquals(Optional.of(TransactionState.ABANDONED), story.outcome(before));
        assertEquals(404, story.status(behind));
        assertFalse(behind.givenUp());
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(behind));
        assertEquals(1, story.sentTo(replica).size());
        assertFalse(story.sentTo(primary).getLast().contains("\"c\""));
    }

    @Test
    void aFollowerSkipsWhatWasAppliedToACollectionThatIsGone() {
        story.down(replica);
        Write write = story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        RecordStory.delete(bed, write.lsn() + 1);
        story.up(replica);
        story.seconds(1);
        assertEquals(List.of(), story.sentTo(replica));
        assertEquals(write.lsn(), story.lane(replica).cursor.applied());
    }

    @Test
    void onceItIsClosedAnAnswerIsNoOutcomeButWhatIsDecidedGoesOn() {
        Write first = story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        Write write = story.offer(bed.upsert("b"));
        bed.entry().close(write.lsn() + 1);
        bed.io.only(primary).done();
        assertFalse(write.decided());
        bed.io.only(replica).done();
        assertEquals(first.lsn(), story.lane(replica).cursor.applied());
        assertFalse(semantics().mayDecide(write));
        RecordStory.delete(bed, write.lsn() + 1);
        assertTrue(semantics().mayDecide(write), "it is to be given up");
    }

    // Records that were given up.

    @Test
    void whoPassesARecordThatWasGivenUpIsComparedWithTheLeader() {
        CompletableFuture<ReadBack.Found> open = new CompletableFuture<>();
        bed.compared = open;
        Write write = story.offer(bed.upsert("poison"));
        for (int i = 0; i < 60 && bed.comparisons.isEmpty(); i++) {
            story.failing("poison", write, 1);
        }
        open.complete(new ReadBack.Found(Map.of(), Set.of(), false));
        bed.compared = new CompletableFuture<>();
        bed.io.runDue();
        assertTrue(story.leads(replica));
        assertFalse(story.readable(primary), "it passed the record, and may have executed it since");
        story.seconds(1);
        assertEquals(List.of("replica: [primary]", "replica: [primary]"), bed.comparedWith);
        assertEquals(
                List.of("poison"),
                assertInstanceOf(Footprint.Ids.class, bed.comparisons.getLast()).ids());
    }

    @Test
    void whatWasOnlyRefusedLeavesNobodyInDoubt() {
        story.offer(bed.upsert("a"));
        bed.io.only(primary).refuse();
        assertTrue(story.settled());
        assertTrue(story.canLead(replica));
    }

    // What may wait for more.

    @Test
    void aFollowerMayWaitForMoreOnlyWhereNothingIsInDoubt() {
        Lane lane = story.lane(replica);
        Write head = bed.upsert("a");
        assertTrue(semantics().mayLinger(lane, head));
        assertFalse(semantics().mayLinger(lane, bed.delete("b")));
        assertFalse(semantics().mayLinger(lane, Write.recovered(bed.record(OpKind.UPSERT, "{\"ids\":[\"c\"]}", ""))));
        story.offer(bed.upsert("d"));
        bed.io.only(primary).done();
        story.down(replica);
        story.up(replica);
        assertFalse(semantics().mayLinger(lane, head));
    }

    @Test
    void untilTheDimensionIsKnownARecordTouchesEverything() {
        RecordStory.forgetDimension(bed);
        story = new RecordStory(bed);
        Write write = bed.upsert("a");
        assertInstanceOf(Footprint.Everything.class, semantics().footprint(write));
        assertFalse(semantics().mayLinger(story.lane(replica), write));
        bed.entry().dimensionIsKnown();
        assertEquals(new Footprint.Ids(List.of("a")), semantics().footprint(write));
    }
}
