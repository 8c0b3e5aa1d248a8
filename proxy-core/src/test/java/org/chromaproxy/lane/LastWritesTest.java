package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogBed.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** LastWrites: the outcome of what was logged before a deletion of its collection is that of a server, or said to be unknown. */
@Timeout(120)
class LastWritesTest {
    private final CatalogBed bed;

    LastWritesTest() throws IOException {
        bed = new CatalogBed();
        assertEquals(200, status(bed.create("aaa")));
        until(bed::settled);
        bed.keepOnlyOn(0, "aaa");
    }

    @AfterEach
    void close() {
        bed.close();
    }

    private static int status(Write write) {
        until(write.result()::isDone);
        return write.result().join().status();
    }

    /** The catalog is led by a server that does not hold the collection, and has done what it can. */
    private void awaitReplica() throws IOException {
        until(() -> bed.events.contains("lead replica"));
        for (int i = 0; i < 100; i++) {
            bed.passLoop();
            bed.replica
                    .uri()
                    .resolve("/api/v2/tenants/t/databases/d")
                    .toURL()
                    .openStream()
                    .close();
        }
    }

    @Test
    void aDeletionWaitsForTheOutcomeOfWhatWasLoggedBeforeIt() throws IOException {
        bed.primary.refuse();
        bed.instance(0).become(InstanceState.DOWN, "a test");
        Write write = bed.add("aaa");
        Write delete = bed.delete("aaa");
        awaitReplica();
        assertFalse(delete.result().isDone());
        assertTrue(bed.replica.collections().containsKey("aaa"));
        bed.instance(0).become(InstanceState.UP, "");
        assertEquals(400, status(write));
        assertEquals(200, status(delete));
    }

    @Test
    void whatNobodyCanDecideIsGivenUpWithTheCollectionThatIsGone() {
        bed.instance(0).become(InstanceState.DOWN, "a test");
        Write write = bed.add("aaa");
        Write forget = bed.forget("aaa");
        assertEquals(200, status(forget));
        assertEquals(500, status(write));
        assertTrue(write.givenUp());
    }

    /** Simulation, seed 208138: a process had it deleted there, and died before that was durable; the other server decided the rest. */
    @Test
    void aDeletionThatAServerHasExecutedAlreadyDoesNotWaitForWhatWasWrittenThereBefore() {
        assertEquals(200, status(bed.create("bbb")));
        until(bed::settled);
        bed.primary.lose("bbb");
        Write write = bed.add("bbb");
        assertEquals(201, status(write));
        Write delete = bed.delete("bbb");
        bed.instance(1).become(InstanceState.DOWN, "a test");
        bed.instance(1).become(InstanceState.UP, "");
        assertEquals(200, status(delete));
        until(() -> !bed.replica.collections().containsKey("bbb"));
    }
}
