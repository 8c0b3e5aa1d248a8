package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

/** How records come into lanes, as they are committed or in pages, which the test reads. */
class IntakeTest {
    /** Records one lane holds in memory before it is spilled. */
    private static final int LANE_RECORDS = 1_000;

    private final LaneBed bed = new LaneBed();
    /** Where the pages begin that were asked for, and those that are not read yet. */
    private final List<Long> asked = new ArrayList<>();

    private final Deque<CompletableFuture<List<LoggedRecord>>> reads = new ArrayDeque<>();
    private final RecordLanes lanes = new RecordLanes(bed.entry(), bed.io, services(), Leadership.Led.NEVER);
    private final Lane leader = lanes.group().lane(0);
    private final Lane follower = lanes.group().lane(1);

    private LaneServices services() {
        LaneServices of = bed.services();
        LaneServices.Storage storage =
                new LaneServices.Storage(bed.log, of.storage().bodies(), this::read, bed.owning::get);
        return new LaneServices(storage, bed.catalog, bed.instances, of.work(), of.doubt());
    }

    private CompletableFuture<List<LoggedRecord>> read(UUID lane, long after, int records, long bytes, Executor loop) {
        asked.add(after);
        CompletableFuture<List<LoggedRecord>> page = new CompletableFuture<>();
        reads.add(page);
        return page;
    }

    /** The page that was asked for first is read: from where it begins up to that LSN. */
    private void readTo(long last) {
        complete(bed.log.page(bed.id, asked.get(asked.size() - reads.size())).stream()
                .filter(each -> each.record().lsn() <= last)
                .toList());
    }

    private void complete(List<LoggedRecord> page) {
        reads.remove().complete(page);
        bed.io.runDue();
    }

    private void change(Instance instance, InstanceState state) {
        instance.become(state, "a test");
        lanes.instanceChanged(instance);
        bed.io.runDue();
    }

    private void away(Instance instance) {
        change(instance, InstanceState.DOWN);
    }

    private void back(Instance instance) {
        change(instance, InstanceState.UP);
    }

    private Write offer(String id) {
        return bed.offer(lanes, bed.delete(id));
    }

    /** Executed by the leader, and left in the log for the follower, which comes back then. */
    private void offerWhileTheFollowerIsAway(String... ids) {
        away(bed.replica());
        for (String id : ids) {
            offer(id);
        }
        bed.answerAll();
        assertTrue(follower.spilled());
        back(bed.replica());
    }

    private List<String> toFollower() {
        return bed.idsSentTo(bed.replica());
    }

    private void assertNothingLeft() {
        for (Lane lane : lanes.group().lanes()) {
            assertTrue(lane.queue.exhausted(), lane.toString());
            assertEquals(0, lane.instance.pending().records());
            assertEquals(0, lane.instance.pending().bytes());
        }
        assertEquals(leader.cursor.applied(), follower.cursor.applied());
        assertEquals(0, bed.services().stats().records());
        assertEquals(0, bed.services().stats().bodyBytes());
    }

    @Test
    void whatWasLoggedWhileAFollowerWasAwayIsReadInOrder() {
        offerWhileTheFollowerIsAway("a", "b", "c");
        assertEquals(List.of(0L), asked);
        readTo(3);
        bed.answerAll();
        assertEquals(List.of("a", "b", "c"), toFollower());
        assertNothingLeft();
    }

    @Test
    void aRecordThatLeavesMemoryIsReadAgainInOrderBehindTheOneThatMayHaveBeenSent() {
        offer("a");
        offer("b");
        offer("c");
        for (int i = 0; i < 3; i++) {
            bed.io.only(bed.primary()).done();
        }
        assertEquals(3, follower.queue.size());
        VirtualIo.Sent first = bed.io.only(bed.replica());
        away(bed.replica());
        assertEquals(1, follower.queue.size());
        first.cut();
        back(bed.replica());
        bed.io.only(bed.replica()).done();
        assertEquals(List.of(1L), asked);
        readTo(3);
        bed.answerAll();
        assertEquals(List.of("a", "a", "b", "c"), toFollower());
        assertNothingLeft();
    }

