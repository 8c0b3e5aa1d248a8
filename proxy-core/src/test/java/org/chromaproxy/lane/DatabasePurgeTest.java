package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.path;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabasePurgeTest {
    private static final String DELETE = "DELETE d";
    private static final String ARRAYS = "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{\"k\":[1]},{\"k\":1}]}";
    private static final String THERE = "{\"name\":\"d\"}";
    private static final String NONE = "{\"ids\":[],\"metadatas\":[]}";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final CollectionEntry entry = bed.put("aaa");

    @BeforeEach
    void recordsMayHaveArrays() {
        bed.catalog.purges().flat(entry.publicId(), false);
        bed.log.makeRoom();
    }

    private static String records(Instance instance, String operation) {
        return "POST d/collections/" + on(instance, "aaa") + "/" + operation;
    }

    private void commitAppended() {
        bed.log.commitAppended();
        io.runDue();
    }

    @Test
    void recordsWithArraysAreDeletedBeforeTheirDatabase() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        assertEquals(records(primary, "get"), bed.asked(primary));
        io.only().answer(200, ARRAYS);
        assertEquals(List.of(), io.open());
        commitAppended();
        assertEquals(records(primary, "delete"), bed.asked(primary));
        assertEquals("{\"ids\":[\"a\"]}", io.only().body());
        io.only().done();
        assertEquals(DELETE, bed.asked(primary));
    }

    @Test
    void aCollectionWithoutArraysIsNotRead() {
        bed.catalog.purges().flat(entry.publicId(), true);
        bed.deleteDatabase();
        bed.count(primary, 1);
        assertEquals(DELETE, bed.asked(primary));
        assertEquals(Optional.of(entry), bed.named("aaa"));
    }

    @Test
    void thatTheCollectionsAreDeletedIsDurableBeforeARecordIs() {
        bed.log.hold();
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        assertEquals(List.of(), io.open());
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.log.release();
        io.runDue();
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(delete.lsn(), entry.deletedLsn());
        assertTrue(bed.records.told.contains("wake aaa"));
        assertEquals(records(primary, "get"), bed.asked(primary));
    }

    @Test
    void whereTheLogRefusesThatNothingIsReadAndItIsTriedAgain() {
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        bed.deleteDatabase();
        bed.count(primary, 1);
        assertEquals(List.of(), io.open());
        assertEquals(Optional.of(entry), bed.named("aaa"));
        io.runFor(1_000);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(records(primary, "get"), bed.asked(primary));
    }

    @Test
    void eachServerIsPurgedOfItsOwn() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().answer(200, NONE);
        bed.done(primary);
        assertEquals(records(replica, "get"), bed.asked(replica));
        io.only(replica).answer(200, NONE);
        assertEquals(DELETE, bed.asked(replica));
    }

    @Test
    void aServerThatDoesNotHoldItIsNotRead() {
        bed.catalog.purges().flat(entry.publicId(), true);
        CollectionEntry other = bed.put("bbb", replica);
        bed.catalog.purges().flat(other.publicId(), false);
        bed.deleteDatabase();
        bed.count(primary, 1);
        assertEquals(DELETE, bed.asked(primary));
    }

    @Test
    void whatIsLeftOfDeletedCollectionsIsPurgedToo() {
        bed.catalog.purges().flat(entry.publicId(), true);
        UUID left = UUID.randomUUID();
        bed.catalog.purges().add(new Change.Purge("primary", left, path("hidden")));
        bed.catalog.purges().add(new Change.Purge("primary", UUID.randomUUID(), new Mapping.Path("t", "e", "x")));
        bed.deleteDatabase();
        bed.count(primary, 2);
        assertEquals("POST d/collections/" + left + "/get", bed.asked(primary));
        io.only().answer(200, NONE);
        assertEquals(DELETE, bed.asked(primary));
    }

    @Test
    void aDatabaseIsNotDeletedWhileItsRecordsCannotBePurged() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().cut();
        assertEquals(List.of(), io.open());
        io.runFor(1_000);
        assertEquals(records(primary, "get"), bed.asked(primary));
        io.only().answer(200, ARRAYS);
        commitAppended();
        io.only().fail();
        assertEquals(List.of(), io.open());
        io.runFor(1_000);
        assertEquals(records(primary, "get"), bed.asked(primary));
        io.only().answer(200, NONE);
        assertEquals(DELETE, bed.asked(primary));
    }

    @Test
    void whatIsPurgedIsNotReadAgainWhenTheDeletionIsSentAgain() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().answer(200, NONE);
        io.only().cut();
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
    }

    @Test
    void aLaneThatHasLeftIsNotGoneOnWith() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().answer(200, NONE);
        bed.done(primary);
        VirtualIo.Sent late = io.only(replica);
        bed.group.detach(bed.group.lane(1));
        late.answer(200, NONE);
        assertEquals(List.of(), io.open());
        assertFalse(bed.sentTo(replica).contains(DELETE));
        assertTrue(bed.records.told.contains("release aaa on 1"));
    }

    @Test
    void aPurgeThatFailsAfterItsLaneHasLeftHoldsNothingUp() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().answer(200, NONE);
        bed.done(primary);
        VirtualIo.Sent late = io.only(replica);
        bed.group.detach(bed.group.lane(1));
        late.cut();
        assertFalse(bed.group.lane(1).atWork());
    }

    /** Until it is given up: a deletion of the database, with its collection deleted already, that the primary fails. */
    private void failDeletion() {
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        io.only(primary).answer(200, NONE);
        for (int i = 0; i < 20 && bed.asked(primary).equals(DELETE); i++) {
            primary.writes().succeeded();
            io.only(primary).fail();
            io.runFor(3_000);
            if (bed.asked(primary).equals(records(primary, "get"))) {
                io.only(primary).answer(200, NONE);
            }
        }
        assertEquals("GET d", bed.asked(primary));
        io.only(primary).answer(200, THERE);
        assertEquals(500, status(delete));
        assertEquals(1, bed.catalog.purges().of(primary).size());
        assertEquals(List.of(), bed.catalog.purges().of(replica));
    }

    /** The renaming, which was logged before. */
    private void renameOnReplica() {
        assertEquals("PUT d/collections/" + on(replica, "aaa"), bed.asked(replica));
        assertTrue(io.only(replica).body().contains("bbb"), io.only(replica).body());
        bed.done(replica);
    }

    private void assertPurgedOnReplica() {
        assertEquals(
                List.of(on(replica, "aaa")),
                bed.catalog.purges().of(replica).stream()
                        .map(Change.Purge::instanceId)
                        .toList());
    }

    @Test
    void whatAGivenUpDeletionLeftIsPurgedWhereItsLaneComesToTheDeletionAndNotBefore() {
        replica.become(InstanceState.DRAINING, "it follows, and never leads");
        bed.rename("aaa", "bbb");
        bed.done(primary);
        failDeletion();
        renameOnReplica();
        assertPurgedOnReplica();
    }

    @Test
    void whatAGivenUpDeletionLeftOnAServerThatWasAwayIsPurgedWhenItIsBack() {
        bed.down(replica);
        bed.rename("aaa", "bbb");
        bed.done(primary);
        failDeletion();
        bed.up(replica);
        renameOnReplica();
        assertEquals(List.of(), bed.catalog.purges().of(replica));
        assertEquals("GET d", bed.asked(replica));
        io.only(replica).answer(200, THERE);
        assertPurgedOnReplica();
    }

    @Test
    void whereADatabaseIsGoneNothingIsLeftOfItsGivenUpDeletion() {
        bed.down(replica);
        failDeletion();
        bed.up(replica);
        assertEquals("GET d", bed.asked(replica));
        io.only(replica).answer(404, MISSING);
        assertEquals(List.of(), bed.catalog.purges().of(replica));
        assertEquals(1, bed.group.lane(1).cursor.applied());
    }

    private Write deleteDatabaseFor(PrincipalUse client) {
        Write write = bed.logged(
                OpKind.DELETE_DATABASE,
                CatalogLaneBed.about(Subject.CATALOG, ""),
                "DELETE",
                ChromaPaths.database("t", "d"),
                "");
        return bed.offer(write.chargedTo(client));
    }

    private static PrincipalUse client() {
        return new Principals(PrincipalLimits.of(Map.of(PrincipalLimit.DEAD_LETTERS, 1L))).of("client", Map.of(), "");
    }

    @Test
    void aDeletionThatHasBegunIsNotRefusedToWhomNothingIsTriedForAnyMore() {
        PrincipalUse client = client();
        Write delete = deleteDatabaseFor(client);
        bed.count(primary, 1);
        assertEquals(delete.lsn(), entry.deletedLsn());
        client.deadLetter(1_000);
        assertTrue(delete.barred());
        io.only().answer(200, NONE);
        bed.done(primary);
        io.only(replica).answer(200, NONE);
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void oneThatHasNotBegunIsRefusedThen() {
        PrincipalUse client = client();
        client.deadLetter(1_000);
        Write delete = deleteDatabaseFor(client);
        assertEquals(429, status(delete));
        assertEquals(List.of(), io.sent());
        assertEquals(0, entry.deletedLsn());
    }
}
