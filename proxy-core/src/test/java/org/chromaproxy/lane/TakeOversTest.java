package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A collection that was made elsewhere, under an id of which the log holds records of an earlier one. */
class TakeOversTest {
    private final LaneBed bed = new LaneBed();
    private final Mapping mapping = bed.entry().mapping();
    private final RestoredLanes restored = new RestoredLanes(bed.instances);
    private final LaneRegistry registry = new LaneRegistry(List.of(bed.io), bed.services(), restored);

    @BeforeEach
    void logOfAnEarlierOne() {
        bed.delete("a");
        bed.delete("b");
        bed.catalog.drop(bed.id);
    }

    private void takeOver() {
        List<Change> changes = registry.takeOvers().changes(mapping, Optional.empty());
        bed.log.submit(changes, true, () -> {
            registry.takeOvers().begin(changes);
            bed.catalog.put(mapping);
        });
    }

    private void offer(LaneRegistry lanes, String id) {
        lanes.offer(bed.delete(id));
        bed.io.runDue();
    }

    @Test
    void theMappingIsMadeAnewAndEveryPlaceBeginsAtTheEndOfTheLog() {
        Change.Lead lead = new Change.Lead(bed.id, "replica", 0);
        List<Change> changes = registry.takeOvers().changes(mapping, Optional.of(lead));
        assertEquals(
                List.of(new Change.DropMapping(bed.id), new Change.PutMapping(mapping), lead), changes.subList(0, 3));
        assertEquals(
                List.of(new Change.Cursor(bed.id, "primary", 2), new Change.Cursor(bed.id, "replica", 2)),
                changes.subList(3, 5).stream()
                        .map(Change.Cursor.class::cast)
                        .sorted((a, b) -> a.instance().compareTo(b.instance()))
                        .toList());
    }

    @Test
    void nothingOfTheEarlierOneIsSentByItsLanes() {
        takeOver();
        assertEquals(2, restored.cursor(bed.id, 0));
        assertEquals(2, restored.cursor(bed.id, 1));
        bed.replica().become(InstanceState.DOWN, "a test");
        offer(registry, "c");
        bed.io.only(bed.primary()).done();
        bed.replica().become(InstanceState.UP, "");
        bed.io.runDue();
        bed.answerAll();
        assertEquals(List.of("c"), bed.idsSentTo(bed.primary()));
        assertEquals(List.of("c"), bed.idsSentTo(bed.replica()), "its lane was in the log only");
    }

    @Test
    void norByThoseOfTheNextProcess() {
        takeOver();
        RestoredLanes again = new RestoredLanes(bed.instances);
        bed.log.cursors().forEach(again::add);
        LaneRegistry next = new LaneRegistry(List.of(bed.io), bed.services(), again);
        next.restore(bed.id, new Backlog.Tail(2, 26, 2, bed.io.now()));
        next.start();
        bed.io.runDue();
        assertEquals(List.of(), bed.io.sent());
        assertEquals(0, bed.primary().pending().records());
        offer(next, "c");
        bed.answerAll();
        assertEquals(List.of("c"), bed.idsSentTo(bed.primary()));
    }

    @Test
    void itsLanesHoldNothingOfTheLogBack() {
        takeOver();
        assertEquals(Long.MAX_VALUE, restored.oldestPending());
        assertEquals(List.of(), restored.behind(bed.replica()));
        assertEquals(-1, restored.cursor(UUID.randomUUID(), 0));
    }
}
