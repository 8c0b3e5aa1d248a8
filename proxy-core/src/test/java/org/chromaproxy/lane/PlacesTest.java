package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final LaneBed bed = new LaneBed();
    private final RecordStory story = new RecordStory(bed);
    private final Places places = new Places(story.lanes.group(), bed.entry());
    private final List<String> done = new ArrayList<>();

    private void store(Instance instance, PlaceState state, List<? extends Change> with, String name) {
        Place place = new Place(LaneBed.instanceId(instance), state, name);
        places.store(Map.of(instance, place), with, () -> done.add(name));
        bed.io.runDue();
    }

    private PlaceState stored(Instance instance) {
        return Objects.requireNonNull(bed.log.mappings().getLast().places().get(instance.name()))
                .state();
    }

    @Test
    void aPlaceIsKnownOnlyOnceItIsDurable() {
        bed.log.hold();
        store(bed.replica(), PlaceState.DIVERGED, List.of(), "differs");
        assertEquals(PlaceState.READY, story.state(bed.replica()));
        assertEquals(List.of(), done);
        bed.log.release();
        bed.io.runDue();
        assertEquals("differs", story.place(bed.replica()).reason());
        assertEquals(PlaceState.DIVERGED, stored(bed.replica()));
        assertEquals(PlaceState.READY, story.state(bed.primary()));
        assertEquals(List.of("differs"), done);
    }

    @Test
    void whatGoesWithItIsInTheSameTransaction() {
        Write write = bed.upsert("a");
        Change outcome = new Change.Outcome(write.lsn(), TransactionState.ABANDONED, 500, "", new byte[0]);
        bed.log.hold();
        store(bed.replica(), PlaceState.UNVERIFIED, List.of(outcome), "to be compared");
        assertEquals(1, bed.log.waiting());
        bed.log.commitNext();
        assertEquals(Optional.of(TransactionState.ABANDONED), story.outcome(write));
        assertEquals(PlaceState.UNVERIFIED, stored(bed.replica()));
    }

    @Test
    void whatTheLogRefusesIsTriedAgainWithAllOfIt() {
        Write write = bed.upsert("a");
        Change outcome = new Change.Outcome(write.lsn(), TransactionState.ABANDONED, 500, "", new byte[0]);
        bed.log.refuseNext(changes -> true);
        store(bed.replica(), PlaceState.UNVERIFIED, List.of(outcome), "to be compared");
        assertEquals(List.of("refuse", "commit c"), bed.events);
        assertEquals(PlaceState.UNVERIFIED, story.state(bed.replica()));
        assertEquals(Optional.of(TransactionState.ABANDONED), story.outcome(write));
        assertEquals(List.of("to be compared"), done);
    }

    @Test
    void itIsTriedAgainWithTheMappingOfThen() {
        bed.log.hold();
        bed.log.refuseNext(changes -> true);
        store(bed.replica(), PlaceState.DIVERGED, List.of(), "replica");
        bed.log.commitNext();
        store(bed.primary(), PlaceState.UNVERIFIED, List.of(), "primary");
        bed.log.release();
        bed.io.runDue();
        assertEquals(List.of("primary", "replica"), done.stream().sorted().toList());
        assertEquals(PlaceState.DIVERGED, stored(bed.replica()));
        assertEquals(PlaceState.UNVERIFIED, stored(bed.primary()));
        assertEquals(PlaceState.DIVERGED, story.state(bed.replica()));
        assertEquals(PlaceState.UNVERIFIED, story.state(bed.primary()));
    }

    @Test
    void changesThatAreUnderWayTogetherKeepEachOther() {
        bed.log.hold();
        store(bed.replica(), PlaceState.DIVERGED, List.of(), "replica");
        store(bed.primary(), PlaceState.UNVERIFIED, List.of(), "primary");
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.DIVERGED, stored(bed.replica()));
        assertEquals(PlaceState.UNVERIFIED, stored(bed.primary()));
        assertEquals(List.of("replica", "primary"), done);
    }
}
