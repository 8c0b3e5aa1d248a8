package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.MappingChanges.Begun;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;

/** Changes of one mapping that are under way at once, whatever the log says to each of them. */
class MappingChangesTest {
    private static final UUID ID = new UUID(1, 1);

    private final Instance primary = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final Instance replica = new Instance("replica", 1, URI.create("http://127.0.0.1:2"));
    private final Catalog catalog = new Catalog(new Instances(List.of(primary, replica)), Set.of());
    private final MappingChanges changes = catalog.changes();
    private final CollectionEntry entry =
            catalog.put(new Mapping(ID, new Mapping.Path("t", "d", "before"), 1, 0, Instant.EPOCH, Map.of()));

    private List<Begun> begin(MappingEdit edit) {
        List<Begun> begun = new ArrayList<>();
        changes.begin(List.of(edit), begun::addAll);
        return begun;
    }

    private List<Begun> beginPlace(Instance instance) {
        return begin(MappingEdit.place(entry, instance, new Place(new UUID(2, 2), PlaceState.READY, "")));
    }

    private List<Begun> beginName() {
        return begin(MappingEdit.name(entry, "after"));
    }

    private static Mapping mapping(List<Begun> begun) {
        return begun.getFirst().mapping();
    }

    private Mapping known() {
        return catalog.known(ID).orElseThrow().mapping();
    }

    @Test
    void aChangeKeepsAnEarlierOneThatIsUnderWayThoughOneInBetweenWasRefused() {
        List<Begun> first = beginPlace(primary);
        changes.refused(beginName());
        List<Begun> third = beginPlace(replica);
        assertEquals(Set.of("primary", "replica"), mapping(third).places().keySet());
        assertEquals("before", mapping(third).path().name());
        changes.durable(first);
        changes.durable(third);
        assertEquals(mapping(third), known());
    }

    @Test
    void aChangeKeepsALaterOneThatIsUnderWayThoughAnEarlierOneWasRefused() {
        List<Begun> first = beginPlace(primary);
        List<Begun> second = beginName();
        changes.refused(first);
        List<Begun> third = beginPlace(replica);
        assertEquals("after", mapping(third).path().name());
        changes.durable(second);
        changes.durable(third);
        assertEquals("after", known().path().name());
        assertEquals(mapping(third), known());
    }

    @Test
    void whatIsDurableIsNotTakenBackByAnEarlierOneThatIsToldLater() {
        List<Begun> first = beginPlace(primary);
        List<Begun> second = beginName();
        changes.durable(second);
        changes.refused(beginPlace(replica));
        List<Begun> fourth = beginPlace(replica);
        assertEquals("after", mapping(fourth).path().name());
        changes.durable(fourth);
        changes.durable(first);
        assertEquals(mapping(fourth), known());
    }

    @Test
    void oneThatIsRefusedAloneLeavesNothing() {
        changes.refused(beginName());
        assertEquals("before", mapping(beginPlace(primary)).path().name());
    }
}
