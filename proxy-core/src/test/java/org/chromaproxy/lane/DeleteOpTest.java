package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.AGAIN;
import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.ready;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;

class DeleteOpTest {
    private static final String DELETE = "DELETE d/collections/aaa";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final CollectionEntry entry = bed.put("aaa");

    private static String aside(Instance instance) {
        return "PUT d/collections/" + on(instance, "aaa");
    }

    private Change.Purge purge(Instance instance) {
        return new Change.Purge(instance.name(), on(instance, "aaa"), Purges.hidden(entry));
    }

    private void mayHaveArrays() {
        bed.catalog.purges().flat(entry.publicId(), false);
    }

    @Test
    void whatTheLeaderDeletedIsGoneAtOnceAndDeletedOnTheFollower() {
        Write delete = bed.delete("aaa");
        assertEquals(DELETE, bed.asked(primary));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(DELETE, bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(delete));
        assertEquals(List.of(), bed.catalog.purges().of(primary));
    }

    @Test
    void nothingIsSentBeforeTheLanesOfTheCollectionStand() {
        bed.records.hold();
        bed.delete("aaa");
        assertEquals(List.of("last writes aaa before 1", "barrier aaa on 0 at 1"), bed.records.told);
        assertEquals(List.of(), io.sent());
        bed.records.reach(1);
        assertEquals(List.of(), io.sent());
        bed.records.reach(1);
        assertEquals(DELETE, bed.asked(primary));
        bed.done(primary);
        assertTrue(bed.records.told.contains("release aaa on 0"));
        assertTrue(bed.records.told.contains("barrier aaa on 1 at 1"));
        assertEquals(List.of(), io.open());
        bed.records.reach(1);
        assertEquals(DELETE, bed.asked(replica));
        bed.done(replica);
        assertTrue(bed.records.told.contains("release aaa on 1"));
    }

    @Test
    void aCollectionWhoseRecordsMayHaveArraysIsPutAside() {
        mayHaveArrays();
        Write delete = bed.delete("aaa");
        assertEquals(aside(primary), bed.asked(primary));
        assertEquals(
                "{\"new_name\":\"" + Purges.PREFIX + bed.id("aaa") + "\"}",
                io.only().body());
        assertEquals(List.of(), bed.catalog.purges().of(primary));
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(List.of(purge(primary)), bed.catalog.purges().of(primary));
        assertTrue(bed.log.others().contains(purge(primary)));
        assertEquals(aside(replica), bed.asked(replica));
        bed.done(replica);
        assertEquals(List.of(purge(replica)), bed.catalog.purges().of(replica));
        assertEquals(200, status(delete));
    }

    @Test
    void aCopyThatHasDivergedIsPutAsideByItsIdAsItsNameMayBeAnothers() {
        bed.put("aaa", replica, PlaceState.DIVERGED);
        bed.delete("aaa");
        assertEquals(DELETE, bed.asked(primary));
        bed.done(primary);
        assertEquals(aside(replica), bed.asked(replica));
    }

