package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A collection that the replica leads, and nobody writes to. */
class HomecomingTest {
    private static final long STABLE_MS = 30_000;
    private static final long LOOK_MS = 5_000;
    private static final int AT_ONCE = 200;

    private final LaneBed bed = new LaneBed();
    private final Set<UUID> inMemory = new HashSet<>();
    private final List<UUID> made = new ArrayList<>();

    @BeforeEach
    void start() {
        bed.entry().gate().lead(1);
        new Homecoming(bed.catalog, bed.instances, inMemory::contains, made::add).start(bed.io);
    }

    private void waitUntilStable() {
        bed.io.runFor(STABLE_MS + LOOK_MS);
    }

    @Test
    void itsLanesAreMadeOnceTheInstanceThatShouldLeadHasBeenUpForAWhile() {
        bed.io.runFor(STABLE_MS);
        assertEquals(List.of(), made);
        bed.io.runFor(LOOK_MS);
        assertEquals(List.of(bed.id), made);
    }

    @Test
    void anInstanceThatWasLostMeanwhileIsWaitedForAnew() {
        bed.io.runFor(STABLE_MS);
        bed.primary().become(InstanceState.DOWN, "a test");
        bed.io.runFor(STABLE_MS);
        bed.primary().become(InstanceState.UP, "");
        bed.io.runFor(STABLE_MS);
        assertEquals(List.of(), made);
        bed.io.runFor(LOOK_MS);
        assertEquals(List.of(bed.id), made);
    }

    @Test
    void anInstanceThatIsDrainedLeadsNothingAgain() {
        bed.primary().become(InstanceState.DRAINING, "a test");
        waitUntilStable();
        assertEquals(List.of(), made);
    }

    @Test
    void lanesInMemorySeeToItThemselves() {
        inMemory.add(bed.id);
        waitUntilStable();
        assertEquals(List.of(), made);
    }

    @Test
    void whatIsLedWhereItBelongsIsLeftAlone() {
        bed.entry().gate().lead(0);
        waitUntilStable();
        assertEquals(List.of(), made);
    }

    @Test
    void someAreMadeAtATime() {
        for (int i = 0; i < AT_ONCE + 1; i++) {
            UUID id = new UUID(1, i);
            Mapping.Place place = new Mapping.Place(new UUID(2, i), Mapping.PlaceState.READY, "");
            bed.catalog.put(new Mapping(
                    id,
                    new Mapping.Path("t", "d", "c" + i),
                    0,
                    0,
                    Instant.EPOCH,
                    Map.of("primary", place, "replica", place)));
            bed.catalog.known(id).orElseThrow().gate().lead(1);
        }
        waitUntilStable();
        assertEquals(AT_ONCE, made.size());
        inMemory.addAll(made);
        bed.io.runFor(LOOK_MS);
        assertEquals(AT_ONCE + 2, made.size());
        assertEquals(AT_ONCE + 2, Set.copyOf(made).size());
    }

    @Test
    void itsLanesHandLeadershipBackAndAreLetGoOf() {
        LaneRegistry registry = new LaneRegistry(List.of(bed.io), bed.services(), new RestoredLanes(bed.instances));
        bed.io.runFor(3 * STABLE_MS);
        assertEquals(0, bed.entry().gate().leader());
        assertEquals(List.of("lead primary"), bed.events);
        assertEquals(0, registry.inMemory());
    }
}
