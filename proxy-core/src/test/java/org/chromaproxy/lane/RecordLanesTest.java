package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecordLanesTest {
    private final LaneBed bed = new LaneBed();
    private final RecordLanes lanes = bed.collection();

    @Test
    void theLeaderDecidesAndTheFollowerIsSentItThen() {
        Write write = bed.offer(lanes, bed.upsert("a"));
        assertEquals(bed.primary(), bed.io.only().instance);
        assertFalse(write.decided());
        bed.io.only().done();
        assertTrue(write.result().isDone());
        assertEquals(200, write.result().join().status());
        assertEquals(bed.replica(), bed.io.only().instance);
        bed.io.only().done();
        assertEquals(1, lanes.group().lane(1).cursor.applied());
        assertEquals(List.of(), bed.io.open());
    }

    @Test
    void whatTheLeaderRefusesNobodyElseIsSent() {
        Write write = bed.offer(lanes, bed.upsert("a"));
        bed.io.only().refuse();
        assertEquals(400, write.result().join().status());
        assertEquals(List.of(), bed.io.open());
        assertEquals(1, lanes.group().lane(1).cursor.applied());
    }

    @Test
    void lanesAtRestAreIdleAfterAWhileAndNotBefore() {
        bed.offer(lanes, bed.upsert("a"));
        bed.answerAll();
        bed.witness();
        bed.witness();
        bed.io.runFor(100);
        for (int second = 0; second < 30; second++) {
            lanes.tick();
            assertFalse(lanes.isIdle(), "after " + second + " s");
        }
        lanes.tick();
        assertTrue(lanes.isIdle());
    }

    @Test
    void briefOnesAreDoneAtOnceUnlessTheyAreWrittenTo() {
        lanes.brief();
        assertTrue(lanes.isDone());
        bed.offer(lanes, bed.upsert("a"));
        bed.answerAll();
        assertFalse(lanes.isDone());
    }
}