    @Test
    void whatIsNotThereToBePutAsideIsDeletedByItsName() {
        mayHaveArrays();
        Write delete = bed.delete("aaa");
        io.only(primary).answer(404, MISSING);
        assertEquals(DELETE, bed.asked(primary));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(List.of(), bed.catalog.purges().of(primary));
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void whatWasPutAsideWithoutAnAnswerIsPutAsideAgainWhateverIsKnownByThen() {
        mayHaveArrays();
        bed.delete("aaa");
        io.only(primary).cut();
        bed.catalog.purges().flat(entry.publicId(), true);
        io.runFor(1_000);
        assertEquals(aside(primary), bed.asked(primary));
        bed.done(primary);
        assertEquals(List.of(purge(primary)), bed.catalog.purges().of(primary));
    }

    @Test
    void aProtectedCollectionIsNotDeleted() {
        CollectionEntry kept = bed.put("global");
        Write delete = bed.delete("global");
        assertEquals(403, status(delete));
        assertEquals(Optional.of(kept), bed.named("global"));
        assertEquals(List.of(), io.sent());
        assertEquals(List.of("decided 1"), bed.records.told);
    }

    @Test
    void aCollectionThatIsProtectedByTheNameItHasByThenIsNotDeleted() {
        bed.log.hold();
        bed.rename("aaa", "bbb");
        bed.done(primary);
        Write delete = bed.delete(bed.id("aaa").toString());
        bed.catalog.protect(Set.of("bbb"));
        bed.log.release();
        io.runDue();
        bed.done(replica);
        assertEquals(403, status(delete));
        assertEquals(Optional.of(entry), bed.named("bbb"));
    }

    @Test
    void aNameThatNoCollectionHasIsRefusedAndNotSent() {
        Write delete = bed.delete("bbb");
        assertEquals(404, status(delete));
        assertEquals(List.of(), io.sent());
        assertEquals(1, bed.group.lane(1).cursor.applied());
    }

    @Test
    void aCollectionIsDeletedByItsIdUnderItsName() {
        Write delete = bed.delete(bed.id("aaa").toString());
        assertEquals(DELETE, bed.asked(primary));
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(delete));
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void aDeletionThatFindsNothingIsDoneWhenItMayHaveBeenExecutedBefore() {
        Write delete = bed.delete("aaa");
        io.only(primary).cut();
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
        io.only(primary).answer(404, MISSING);
        assertEquals(Optional.empty(), bed.named("aaa"));
        bed.done(replica);
        assertEquals(200, status(delete));
        assertEquals("{}", text(delete));
    }

    @Test
    void aFollowerThatHasLostItGoesOn() {
        bed.delete("aaa");
        bed.done(primary);
        io.only(replica).answer(404, MISSING);
        assertEquals(List.of(), io.open());
        assertEquals(1, bed.group.lane(1).cursor.applied());
        assertEquals(0, bed.group.services().stats().diverged());
    }

    @Test
    void aFollowerThatDoesNotHoldItIsPassedBy() {
        bed.put("bbb", primary);
        Write delete = bed.delete("bbb");
        bed.done(primary);
        assertEquals(200, status(delete));
        assertEquals(List.of(), bed.sentTo(replica));
        assertFalse(bed.records.told.contains("barrier bbb on 1 at 1"));
    }

    @Test
    void whatLivesOnAFollowerOnlyIsDeletedInTheCatalogAndThere() {
        bed.put("bbb", replica);
        Write delete = bed.delete("bbb");
        io.only(primary).answer(404, MISSING);
        assertEquals(Optional.empty(), bed.named("bbb"));
        assertEquals("DELETE d/collections/bbb", bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void aFollowerDeletesWhatTheRecordDeletedAndNotTheNextOfThatName() {
        bed.down(replica);
        bed.delete("aaa");
        bed.done(primary);
        bed.create("aaa");
        bed.done(primary);
        bed.up(replica);
        assertEquals(DELETE, bed.asked(replica));
        bed.done(replica);
        assertEquals("POST d/collections", bed.asked(replica));
        bed.done(replica);
        assertEquals(List.of(), io.open());
        assertEquals(Optional.of(ready(replica, "aaa" + AGAIN)), bed.place("aaa", replica));
    }

    @Test
    void whatIsForgottenIsSentNowhereAndNothingIsWaitedForThatNobodyCanDecide() {
        bed.records.hold();
        Write forget = bed.forget("aaa");
        assertEquals(List.of("last writes aaa before 1 at once", "barrier aaa on 0 at 1"), bed.records.told);
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.records.reach(2);
        assertEquals(200, status(forget));
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(List.of(), io.sent());
        assertTrue(bed.records.told.contains("release aaa on 0"));
    }

    @Test
    void whatIsDeletedAlreadyCannotBeForgotten() {
        bed.delete("aaa");
        bed.done(primary);
        Write forget = bed.forget("aaa");
        assertEquals(404, status(forget));
    }

    @Test
    void aDeletionThatTheLogRefusesIsSentAgain() {
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        Write delete = bed.delete("aaa");
        bed.done(primary);
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertFalse(delete.result().isDone());
        io.runFor(1_000);
        assertEquals(DELETE, bed.asked(primary));
        io.only(primary).answer(404, MISSING);
        assertEquals(Optional.empty(), bed.named("aaa"));
        bed.done(replica);
        assertEquals(200, status(delete));
    }

    @Test
    void aLaneThatLeavesLetsTheLanesOfTheCollectionGoOn() {
        bed.delete("aaa");
        bed.done(primary);
        VirtualIo.Sent late = io.only(replica);
        bed.group.detach(bed.group.lane(1));
        assertTrue(bed.records.told.contains("release aaa on 1"));
        late.done();
        assertEquals(List.of(), io.open());
        assertEquals(0, bed.group.lane(1).cursor.applied());
    }
}
