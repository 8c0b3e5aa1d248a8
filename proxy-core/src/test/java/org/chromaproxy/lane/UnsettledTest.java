package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

/** What is executed and not durable yet: by itself, and with its {@link Effects} on its way through the lanes. */
class UnsettledTest {
    private final LaneBed bed = new LaneBed();
    private final Unsettled unsettled = new Unsettled();
    private final List<Long> durable = new ArrayList<>();
    private final LaneGroup<Settling> group = bed.group(lanes -> new Settling(lanes, durable));
    private final Lane lane = group.lane(0);

    /** Each record has an effect in the log, and is decided once that is durable. */
    private record Settling(Lanes lanes, List<Long> durable) implements LaneSemantics {
        @Override
        public Plan plan(Lane lane, Write write) {
            return Plan.create(write);
        }

        @Override
        public Footprint footprint(Write write) {
            return Objects.requireNonNull(write.footprint());
        }

        @Override
        public void applied(Lane lane, Write write, UpstreamResponse answer) {
            Change change = new Change.Flat(write.subject().collection(), true);
            lanes.settle(lane, write, new Effects(List.of(), List.of(change), () -> {
                durable.add(write.lsn());
                if (lanes.decides(lane, write)) {
                    lanes.decide(write, Write.Decision.APPLIED, WriteResult.of(answer));
                }
            }));
        }

        @Override
        public void refused(Lane lane, Write write, UpstreamResponse answer) {
            lanes.takeRefusal(lane, write, answer);
        }

        @Override
        public void missing(Lane lane, Write write, UpstreamResponse answer) {
            lanes.takeRefusal(lane, write, answer);
        }

        @Override
        public void diverge(Lane lane, Write write, String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void giveUp(Lane lane, Write write, String why) {
            throw new AssertionError(why);
        }

        @Override
        public boolean canLead(Lane lane) {
            return lane.instance.preferable() && !lane.detached();
        }

        @Override
        public int preferredLeader() {
            return 0;
        }
    }

    private Write add(String id) {
        Write write = bed.delete(id);
        unsettled.add(write, Effects.NONE);
        return write;
    }

    private static List<Long> lsns(Unsettled.Group group) {
        return group.executed().stream().map(each -> each.write().lsn()).toList();
    }

    private Write offer(String id) {
        return offer(bed.delete(id));
    }

    private Write offer(Write write) {
        group.offer(write);
        bed.io.runDue();
        return write;
    }

    private void commitNext() {
        bed.log.commitNext();
        bed.io.runDue();
    }

    private long committed() {
        return bed.log.cursor(bed.id, "primary");
    }

    @Test
    void oneGroupIsCommittedAtATimeAndTheNextHoldsWhatCameMeanwhile() {
        add("a");
        add("b");
        Unsettled.Group first = unsettled.nextGroup().orElseThrow();
        assertEquals(List.of(1L, 2L), lsns(first));
        assertEquals(2, first.lastLsn());
        add("c");
        assertTrue(unsettled.nextGroup().isEmpty());
        assertTrue(unsettled.commits(first));
        unsettled.settled();
        unsettled.settled();
        unsettled.committed();
        assertFalse(unsettled.commits(first));
        assertEquals(List.of(3L), lsns(unsettled.nextGroup().orElseThrow()));
        assertEquals(3, unsettled.firstLsn());
    }

    @Test
    void afterARefusalNothingIsCommittedUntilAllIsTakenOut() {
        Write first = add("a");
        Unsettled.Group refused = unsettled.nextGroup().orElseThrow();
        Write second = add("b");
        unsettled.condemn();
        assertFalse(unsettled.commits(refused));
        assertTrue(unsettled.nextGroup().isEmpty());
        Write third = add("c");
        assertTrue(unsettled.nextGroup().isEmpty());
        assertEquals(List.of(first, second, third), unsettled.takeAll());
        assertFalse(unsettled.condemned());
        assertTrue(unsettled.isEmpty());
        add("d");
        assertEquals(List.of(4L), lsns(unsettled.nextGroup().orElseThrow()));
    }

    @Test
    void aGroupOfBeforeALaneLeftIsNotTakenForALaterOne() {
        add("a");
        Unsettled.Group before = unsettled.nextGroup().orElseThrow();
        unsettled.takeAll();
        assertFalse(unsettled.commits(before));
        add("b");
        unsettled.nextGroup();
        assertFalse(unsettled.commits(before));
    }

