package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogBed.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A logged write to a collection that no server takes writes for any more. */
@Timeout(120)
class UntakenWriteTest {
    private final CatalogBed bed;

    UntakenWriteTest() throws IOException {
        bed = new CatalogBed();
    }

    @AfterEach
    void close() {
        bed.close();
    }

    @Test
    void theLogHoldsItsOutcomeBeforeItsClientIsTold() {
        bed.create("aaa");
        until(bed::settled);
        bed.divergeEverywhere("aaa");
        bed.log.hold();
        Write add = bed.add("aaa");
        until(() -> bed.log.waiting() == 1);
        assertFalse(add.result().isDone());
        bed.log.release();
        until(add.result()::isDone);
        assertEquals(503, add.result().join().status());
        Change.Outcome outcome =
                bed.log.page(add.subject().lane(), 0).getLast().outcome().orElseThrow();
        assertEquals(add.lsn(), outcome.lsn());
        assertEquals(TransactionState.FAILED, outcome.state());
        assertEquals(503, outcome.status());
    }
}
