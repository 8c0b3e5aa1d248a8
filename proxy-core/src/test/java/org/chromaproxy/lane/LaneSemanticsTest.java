package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamResponse;
import org.junit.jupiter.api.Test;

/** What holds of records whose meaning says nothing else. */
class LaneSemanticsTest {
    private final LaneBed bed = new LaneBed();
    private final LaneGroup<Least> group = bed.group(Least::new);
    private final Least least = group.semantics();
    private final Lane primary = group.lane(0);
    private final Lane replica = group.lane(1);

    /** No more than has to be said. */
    private static final class Least implements LaneSemantics {
        private final Lanes lanes;
        private final List<String> told = new ArrayList<>();

        Least(Lanes lanes) {
            this.lanes = lanes;
        }

        @Override
        public Plan plan(Lane lane, Write write) {
            return Plan.create(write);
        }

        @Override
        public Footprint footprint(Write write) {
            return new Footprint.Everything("a test");
        }

        @Override
        public void applied(Lane lane, Write write, UpstreamResponse answer) {
            if (lanes.decides(lane, write)) {
                lanes.decide(write, Write.Decision.APPLIED, WriteResult.of(answer));
            }
            lanes.settle(lane, write, Effects.NONE);
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
            told.add(lane + " " + reason);
        }

        @Override
        public void giveUp(Lane lane, Write write, String why) {
            told.add(lane + " gives up");
        }

        @Override
        public boolean canLead(Lane lane) {
            return true;
        }

        @Override
        public int preferredLeader() {
            return 0;
        }
    }

    private Write offer(String record) {
        Write write = bed.upsert(record);
        group.offer(write);
        bed.io.runDue();
        return write;
    }

    @Test
    void recordsAreSentAsTheyAreOneByOneAndDecidedByTheLeader() {
        Write first = offer("a");
        offer("b");
        offer("c");
        assertSame(first.body(), bed.io.only().request.body());
        bed.io.only().done();
        assertEquals(200, first.result().resultNow().status());
        bed.answerAll();
        assertEquals(3, primary.cursor.applied());
        assertEquals(3, replica.cursor.applied());
        assertEquals(6, bed.io.sent().size());
    }

    @Test
    void theClientIsToldAtOnce() {
        Write write = bed.upsert("a");
        WriteResult result = WriteResult.json(200, new byte[0]);
        least.tell(write, result);
        assertSame(result, write.result().resultNow());
    }

    @Test
    void whoExecutedWhatIsRefusedHasDiverged() {
        least.appliedRefused(replica, bed.upsert("a"));
        assertEquals(List.of("replica applied what the leader refused"), least.told);
    }

    @Test
    void recordsNeedNothingBeforeTheyAreSent() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        Write write = bed.upsert("a");
        assertFalse(least.resolve(primary, write, body));
        assertEquals(List.of(write), least.batch(primary, write, body).writes());
        assertSame(body, least.batch(primary, write, body).body());
        assertFalse(least.mayLinger(replica, write));
        assertTrue(least.ready(primary));
        assertTrue(least.takesTurns());
    }

    @Test
    void aFailureIsNotLookedIntoAndAServerIsTakenForSound() {
        Write write = bed.upsert("a");
        List<Boolean> sound = new ArrayList<>();
        assertFalse(least.examine(primary, write, VirtualIo.response(500, ""), () -> sound.add(false)));
        least.proveSound(primary, write, sound::add);
        assertEquals(List.of(true), sound);
    }

    @Test
    void aRecordIsPoisonAfterAsManyBreaksAsAFollowerMayFailAndNotWithinSeconds() {
        assertEquals(LaneSemantics.MAX_FOLLOWER_FAULTS, least.brokenAttempts());
        assertEquals(TimeUnit.SECONDS.toNanos(6), least.brokenNanos());
        assertTrue(LaneSemantics.MAX_FAULTS < LaneSemantics.MAX_FOLLOWER_FAULTS);
    }

    @Test
    void anyAnswerMayDecideAndNothingEndsOrIsUndoneUnsent() {
        Write write = offer("a");
        assertTrue(least.mayDecide(write));
        assertFalse(least.endsUnsent(primary, write));
        assertFalse(least.undoes(primary, write));
        bed.io.only().refuse();
        assertEquals(400, write.result().resultNow().status());
        assertEquals(1, primary.cursor.applied());
    }

    @Test
    void aLaneIsDoneBeforeItsBarrierWhenNothingIsLeftThereOrUnderWay() {
        assertTrue(least.drained(primary));
        offer("a");
        assertFalse(least.drained(primary));
        primary.raiseBarrier(1, null);
        offer("b");
        bed.io.only().done();
        assertTrue(least.drained(primary));
    }
}
