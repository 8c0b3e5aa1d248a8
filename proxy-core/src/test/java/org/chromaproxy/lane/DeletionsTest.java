package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.time.Clock;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** Which writes wait for a deletion that is not decided yet. */
class DeletionsTest {
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);

    private final Instances instances = new Instances(
            List.of(new Instance("primary", 0, URI.create("http://primary:8000"), Optional.empty(), Clock.SYSTEM)));
    private final Catalog catalog = new Catalog(instances, Set.of(), Clock.SYSTEM);
    private final CollectionEntry one = known(ONE, "one");
    private final CollectionEntry other = known(OTHER, "other");
    private final Deletions deletions = new Deletions(catalog, instances);

    private CollectionEntry known(UUID id, String name) {
        catalog.put(new Mapping(id, new Mapping.Path("t", "d", name), 1, 0, Instant.EPOCH, Map.of()));
        return catalog.known(id).orElseThrow();
    }

    private static LogRecord record(long lsn, OpKind kind, UUID collection, String name) {
        Subject subject = new Subject(Subject.CATALOG, collection, "t", "d", name, "");
        NewRecord content =
                new NewRecord(kind, subject, new WriteRequest("DELETE", "/", "", new byte[0]), Optional.empty());
        return new LogRecord(lsn, Instant.EPOCH, content, 0);
    }

    @Test
    void whatIsLoggedBehindADeletionWaitsUntilItIsDecided() {
        deletions.logged(record(5, OpKind.DELETE_COLLECTION, ONE, "one"));
        assertTrue(one.waitsForDelete(6));
        assertFalse(one.waitsForDelete(4));
        assertFalse(other.waitsForDelete(6));
        assertEquals(List.of(one), deletions.decided(5));
        assertFalse(one.waitsForDelete(6));
    }

    @Test
    void aSecondDeletionIsWaitedForWhenTheFirstIsDecided() {
        deletions.logged(record(5, OpKind.DELETE_COLLECTION, ONE, "one"));
        deletions.logged(record(7, OpKind.DELETE_DATABASE, Subject.CATALOG, ""));
        deletions.decided(5);
        assertFalse(one.waitsForDelete(6));
        assertTrue(one.waitsForDelete(8));
        assertTrue(other.waitsForDelete(8));
    }

    /** The name is free by the time of the deletion, and another collection has it: that is the one it deletes. */
    @Test
    void whatIsOnTheWayToTheDeletedNameWaitsToo() {
        deletions.logged(record(5, OpKind.MODIFY_COLLECTION, ONE, "other"));
        deletions.logged(record(6, OpKind.DELETE_COLLECTION, OTHER, "other"));
        assertTrue(one.waitsForDelete(7));
        assertTrue(other.waitsForDelete(7));
        assertEquals(List.of(), deletions.decided(5));
        assertTrue(one.waitsForDelete(7));
        deletions.decided(6);
        assertFalse(one.waitsForDelete(7));
    }

    @Test
    void aNameThatWasGivenBeforeIsNoLongerOnTheWay() {
        deletions.logged(record(5, OpKind.MODIFY_COLLECTION, ONE, "other"));
        deletions.decided(5);
        deletions.logged(record(6, OpKind.DELETE_COLLECTION, OTHER, "other"));
        assertFalse(one.waitsForDelete(7));
    }

    private CollectionEntry made(long lsn, String name) {
        UUID id = new UUID(2, lsn);
        catalog.put(new Mapping(id, new Mapping.Path("t", "d", name), lsn, 0, Instant.EPOCH, Map.of()));
        return catalog.known(id).orElseThrow();
    }

    /** Simulation, seed 8034547: writes behind the deletion were executed, read, and refused then. */
    @Test
    void whatIsMadeOnlyAfterTheDeletionOfItsDatabaseWasLoggedWaitsToo() {
        deletions.logged(record(5, OpKind.DELETE_DATABASE, Subject.CATALOG, ""));
        CollectionEntry before = made(4, "before");
        CollectionEntry behind = made(6, "behind");
        deletions.created(before);
        deletions.created(behind);
        assertTrue(before.waitsForDelete(7));
        assertFalse(behind.waitsForDelete(7));
        assertTrue(deletions.decided(5).contains(before));
        assertFalse(before.waitsForDelete(7));
        CollectionEntry later = made(4, "later");
        deletions.created(later);
        assertFalse(later.waitsForDelete(7));
    }

    @Test
    void soDoesOneWhoseDeletionByNameCameBeforeItWasMade() {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, "t", "d", "", "");
        WriteRequest request =
                new WriteRequest("DELETE", "/api/v2/tenants/t/databases/d/collections/coming", "", new byte[0]);
        deletions.logged(new LogRecord(
                5, Instant.EPOCH, new NewRecord(OpKind.DELETE_COLLECTION, subject, request, Optional.empty()), 0));
        CollectionEntry coming = made(4, "coming");
        CollectionEntry another = made(3, "another");
        deletions.created(coming);
        deletions.created(another);
        assertTrue(coming.waitsForDelete(6));
        assertFalse(another.waitsForDelete(6));
    }
}
