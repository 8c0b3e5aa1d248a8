package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.instance.PendingCounts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LaneQueueTest {
    /** Of other lanes: a count that falls too low is seen. */
    private static final int OTHERS = 1_000;

    private final LaneBed bed = new LaneBed();
    private final PendingCounts pending = bed.primary().pending();
    private final LaneQueue queue = new LaneQueue(pending);

    @BeforeEach
    void othersWait() {
        pending.add(OTHERS, OTHERS);
    }

    private long records() {
        return pending.records() - OTHERS;
    }

    private long bytes() {
        return pending.bytes() - OTHERS;
    }

    private Write append(String id) {
        Write write = bed.delete(id);
        queue.append(write);
        return write;
    }

    private List<Long> lsns() {
        return queue.stream().map(Write::lsn).toList();
    }

    @Test
    void recordsInMemoryAreInTheOrderOfTheLogAndCountedOnce() {
        Write first = append("a");
        Write second = append("b");
        assertEquals(List.of(1L, 2L), lsns());
        assertEquals(2, records());
        assertEquals(first.record().bodyBytes() + second.record().bodyBytes(), bytes());
        assertFalse(queue.exhausted());
        queue.removeHead();
        assertEquals(second, queue.head());
        queue.removeHead();
        assertNull(queue.head());
        assertTrue(queue.exhausted());
    }

    @Test
    void whatIsLeftInTheLogCountsOnceAndNotAgainWhenItIsRead() {
        Write write = bed.delete("a");
        assertFalse(queue.leaveInLog(write));
        assertTrue(queue.spilled());
        assertTrue(queue.isEmpty());
        assertFalse(queue.exhausted());
        assertEquals(1, queue.length());
        assertEquals(1, records());
        queue.read(write);
        queue.becomeContiguous();
        assertEquals(1, records());
        assertEquals(write.record().bodyBytes(), bytes());
        assertEquals(1, queue.length());
        assertFalse(queue.spilled());
    }

    @Test
    void whatWasCountedTooLowAtAStartIsMadeUpFor() {
        pending.add(1, 5);
        queue.restore(new Backlog.Tail(1, 5, 2, Instant.EPOCH));
        Write first = bed.delete("a");
        Write second = bed.delete("b");
        queue.read(first);
        queue.read(second);
        queue.becomeContiguous();
        assertEquals(2, records());
        assertEquals(first.record().bodyBytes() + second.record().bodyBytes(), bytes());
    }

    @Test
    void whatWasCountedTooHighAtAStartIsTakenBack() {
        pending.add(9, 900);
        queue.restore(new Backlog.Tail(9, 900, 1, Instant.EPOCH));
        Write only = bed.delete("a");
        queue.read(only);
        assertEquals(9, records());
        queue.becomeContiguous();
        assertEquals(1, records());
        assertEquals(only.record().bodyBytes(), bytes());
    }

    @Test
    void theLastOnesLeaveMemoryFirstAndAreReadAgainBehindWhatStays() {
        append("a");
        append("b");
        append("c");
        List<Long> dropped = new ArrayList<>();
        queue.spill(1, 0, write -> dropped.add(write.lsn()));
        assertEquals(List.of(3L, 2L), dropped);
        assertEquals(List.of(1L), lsns());
        assertEquals(3, queue.length());
        assertEquals(3, records());
        assertEquals(1, queue.readTo(0), "the next page begins behind the one that stayed");
    }

    @Test
    void withNothingInMemoryTheNextPageBeginsBehindWhatIsApplied() {
        append("a");
        append("b");
        queue.spill(0, 0, write -> {});
        assertEquals(0, queue.readTo(0));
        queue.read(bed.delete("c"));
        queue.passedInLog(3, Instant.EPOCH);
        queue.removeHead();
        assertEquals(3, queue.readTo(3));
        queue.spill(0, 2, write -> {});
        assertEquals(2, queue.readTo(2), "what was read and not applied is read again");
        assertEquals(5, queue.readTo(5), "but nothing that was executed");
    }

    @Test
    void whatComesBackIsBeforeTheLaneAgainInItsOrder() {
        Write first = append("a");
        Write second = append("b");
        append("c");
        queue.removeHead();
        queue.removeHead();
        queue.putBack(List.of(first, second));
        assertEquals(List.of(1L, 2L, 3L), lsns());
        assertEquals(3, records());
    }

    @Test
    void arrivalsAreKeptOnlyWhileAPageIsRead() {
        assertFalse(queue.leaveInLog(bed.delete("a")));
        queue.beginLoading();
        Write arriving = bed.delete("b");
        assertTrue(queue.leaveInLog(arriving));
        queue.endLoading();
        assertFalse(queue.leaveInLog(bed.delete("c")));
        assertEquals(List.of(arriving), queue.takeArrivals());
        assertEquals(List.of(), queue.takeArrivals());
        assertFalse(queue.missedArrivals());
        assertEquals(3, queue.length());
    }

    @Test
    void moreArrivalsThanAreKeptAreMissedUntilTheNextPage() {
        queue.leaveInLog(bed.delete("a"));
        queue.beginLoading();
        for (int i = 0; i < LaneQueue.MOST_ARRIVALS; i++) {
            assertTrue(queue.leaveInLog(bed.delete("b")));
        }
        assertFalse(queue.missedArrivals());
        assertFalse(queue.leaveInLog(bed.delete("c")));
        assertTrue(queue.missedArrivals());
        assertEquals(LaneQueue.MOST_ARRIVALS, queue.takeArrivals().size());
        assertEquals(LaneQueue.MOST_ARRIVALS + 2, queue.length());
        queue.endLoading();
        queue.beginLoading();
        assertFalse(queue.missedArrivals());
    }

    @Test
    void theOldestIsTheHeadOrElseTheFirstInTheLog() {
        assertEquals(Instant.MAX, queue.oldest());
        Instant first = bed.io.now();
        queue.leaveInLog(bed.delete("a"));
        bed.io.runFor(1_000);
        queue.leaveInLog(bed.delete("b"));
        assertEquals(first, queue.oldest());
        queue.passedInLog(1, first.plusMillis(10));
        assertEquals(first.plusMillis(10), queue.oldest());
        queue.read(bed.delete("c"));
        assertEquals(first.plusMillis(1_000), queue.oldest());
    }

    @Test
    void onceNothingIsInTheLogOnlyTheAgeOfWhatWasThereIsForgotten() {
        queue.leaveInLog(bed.delete("a"));
        queue.becomeContiguous();
        bed.io.runFor(1_000);
        queue.leaveInLog(bed.delete("b"));
        assertEquals(bed.io.now(), queue.oldest());
    }

    @Test
    void theTailTellsWhatIsInTheLogOnly() {
        assertTrue(queue.tail(0).isEmpty());
        append("a");
        assertTrue(queue.tail(1).isEmpty());
        Write left = bed.delete("bb");
        queue.leaveInLog(left);
        assertEquals(
                new Backlog.Tail(1, left.record().bodyBytes(), 2, bed.io.now()),
                queue.tail(2).orElseThrow());
    }

    @Test
    void nothingWaitsForALaneThatLeaves() {
        Write first = append("a");
        Write second = append("b");
        queue.leaveInLog(bed.delete("c"));
        assertEquals(List.of(first, second), queue.clear());
        queue.becomeContiguous();
        assertTrue(queue.exhausted());
        assertEquals(0, records());
        assertEquals(0, bytes());
    }

    @Test
    void aLaneThatJoinsReadsOnlyWhatIsBehindThat() {
        queue.join(7);
        assertEquals(7, queue.readTo(0));
        assertEquals(7, queue.lastRead());
    }
}