    @Test
    void whatArrivesWhileTheLastPageIsReadComesBehindItOnce() {
        offerWhileTheFollowerIsAway("a", "b");
        offer("c");
        bed.io.only(bed.primary()).done();
        readTo(2);
        bed.answerAll();
        assertEquals(List.of("a", "b", "c"), toFollower());
        assertEquals(1, asked.size(), "no other page was needed");
        assertNothingLeft();
    }

    @Test
    void whatArrivesWhileAPageIsReadAndIsInThatPageIsSentOnce() {
        offerWhileTheFollowerIsAway("a", "b");
        offer("c");
        readTo(3);
        bed.answerAll();
        assertEquals(List.of("a", "b", "c"), toFollower());
        assertNothingLeft();
    }

    @Test
    void whatIsCommittedButNotOfferedYetDoesNotComeTwice() {
        offerWhileTheFollowerIsAway("a", "b");
        Write late = bed.delete("c");
        readTo(3);
        assertFalse(follower.spilled());
        bed.offer(lanes, late);
        bed.answerAll();
        assertEquals(List.of("a", "b", "c"), toFollower());
        assertNothingLeft();
    }

    @Test
    void aPageThatEndsBeforeWhatWasThereIsFollowedByAnother() {
        offerWhileTheFollowerIsAway("a", "b", "c");
        offer("d");
        bed.io.only(bed.primary()).done();
        readTo(1);
        assertTrue(follower.spilled());
        bed.io.only(bed.replica()).done();
        assertEquals(List.of(0L, 1L), asked);
        readTo(4);
        bed.answerAll();
        assertEquals(List.of("a", "b", "c", "d"), toFollower());
        assertNothingLeft();
    }

    @Test
    void moreArrivalsThanAreKeptAreReadInAnotherPage() {
        offerWhileTheFollowerIsAway("r0");
        for (int i = 1; i <= LaneQueue.MOST_ARRIVALS + 1; i++) {
            offer("r" + i);
            bed.io.only(bed.primary()).done();
        }
        readTo(1);
        assertTrue(follower.spilled());
        assertEquals(LaneQueue.MOST_ARRIVALS + 1, follower.queue.size());
        bed.answerAll();
        assertEquals(List.of(0L, LaneQueue.MOST_ARRIVALS + 1L), asked);
        readTo(Long.MAX_VALUE);
        bed.answerAll();
        assertEquals(
                IntStream.rangeClosed(0, LaneQueue.MOST_ARRIVALS + 1)
                        .mapToObj(i -> "r" + i)
                        .toList(),
                toFollower());
        assertNothingLeft();
    }

    @Test
    void aPageThatCannotBeReadIsReadAgainLater() {
        offerWhileTheFollowerIsAway("a");
        offer("b");
        bed.io.only(bed.primary()).done();
        reads.remove().completeExceptionally(new IllegalStateException("a test"));
        bed.io.runDue();
        assertEquals(List.of(0L), asked);
        bed.io.runFor(500);
        assertEquals(List.of(0L, 0L), asked);
        readTo(2);
        bed.answerAll();
        assertEquals(List.of("a", "b"), toFollower());
        assertNothingLeft();
    }

    /** Both are away: these are in the log only, and their clients do not wait. */
    private void leaveInLog(String... ids) {
        away(bed.primary());
        away(bed.replica());
        for (String id : ids) {
            Write write = bed.delete(id);
            write.leaveUnattended(() -> {});
            bed.offer(lanes, write);
            assertTrue(write.result().isCancelled());
        }
    }

    @Test
    void whatIsDecidedNowhereIsReadByTheLeaderFirst() {
        leaveInLog("a", "b");
        back(bed.primary());
        back(bed.replica());
        assertEquals(List.of(0L), asked, "the follower has nothing to read");
        readTo(2);
        assertEquals(List.of(0L, 0L), asked);
        readTo(2);
        assertEquals(List.of(), toFollower());
        bed.answerAll();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
        assertEquals(List.of("a", "b"), toFollower());
        assertNothingLeft();
    }

