package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** How long a follower's head waits for others, by a clock that only the test moves. */
class LingerTest {
    private static final long LONGEST = 50;

    private final AtomicLong now = new AtomicLong(1_000);
    private final Linger linger = new Linger(now::get);
    private final List<Write> queue = new ArrayList<>();
    private final List<Long> looks = new ArrayList<>();

    private Write add(OpKind kind, int bytes, boolean decided) {
        WriteRequest request = new WriteRequest("POST", "/add", "application/json", new byte[bytes]);
        NewRecord content = new NewRecord(
                kind, new Subject(Subject.CATALOG, Subject.CATALOG, "t", "d", "c", ""), request, Optional.empty());
        Write write = Write.fresh(
                new LogRecord(queue.size() + 1, Instant.EPOCH, content, bytes),
                new Footprint.Ids(List.of("r" + queue.size())),
                EmptyHttpHeaders.INSTANCE);
        if (decided) {
            write.decide(Write.Decision.APPLIED);
        }
        queue.add(write);
        return write;
    }

    private boolean holds() {
        return linger.holds(queue, LONGEST, looks::add);
    }

    @Test
    void theHeadWaitsForOnePauseAndIsLookedAtAgainAtItsEnd() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        now.addAndGet(LONGEST - 1);
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        now.addAndGet(1);
        assertFalse(holds());
        assertEquals(List.of(LONGEST), looks);
    }

    @Test
    void theNextHeadWaitsAnew() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        now.addAndGet(LONGEST);
        assertFalse(holds());
        linger.passed();
        assertTrue(holds());
        now.addAndGet(LONGEST - 1);
        assertTrue(holds());
        assertEquals(List.of(LONGEST, LONGEST), looks);
    }

    @Test
    void theFirstWriteAfterAQuietTimeDoesNotWait() {
        linger.passed();
        now.addAndGet(4 * LONGEST);
        add(OpKind.ADD, 10, true);
        assertFalse(holds());
    }

    @Test
    void theVeryFirstWriteDoesNotWait() {
        add(OpKind.ADD, 10, true);
        assertFalse(holds());
    }

    @Test
    void whatIsOverdueDoesNotWait() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        linger.overdue();
        assertFalse(holds());
        linger.passed();
        assertTrue(holds());
    }

    @Test
    void itNeverWaitsWhereNoPauseIsSet() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertFalse(linger.holds(queue, 0, looks::add));
    }

    @Test
    void enoughRecordsEndThePauseAndUndecidedOnesDoNotCount() {
        linger.passed();
        for (int i = 0; i < Linger.MAX_RECORDS - 1; i++) {
            add(OpKind.ADD, 10, true);
        }
        Write last = add(OpKind.ADD, 10, false);
        assertTrue(holds());
        last.decide(Write.Decision.APPLIED);
        assertFalse(holds());
        assertFalse(linger.pausing());
    }

    @Test
    void enoughBytesEndThePause() {
        linger.passed();
        add(OpKind.ADD, Linger.MAX_BYTES / 2, true);
        assertTrue(holds());
        add(OpKind.ADD, Linger.MAX_BYTES / 2, true);
        assertFalse(holds());
    }

    @Test
    void aWriteThatCannotGoAlongEndsThePause() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        add(OpKind.DELETE, 10, true);
        assertFalse(holds());
    }

    @Test
    void endedBeforeItsTimeItBeginsAnewWhenTheReasonIsOver() {
        linger.passed();
        add(OpKind.ADD, 10, true);
        assertTrue(holds());
        linger.end();
        assertFalse(linger.pausing());
        now.addAndGet(LONGEST / 2);
        assertTrue(holds());
        now.addAndGet(LONGEST / 2);
        assertTrue(holds());
    }
}
