package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.path;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;

class DeleteDatabaseOpTest {
    private static final String DELETE = "DELETE d";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final CollectionEntry entry = bed.put("aaa");

    private void assertKept() {
        assertFalse(io.sent().stream().map(CatalogLaneBed::line).anyMatch(DELETE::equals), "it was sent");
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertEquals(0, entry.deletedLsn());
    }

    @Test
    void aDatabaseIsDeletedOnEveryServerWithItsCollections() {
        bed.put("bbb");
        Write delete = bed.deleteDatabase();
        bed.count(primary, 2);
        assertEquals(DELETE, bed.asked(primary));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.done(primary);
        assertEquals(List.of(), List.copyOf(bed.catalog.list("t", "d")));
        assertEquals(DELETE, bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void theLanesOfItsCollectionsStandBeforeAnythingIsSentAndGoOnAfterwards() {
        bed.put("bbb");
        bed.records.hold();
        bed.deleteDatabase();
        assertEquals(4, bed.records.waiting());
        bed.records.reach(3);
        assertEquals(List.of(), io.sent());
        bed.records.reach(1);
        bed.count(primary, 2);
        assertFalse(bed.records.told.stream().anyMatch(each -> each.startsWith("release")));
        bed.done(primary);
        assertTrue(bed.records.told.containsAll(List.of("release aaa on 0", "release bbb on 0")));
        assertEquals(List.of(), io.open());
        bed.records.reach(2);
        assertEquals(DELETE, bed.asked(replica));
        bed.done(replica);
        assertTrue(bed.records.told.containsAll(List.of("release aaa on 1", "release bbb on 1")));
    }

    @Test
    void aProtectedCollectionKeepsItsDatabase() {
        bed.put("global");
        Write delete = bed.deleteDatabase();
        assertEquals(403, status(delete));
        assertTrue(text(delete).contains("[global]"), text(delete));
        assertEquals(List.of(), io.sent());
        assertEquals(List.of("decided 1"), bed.records.told);
        assertKept();
    }

    @Test
    void aDatabaseWithCollectionsThatNobodyKnowsIsKept() {
        Write delete = bed.deleteDatabase();
        bed.count(primary, 2);
        assertEquals(409, status(delete));
        assertKept();
        assertEquals(List.of(), bed.sentTo(replica));
        assertTrue(bed.records.told.contains("release aaa on 0"));
    }

    @Test
    void deletedCollectionsThatAreStillThereAreKnownAndGoneWithIt() {
        Change.Purge left = new Change.Purge("primary", UUID.randomUUID(), path("hidden"));
        bed.catalog.purges().add(left);
        bed.deleteDatabase();
        bed.count(primary, 2);
        io.only(primary).answer(404, MISSING);
        assertEquals(DELETE, bed.asked(primary));
        bed.done(primary);
        assertEquals(List.of(), bed.catalog.purges().of(primary));
        assertTrue(bed.log.others().contains(new Change.Purged("primary", left.instanceId())));
    }

    @Test
    void aDatabaseThatIsNotThereIsToldSoInTheServersWords() {
        Write delete = bed.deleteDatabase();
        assertEquals("GET d", bed.asked(primary));
        io.only().answer(404, MISSING);
        assertEquals(DELETE, bed.asked(primary));
        io.only().answer(404, MISSING);
        assertEquals(404, status(delete));
        assertEquals(MISSING, text(delete));
        assertEquals(0, entry.deletedLsn());
    }

    @Test
    void theDeletionOfADatabaseThatWasNotThereIsNotDoneThoughItWasSentTwice() {
        Write delete = bed.deleteDatabase();
        io.only().answer(404, MISSING);
        io.only().cut();
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
        io.only().answer(404, MISSING);
        assertEquals(404, status(delete));
        assertEquals(0, entry.deletedLsn());
    }

    @Test
    void aDatabaseThatIsGoneWhenItsCollectionsAreCountedWasNotThere() {
        Write delete = bed.deleteDatabase();
        io.only().answer(200, "{\"name\":\"d\"}");
        io.only().answer(404, MISSING);
        assertEquals(DELETE, bed.asked(primary));
        io.only().answer(404, MISSING);
        assertEquals(404, status(delete));
    }

    @Test
    void aDeletionThatFindsNothingIsDoneWhenItMayHaveBeenExecutedBefore() {
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        io.only().cut();
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
        io.only().answer(404, MISSING);
        assertEquals(Optional.empty(), bed.named("aaa"));
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void aFollowerDeletesItWithoutAskingAndMayHaveLostIt() {
        bed.deleteDatabase();
        bed.count(primary, 1);
        bed.done(primary);
        assertEquals(List.of(DELETE), bed.sentTo(replica));
        io.only(replica).answer(404, MISSING);
        assertEquals(1, bed.group.lane(1).cursor.applied());
        assertEquals(0, bed.group.services().stats().diverged());
    }

    @Test
    void aServerThatDoesNotSayHowManyIsAskedAgain() {
        Write delete = bed.deleteDatabase();
        io.only().answer(200, "{\"name\":\"d\"}");
        io.only().answer(200, "\"many\"");
        assertEquals(List.of(), io.open());
        io.runFor(1_000);
        bed.count(primary, 1);
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void aServerThatNeverSaysHowManyHoldsUpNobodyForLong() {
        Write delete = bed.deleteDatabase();
        Write next = bed.create("bbb");
        for (int i = 0; i < 60 && !delete.result().isDone(); i++) {
            io.open().forEach(VirtualIo.Sent::fail);
            io.runFor(500);
        }
        assertEquals(503, status(delete));
        assertKept();
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(next));
    }

    @Test
    void aDeletionThatTheLogRefusesIsSentAgainAndNothingIsCountedAnew() {
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        bed.done(primary);
        assertEquals(Optional.of(entry), bed.named("aaa"));
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
        io.only().answer(404, MISSING);
        bed.done(replica);
        assertEquals(200, status(delete));
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void aCountThatComesAfterAnotherLeadsIsNotHeeded() {
        bed.deleteDatabase();
        VirtualIo.Sent late = io.only(primary);
        bed.down(primary);
        assertEquals("GET d", bed.asked(replica));
        late.answer(404, MISSING);
        assertEquals("GET d", bed.asked(replica));
        bed.count(replica, 2);
        assertKept();
    }

    @Test
    void aCollectionMadeBeforeItIsDeletedWithIt() {
        bed.log.hold();
        bed.create("bbb");
        bed.done(primary);
        bed.deleteDatabase();
        assertEquals(List.of(), io.open());
        bed.log.release();
        io.runDue();
        bed.count(primary, 2);
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("bbb"));
    }

    /** The process that sent it ended before that was durable. */
    @Test
    void aDeletionThatMayHaveBeenExecutedByAnEarlierProcessIsDoneWhereThereIsNoSuchDatabase() {
        bed.found = true;
        Write delete = bed.deleteDatabase();
        io.only().answer(404, CatalogLaneBed.MISSING);
        io.only().answer(404, CatalogLaneBed.MISSING);
        io.runFor(300);
        assertEquals(200, delete.result().resultNow().status());
        assertTrue(bed.named("aaa").isEmpty());
    }

    @Test
    void thatOneServerLacksTheDatabaseSaysNothingOfTheNextThatLeads() {
        Write delete = bed.deleteDatabase();
        io.only().answer(404, CatalogLaneBed.MISSING);
        bed.down(bed.primary());
        io.open().stream().filter(each -> each.instance == bed.primary()).forEach(VirtualIo.Sent::cut);
        io.only(bed.replica()).answer(200, "{\"name\":\"d\"}");
        io.only(bed.replica()).answer(200, "1");
        io.only(bed.replica()).cut();
        io.runFor(1_000);
        io.only(bed.replica()).answer(404, CatalogLaneBed.MISSING);
        io.runFor(300);
        assertEquals(200, delete.result().resultNow().status());
    }

    @Test
    void whatIsBegunIsNotRefusedWhereThereIsNoSuchDatabase() {
        bed.catalog.purges().flat(bed.id("aaa"), false);
        bed.log.makeRoom();
        Write delete = bed.deleteDatabase();
        io.only().answer(404, CatalogLaneBed.MISSING);
        io.only().answer(404, CatalogLaneBed.MISSING);
        io.only().answer(404, CatalogLaneBed.MISSING);
        io.runFor(300);
        assertEquals(200, delete.result().resultNow().status());
        assertTrue(bed.named("aaa").isEmpty());
    }

    private PlaceState state(String name, Instance instance) {
        return bed.place(name, instance).orElseThrow().state();
    }

    /** Simulation, seed 7015302: what it had deleted there counted as there, until somebody wrote to it. */
    @Test
    void whereADeletionThatAnotherRefusesMayHaveBeenExecutedIsLookedInto() {
        bed.put("bbb");
        Write delete = bed.deleteDatabase();
        bed.count(primary, 2);
        assertEquals(DELETE, bed.asked(primary));
        bed.down(primary);
        io.only(primary).cut();
        io.runFor(3_000);
        bed.count(replica, 3);
        assertEquals(409, status(delete));
        bed.up(primary);
        assertEquals("GET d", bed.asked(primary));
        io.only(primary).answer(404, MISSING);
        for (String name : List.of("aaa", "bbb")) {
            assertEquals(PlaceState.DIVERGED, state(name, primary));
            assertEquals(PlaceState.READY, state(name, replica));
        }
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    @Test
    void anAnswerThatComesAfterTheRefusalIsLookedIntoAsWell() {
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        VirtualIo.Sent late = io.only(primary);
        for (int i = 0; i < 60 && io.open().stream().noneMatch(each -> each.instance == replica); i++) {
            io.runFor(1_000);
            bed.tick();
        }
        bed.count(replica, 3);
        assertEquals(409, status(delete));
        late.done();
        assertEquals("GET d", bed.asked(primary));
        io.only(primary).answer(200, "{\"name\":\"d\"}");
        assertEquals(PlaceState.READY, state("aaa", primary));
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    private void failOnReplica(String line) {
        for (int i = 0; i < 30 && io.open().stream().anyMatch(each -> each.instance == replica); i++) {
            replica.writes().succeeded();
            assertEquals(line, bed.asked(replica));
            io.only(replica).fail();
            io.runFor(5_000);
        }
    }

    /** Simulation, seed 7034813: the next database of that name had them, and its deletion was refused for them. */
    @Test
    void whatAFollowerDoesNotDeleteIsPurgedThereLater() {
        bed.log.makeRoom();
        bed.deleteDatabase();
        bed.count(primary, 1);
        bed.done(primary);
        failOnReplica(DELETE);
        assertEquals(1, bed.group.lane(1).cursor.applied());
        assertEquals(
                List.of(on(replica, "aaa")),
                bed.catalog.purges().of(replica).stream()
                        .map(Change.Purge::instanceId)
                        .toList());
        bed.tick();
        bed.log.commitAppended();
        io.runDue();
        assertEquals("PUT d/collections/" + on(replica, "aaa"), bed.asked(replica));
    }

    @Test
    void soIsACollectionThatAFollowerDoesNotDelete() {
        bed.log.makeRoom();
        bed.delete("aaa");
        bed.done(primary);
        failOnReplica("DELETE d/collections/aaa");
        assertEquals(1, bed.group.lane(1).cursor.applied());
        assertEquals(1, bed.catalog.purges().of(replica).size());
    }

    /** Simulation, seed 8031360: refused, what the first had executed had to be repaired there. */
    @Test
    void whereAnotherMayHaveExecutedItTheCountIsWaitedForLonger() {
        Write delete = bed.deleteDatabase();
        bed.count(primary, 1);
        bed.down(primary);
        io.only(primary).cut();
        for (int i = 0; i < 20; i++) {
            io.runFor(1_000);
            io.open().forEach(VirtualIo.Sent::fail);
        }
        assertFalse(delete.result().isDone());
        io.runFor(1_000);
        bed.count(replica, 1);
        bed.done(replica);
        assertEquals(200, status(delete));
    }
}