    @Test
    void aFollowersPageEndsBeforeWhatIsDecidedNowhere() {
        leaveInLog("a", "b");
        back(bed.primary());
        back(bed.replica());
        readTo(1);
        bed.io.only(bed.primary()).done();
        assertEquals(List.of(0L, 1L, 0L), asked, "the leader's second page, and the follower's first");
        CompletableFuture<List<LoggedRecord>> leaders = reads.remove();
        readTo(2);
        bed.io.only(bed.replica()).done();
        assertEquals(List.of("a"), toFollower());
        assertEquals(3, asked.size(), "it reads on once the leader has the next one");
        leaders.complete(bed.log.page(bed.id, 1));
        bed.io.runDue();
        assertEquals(List.of(0L, 1L, 0L, 1L), asked);
        readTo(2);
        assertEquals(List.of("a"), toFollower());
        bed.answerAll();
        assertEquals(List.of("a", "b"), toFollower());
        assertNothingLeft();
    }

    @Test
    void whatTheLogSaysIsRefusedIsSentToNobody() {
        away(bed.replica());
        offer("a");
        offer("b");
        bed.io.only(bed.primary()).refuse();
        bed.answerAll();
        back(bed.replica());
        readTo(2);
        bed.answerAll();
        assertEquals(List.of("b"), toFollower());
        assertNothingLeft();
    }

    @Test
    void aCopysOwnWritesAreNotSentAndTheCursorPassesThem() {
        bed.record(OpKind.REPAIR, "{\"ids\":[\"a\"]}", "replica");
        lanes.group().restoreCursor(0, 1);
        bed.replica().pending().add(1, 13);
        lanes.group().intake().restore(1, new Backlog.Tail(1, 13, 1, Instant.EPOCH));
        lanes.group().pumpAll();
        bed.io.runDue();
        readTo(1);
        assertEquals(List.of(), bed.io.sent());
        assertEquals(1, follower.cursor.applied());
        assertEquals(1, bed.log.cursor(bed.id, "replica"));
        assertNothingLeft();
    }

    @Test
    void whatAnEarlierProcessMayHaveSentIsInDoubtAndWhatCameSinceIsNot() {
        bed.delete("a");
        bed.replica().pending().add(1, 13);
        lanes.group().restoreCursor(0, 1);
        lanes.group().restoreCursor(1, 0);
        lanes.group().intake().restore(1, new Backlog.Tail(1, 13, 1, Instant.EPOCH));
        offer("b");
        bed.io.only(bed.primary()).done();
        readTo(2);
        assertTrue(follower.headInDoubt());
        bed.io.only(bed.replica()).done();
        assertEquals(List.of(0L, 1L), asked, "the next one was decided only since the page was asked for");
        readTo(2);
        assertFalse(follower.headInDoubt());
        bed.answerAll();
        assertEquals(List.of("b"), bed.idsSentTo(bed.primary()));
        assertEquals(List.of("a", "b"), toFollower());
        assertNothingLeft();
    }

    /** The log says that it was done, and no cursor does: an owner died twice. */
    @Test
    void whatTheLogSaysIsDoneIsNotRefusedAnyMore() {
        long lsn = bed.delete("a").lsn();
        bed.log.submit(
                List.of(new Change.Outcome(lsn, TransactionState.RECOVERED, 200, "", new byte[0])), true, () -> {});
        for (Lane lane : lanes.group().lanes()) {
            lane.instance.pending().add(1, 13);
            lanes.group().intake().restore(lane.index(), new Backlog.Tail(1, 13, lsn, Instant.EPOCH));
        }
        lanes.group().pumpAll();
        bed.io.runDue();
        while (!reads.isEmpty()) {
            readTo(lsn);
        }
        bed.io.only(bed.primary()).refuse();
        bed.answerAll();
        assertEquals(TransactionState.RECOVERED, outcome().state());
        assertEquals(List.of("a"), toFollower());
    }

    /** The lanes were made while a copy filled the replica, so they remember what was sent since. */
    @Test
    void whatCameSinceTheLanesWereMadeIsInDoubtNowhereThoughALaneJoinsBehindIt() {
        lanes.group().restoreCursor(0, 0);
        lanes.group().detach(follower);
        offer("a");
        bed.answerAll();
        lanes.group().joinCursor(1, 1);
        assertEquals(0, lanes.group().inherited());
        lanes.group().intake().begun(1);
        assertEquals(1, lanes.group().inherited());
    }

    @Test
    void nothingIsReadThatIsBehindTheCursorAlready() {
        lanes.group().restoreCursor(1, 5);
        lanes.group().intake().restore(1, new Backlog.Tail(1, 13, 5, Instant.EPOCH));
        assertFalse(follower.spilled());
        assertEquals(List.of(), asked);
    }

