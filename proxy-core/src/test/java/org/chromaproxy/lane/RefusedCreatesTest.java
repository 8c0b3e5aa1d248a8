package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogBed.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RefusedCreates: what one server executed of a create that another refused does not stay there. */
@Timeout(120)
class RefusedCreatesTest {
    private final CatalogBed bed;

    RefusedCreatesTest() throws IOException {
        bed = new CatalogBed();
    }

    @AfterEach
    void close() {
        bed.close();
    }

    private static int status(Write write) {
        until(write.result()::isDone);
        return write.result().join().status();
    }

    /** The primary has been sent it, and goes away; the replica refuses it; then the primary executes it all the same. */
    private void executeOnPrimaryWhatTheReplicaRefuses() {
        bed.primary.shut();
        bed.replica.refuse();
        Write create = bed.create("aaa");
        until(() -> bed.primary.heldUp() == 1);
        bed.instance(0).become(InstanceState.DOWN, "a test");
        assertEquals(400, status(create));
        bed.primary.open();
        until(() -> bed.primary.collections().containsKey("aaa"));
    }

    @Test
    void whatWasExecutedBeforeTheRefusalIsPutAside() {
        executeOnPrimaryWhatTheReplicaRefuses();
        bed.instance(0).become(InstanceState.UP, "");
        until(() -> !bed.primary.collections().containsKey("aaa"));
        until(bed::settled);
        assertEquals(Set.of(), bed.names());
    }

    @Test
    void soItIsWhereTheOwnerDiedInBetween() {
        executeOnPrimaryWhatTheReplicaRefuses();
        bed.crash();
        bed.start();
        until(() -> !bed.primary.collections().containsKey("aaa"));
        until(bed::settled);
        assertEquals(Set.of(), bed.names());
    }

    /** A create finds its own effect, executed before a crash, while another leader refuses it. */
    @Test
    void aCreateThatFindsItselfWhenItIsRefusedHasNoMapping() {
        bed.log.hold();
        bed.create("aaa");
        until(() -> bed.primary.collections().containsKey("aaa"));
        bed.crash();
        bed.primary.shutReads();
        bed.replica.refuse();
        bed.start();
        until(() -> bed.primary.heldReads() == 1);
        bed.instance(0).become(InstanceState.DOWN, "a test");
        until(() -> bed.applied(1) == 1);
        bed.primary.open();
        until(() -> bed.primary.heldReads() == 0);
        bed.instance(0).become(InstanceState.UP, "");
        until(bed::settled);
        assertEquals(Set.of(), bed.names());
        assertEquals(List.of(), bed.log.mappings());
        assertFalse(bed.primary.collections().containsKey("aaa"));
    }

    @Test
    void aCollectionOfThatNameThatTheCatalogKnowsIsLeft() {
        assertEquals(200, status(bed.create("aaa")));
        Write again = bed.create("aaa");
        assertEquals(409, status(again));
        until(bed::settled);
        var there = bed.primary.collections();
        bed.crash();
        bed.log.forgetCursor("primary");
        bed.start();
        until(bed::settled);
        assertEquals(there, bed.primary.collections());
        assertEquals(Set.of("aaa"), bed.names());
    }
}