    @Test
    void soMuchIsExecutedBesideWhatIsNotDurableAndNoMore() {
        for (int i = 0; i < 63; i++) {
            add("a");
        }
        assertFalse(unsettled.full());
        add("b");
        assertTrue(unsettled.full());
        assertEquals(64, unsettled.size());
        assertEquals(64, unsettled.lastLsn());
    }

    @Test
    void whatCommutesIsSentBesideWhatIsNotDurableAndTheRestAfterwards() {
        bed.log.hold();
        Write first = offer("a");
        offer("b");
        offer("a");
        bed.io.only().done();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
        assertFalse(first.result().isDone());
        bed.io.only().done();
        assertEquals(List.of(), bed.io.open());
        assertEquals(2, lane.cursor.unsettled().size());
        bed.log.release();
        bed.io.runDue();
        assertTrue(first.result().isDone());
        assertEquals(List.of("a", "b", "a"), bed.idsSentTo(bed.primary()));
    }

    @Test
    void theCursorIsCommittedTogetherWithTheEffectsAndPassesNothingElse() {
        bed.log.hold();
        offer("a");
        offer("b");
        bed.io.only().done();
        bed.io.only().done();
        assertEquals(1, bed.log.waiting());
        commitNext();
        assertEquals(1, committed());
        assertEquals(1, bed.log.others().size());
        assertEquals(1, lane.cursor.applied());
        assertEquals(List.of(1L), durable);
        commitNext();
        assertEquals(2, committed());
        assertEquals(2, lane.cursor.applied());
        assertEquals(List.of(1L, 2L), durable);
    }

    @Test
    void aRecordThatIsForAnotherInstanceDoesNotTakeTheCursorPastWhatIsBeforeIt() {
        bed.log.hold();
        offer("a");
        bed.io.only().done();
        Write others = Write.fresh(
                bed.record(OpKind.DELETE, "{\"ids\":[\"b\"]}", "replica"),
                new Footprint.Ids(List.of("b")),
                EmptyHttpHeaders.INSTANCE);
        offer(others);
        assertEquals(2, lane.cursor.unsettled().size());
        assertEquals(0, lane.cursor.applied());
        commitNext();
        assertEquals(1, committed());
        commitNext();
        assertEquals(2, committed());
        assertEquals(List.of("a"), bed.idsSentTo(bed.primary()));
    }

    @Test
    void whatTheLogRefusesIsExecutedAgainOneByOneAndInOrder() {
        bed.log.hold();
        Write first = offer("a");
        Write second = offer("b");
        bed.io.only().done();
        bed.io.only().done();
        bed.log.refuseNext(changes -> true);
        commitNext();
        assertEquals(List.of("a", "b", "a"), bed.idsSentTo(bed.primary()));
        bed.io.only().done();
        assertEquals(List.of(), bed.io.open(), "the next one goes alone, too");
        commitNext();
        assertTrue(first.result().isDone());
        assertEquals(List.of("a", "b", "a", "b"), bed.idsSentTo(bed.primary()));
        bed.log.release();
        bed.answerAll();
        assertTrue(second.result().isDone());
        assertEquals(2, committed());
        assertEquals(List.of(1L, 2L), durable.subList(0, 2));
    }

    @Test
    void aRefusalWaitsForWhatIsUnderWayBeforeAnythingIsExecutedAgain() {
        bed.log.hold();
        offer("a");
        offer("b");
        bed.io.only().done();
        bed.log.refuseNext(changes -> true);
        commitNext();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
        assertEquals(1, bed.io.open().size());
        bed.io.only().done();
        assertEquals(List.of("a", "b", "a"), bed.idsSentTo(bed.primary()));
        bed.log.release();
        bed.answerAll();
        assertEquals(2, committed());
        assertEquals(2, lane.cursor.applied());
    }

    @Test
    void aCommitThatIsToldAfterItsLaneLeftDecidesTheRecordButMovesNoCursor() {
        bed.log.hold();
        Write first = offer("a");
        bed.io.only().done();
        group.detach(lane);
        bed.log.release();
        bed.io.runDue();
        assertTrue(first.result().isDone());
        assertEquals(0, lane.cursor.applied());
        assertEquals(0, lane.cursor.durable());
        assertEquals(0, bed.primary().pending().records());
        assertEquals(List.of("a"), bed.idsSentTo(bed.replica()), "the follower goes on with it");
    }
}