    @Test
    void aLaneThatLeavesWhileItsPageIsReadIsSentNothingOfIt() {
        offerWhileTheFollowerIsAway("a", "b");
        Write arriving = offer("c");
        lanes.group().detach(follower);
        assertEquals(0, bed.replica().pending().records());
        readTo(3);
        bed.answerAll();
        assertTrue(arriving.result().isDone());
        assertEquals(List.of(), toFollower());
        assertEquals(0, bed.replica().pending().records());
        assertEquals(0, bed.services().stats().records());
    }

    @Test
    void aLaneThatLeavesAndJoinsWhileItsPageIsReadIsSentOnlyWhatCameSince() {
        offerWhileTheFollowerIsAway("a", "b");
        lanes.group().detach(follower);
        lanes.group().intake().attach(follower);
        lanes.group().restoreCursor(1, 2);
        offerWhileTheFollowerIsAway("c");
        assertEquals(List.of(0L), asked);
        readTo(2);
        assertEquals(List.of(0L, 2L), asked, "the page of before is of no use");
        readTo(3);
        bed.answerAll();
        assertEquals(List.of("c"), toFollower());
        assertEquals(0, bed.replica().pending().records());
        assertEquals(3, follower.cursor.applied());
    }

    @Test
    void aRecordThatNoInstanceTakesHasThatForItsOutcome() {
        lanes.group().lanes().forEach(lanes.group()::detach);
        Write write = offer("a");
        assertEquals(503, write.result().join().status());
        assertEquals(TransactionState.FAILED, outcome().state());
        assertEquals(0, bed.services().stats().records());
    }

    @Test
    void aFollowerThatDoesNotAnswerKeepsSoManyRecordsInMemoryAndNoMore() {
        LongStream.rangeClosed(1, LANE_RECORDS + 2).forEach(i -> lanes.offer(bed.delete("r" + i)));
        assertEquals(LANE_RECORDS, follower.queue.size());
        assertEquals(LANE_RECORDS + 2, follower.queue.length());
        assertTrue(follower.spilled());
        assertFalse(leader.spilled(), "their clients wait for it");
        assertEquals(LANE_RECORDS + 2, bed.replica().pending().records());
    }

    /** Its client waits for the replica, which leads by now and reads it from the log. */
    private Write offerToWhoComesToLead() {
        away(bed.primary());
        away(bed.replica());
        Write write = offer("a");
        assertEquals(1, leader.queue.size());
        back(bed.replica());
        lanes.instanceChanged(bed.primary());
        assertTrue(leader.queue.isEmpty());
        assertEquals(1, bed.entry().gate().leader());
        assertEquals(List.of(0L), asked);
        return write;
    }

    private Change.Outcome outcome() {
        return bed.log.page(bed.id, 0).getFirst().outcome().orElseThrow();
    }

    @Test
    void aClientThatAsksLaterFindsTheOutcomeOfARecordThatWasInTheLogOnly() {
        Write write = offerToWhoComesToLead();
        reads.remove().completeExceptionally(new IllegalStateException("a test"));
        abandon(write);
        assertTrue(write.result().isCancelled());
        assertEquals(0, bed.services().stats().records());
        bed.io.runFor(500);
        readTo(1);
        bed.answerAll();
        assertEquals(TransactionState.RECOVERED, outcome().state());
        assertEquals(200, outcome().status());
        assertEquals(List.of("a"), toFollower());
    }

    @Test
    void aRecordIsNotForgottenWhileAPageIsReadThatDoesNotSayYetThatSomebodyAsks() {
        Write write = offerToWhoComesToLead();
        List<LoggedRecord> before = bed.log.page(bed.id, 0);
        abandon(write);
        assertFalse(write.result().isCancelled());
        complete(before);
        bed.answerAll();
        assertEquals(200, write.result().join().status());
        assertEquals(TransactionState.RECOVERED, outcome().state());
    }

    private void abandon(Write write) {
        write.abandon();
        Change pending = new Change.Outcome(write.lsn(), TransactionState.PENDING_RECOVERY, 0, "a test", new byte[0]);
        bed.log.submit(List.of(pending), true, () -> lanes.group().intake().abandoned(write));
        bed.io.runDue();
    }
}
