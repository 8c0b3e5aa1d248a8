package org.chromaproxy.adopt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SentWitnessesTest {
    private final SentWitnesses sent = new SentWitnesses();
    private long now = -TimeUnit.HOURS.toNanos(1);

    private OptionalLong due(long afterSeconds, long stored, long end, long applied) {
        now += TimeUnit.SECONDS.toNanos(afterSeconds);
        OptionalLong due = sent.due(now, stored, end, applied);
        due.ifPresent(lsn -> sent.begin(lsn, now));
        return due;
    }

    @Test
    void itStaysOneBehindTheEndWhileTheLogGoesOn() {
        assertEquals(OptionalLong.of(9), due(1, 0, 10, 10));
        for (int second = 1; second < 5; second++) {
            assertEquals(OptionalLong.empty(), due(1, 9, 10 + second, 10 + second));
        }
        assertEquals(OptionalLong.of(19), due(1, 9, 20, 20));
    }

    @Test
    void theLastOneNamesTheEndWhenNothingGoesOnAndIsTheLast() {
        assertEquals(OptionalLong.of(9), due(1, 0, 10, 10));
        assertEquals(OptionalLong.empty(), due(1, 9, 10, 10));
        assertEquals(OptionalLong.of(10), due(1, 9, 10, 10));
        assertEquals(OptionalLong.empty(), due(60, 10, 10, 10));
    }

    /** What is applied after the last one could never be known to be on its disk. */
    @Test
    void aServerThatStillAppliesWhatIsLoggedIsNotGivenTheEnd() {
        assertEquals(OptionalLong.of(9), due(1, 0, 10, 3));
        for (int applied = 4; applied < 40; applied++) {
            assertEquals(OptionalLong.empty(), due(1, 9, 10, applied));
        }
        assertEquals(OptionalLong.of(10), due(1, 9, 10, 39));
    }

    @Test
    void onlyOneThatWasNotAnsweredCanBeExecutedLate() {
        long up = now;
        due(1, 0, 10, 1);
        assertTrue(sent.sent(9));
        assertFalse(sent.sent(10));
        assertEquals(OptionalLong.of(11), due(9, 0, 12, 1));
        sent.answered(11);
        assertFalse(sent.late(9, now + 1), "it was let in since: what it carried then is seen");
        sent.stored(now);
        assertTrue(sent.late(9, up));
        assertFalse(sent.late(11, up));
        assertFalse(sent.late(8, up), "never sent");
        assertFalse(sent.late(9, now + 1), "it was out of use since");
    }

    /** A server with a full disk carries the last one that it took, however often it is tried since. */
    @Test
    void oneThatWasSentLongAgoIsNeverTakenForAnAlienOne() {
        due(1, 0, 10, 1);
        sent.answered(9);
        for (int end = 20; end < 1_000; end++) {
            due(9, 9, end, 1);
        }
        assertTrue(sent.sent(9));
        assertTrue(sent.sent(998));
        assertFalse(sent.sent(999));
    }
}
