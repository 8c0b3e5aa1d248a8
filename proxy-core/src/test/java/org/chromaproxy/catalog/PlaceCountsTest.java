package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;

class PlaceCountsTest {
    private static final int STEPS = 5_000;
    private static final List<PlaceState> STATES = List.of(PlaceState.values());

    private final Instance primary = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final Instance replica = new Instance("replica", 1, URI.create("http://127.0.0.1:2"));
    private final Instances instances = new Instances(List.of(primary, replica));
    private final Catalog catalog = new Catalog(instances, Set.of());

    private static Mapping mapping(int number, String name, long deletedLsn, Map<String, PlaceState> states) {
        Map<String, Place> places = new HashMap<>();
        states.forEach((instance, state) ->
                places.put(instance, new Place(new UUID(instance.hashCode(), number), state, "")));
        Mapping.Path path = new Mapping.Path("t", "d", name);
        return new Mapping(new UUID(1, number), path, number, deletedLsn, Instant.EPOCH, places);
    }

    @Test
    void aCollectionIsCountedAsItStandsAndNotOnceItIsDeleted() {
        catalog.put(mapping(1, "a", 0, Map.of("primary", PlaceState.READY, "replica", PlaceState.COPYING)));
        assertEquals(1, catalog.counts().places(replica, PlaceState.COPYING));
        assertEquals(1, catalog.counts().partial());
        catalog.put(mapping(1, "b", 0, Map.of("primary", PlaceState.READY, "replica", PlaceState.DIVERGED)));
        assertEquals(0, catalog.counts().places(replica, PlaceState.COPYING));
        assertEquals(1, catalog.counts().diverged());
        catalog.put(mapping(1, "b", 0, Map.of("primary", PlaceState.READY, "replica", PlaceState.READY)));
        assertEquals(0, catalog.counts().partial());
        assertEquals(1, catalog.counts().places(replica, PlaceState.READY));
        catalog.put(mapping(1, "b", 9, Map.of("primary", PlaceState.READY, "replica", PlaceState.READY)));
        assertEquals(0, catalog.counts().places(replica, PlaceState.READY));
    }

    @Test
    void whateverHappensTheCountsAreThoseOfAWalkOverTheLiving() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            int number = random.nextInt(8);
            if (random.nextInt(10) == 0) {
                catalog.drop(new UUID(1, number));
            } else {
                // Few names: two collections may want the same path while one of them is being deleted.
                String name = "n" + random.nextInt(6);
                catalog.put(mapping(number, name, random.nextInt(4) == 0 ? step + 1 : 0, states(random)));
            }
            check("seed " + seed + ", step " + step);
        }
    }

    private static Map<String, PlaceState> states(Random random) {
        Map<String, PlaceState> states = new HashMap<>();
        for (String instance : List.of("primary", "replica", "one that is not configured any more")) {
            int state = random.nextInt(STATES.size() + 1);
            if (state < STATES.size()) {
                states.put(instance, STATES.get(state));
            }
        }
        return states;
    }

    private void check(String when) {
        PlaceCounts counts = catalog.counts();
        assertEquals(catalog.alive().stream().filter(entry -> !entry.complete()).count(), counts.partial(), when);
        long diverged = catalog.alive().stream()
                .filter(entry -> is(entry, primary, PlaceState.DIVERGED) || is(entry, replica, PlaceState.DIVERGED))
                .count();
        assertEquals(diverged, counts.diverged(), when);
        for (Instance instance : instances) {
            for (PlaceState state : STATES) {
                long walked = catalog.alive().stream()
                        .filter(entry -> is(entry, instance, state))
                        .count();
                assertEquals(walked, counts.places(instance, state), when + ": " + state + " on " + instance);
            }
        }
    }

    private static boolean is(CollectionEntry entry, Instance instance, PlaceState state) {
        return entry.place(instance).filter(place -> place.state() == state).isPresent();
    }
}
