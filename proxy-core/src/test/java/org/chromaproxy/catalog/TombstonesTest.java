package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.Test;

/** Deleted collections are found by their id and by their deletion. */
class TombstonesTest {
    private final Catalog catalog =
            new Catalog(new Instances(List.of(new Instance("primary", 0, URI.create("http://127.0.0.1:1")))), Set.of());

    private CollectionEntry put(UUID id, long deletedLsn) {
        return catalog.put(
                new Mapping(id, new Mapping.Path("t", "d", "c" + id), 1, deletedLsn, Instant.EPOCH, Map.of()));
    }

    private List<UUID> ids(Collection<CollectionEntry> entries) {
        return entries.stream().map(CollectionEntry::publicId).toList();
    }

    @Test
    void aDeletionFindsWhatItDeletedAndNothingElse() {
        UUID negative = new UUID(-1, -1);
        UUID lowest = new UUID(Long.MIN_VALUE, Long.MIN_VALUE);
        UUID other = new UUID(1, 1);
        put(negative, 7);
        put(lowest, 7);
        put(other, 8);
        assertEquals(Set.of(negative, lowest), Set.copyOf(ids(catalog.deletedBy(7))));
        assertEquals(List.of(other), ids(catalog.deletedBy(8)));
        assertEquals(List.of(), catalog.deletedBy(6));
    }

    @Test
    void thoseThatMayBeForgottenAreFoundInTheOrderOfTheirDeletions() {
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        UUID third = UUID.randomUUID();
        put(third, 30);
        put(first, 10);
        put(second, 20);
        assertEquals(List.of(first, second), ids(catalog.tombstones(0, 20)));
        assertEquals(List.of(second, third), ids(catalog.tombstones(10, 30)));
        assertTrue(catalog.tombstones(20, 20).isEmpty());
        assertTrue(catalog.tombstones(30, 20).isEmpty());
    }

    /** They are forgotten while these are walked through. */
    @Test
    void whatIsDroppedIsGoneFromBoth() {
        for (int i = 1; i <= 1_000; i++) {
            put(UUID.randomUUID(), i);
        }
        catalog.tombstones(0, 600).forEach(entry -> catalog.drop(entry.publicId()));
        assertEquals(400, catalog.tombstones().size());
        assertEquals(400, catalog.tombstones(0, 1_000).size());
    }

    @Test
    void aDeletionThatIsToldAnewReplacesTheFormerOne() {
        UUID id = UUID.randomUUID();
        put(id, 5);
        put(id, 9);
        assertEquals(List.of(), catalog.deletedBy(5));
        assertEquals(List.of(id), ids(catalog.deletedBy(9)));
        assertEquals(1, catalog.tombstones().size());
    }
}
