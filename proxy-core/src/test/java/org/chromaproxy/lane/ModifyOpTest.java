package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class ModifyOpTest {
    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final CollectionEntry entry = bed.put("aaa");

    private static String put(Instance instance) {
        return "PUT d/collections/" + on(instance, "aaa");
    }

    /** The leader is asked whether it would take the body at all, and would. */
    private void takesTheBody() {
        assertTrue(bed.asked(primary).contains("no-such-database"), bed.asked(primary));
        io.only(primary).answer(404, MISSING);
    }

    private void assertNothingChanged() {
        assertFalse(io.sent().stream().map(CatalogLaneBed::line).anyMatch(put(primary)::equals), "it was sent");
        assertEquals(List.of(), bed.sentTo(replica));
        assertEquals("aaa", entry.path().name());
    }

    @Test
    void eachServerIsSentItUnderItsOwnIdAndTheNameChangesWithTheLeader() {
        Write rename = bed.rename("aaa", "bbb");
        assertEquals(put(primary), bed.asked(primary));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.done(primary);
        assertEquals(Optional.of(entry), bed.named("bbb"));
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(put(replica), bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(rename));
    }

    @Test
    void aChangeOfMetadataLeavesTheName() {
        Write change = bed.modify("aaa");
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(change));
        assertEquals(Optional.of(entry), bed.named("aaa"));
    }

    @Test
    void aFollowerIsNotReadBeforeItHasTheChange() {
        assertTrue(entry.readable(replica, bed.catalog.gate().applied(1)));
        bed.modify("aaa");
        bed.done(primary);
        assertFalse(entry.readable(replica, bed.catalog.gate().applied(1)));
        bed.done(replica);
        assertTrue(entry.readable(replica, bed.catalog.gate().applied(1)));
    }

    @Test
    void aProtectedCollectionKeepsItsName() {
        CollectionEntry kept = bed.put("global");
        Write rename = bed.rename("global", "bbb");
        takesTheBody();
        assertEquals(403, status(rename));
        assertEquals(Optional.of(kept), bed.named("global"));
        assertNothingChanged();
    }

    @Test
    void noCollectionIsGivenAProtectedName() {
        Write rename = bed.rename("aaa", "global");
        takesTheBody();
        assertEquals(403, status(rename));
        assertEquals(Optional.empty(), bed.named("global"));
        assertNothingChanged();
    }

    @Test
    void aNameThatIsTakenIsRefusedAndNotSent() {
        CollectionEntry other = bed.put("bbb");
        Write rename = bed.rename("aaa", "bbb");
        takesTheBody();
        assertEquals(409, status(rename));
        assertTrue(text(rename).contains("Collection [bbb] already exists"), text(rename));
        assertEquals(Optional.of(other), bed.named("bbb"));
        assertNothingChanged();
    }

    @Test
    void aBodyThatAServerRefusesAnywayIsRefusedInItsWords() {
        bed.put("bbb");
        Write rename = bed.rename("aaa", "bbb");
        io.only(primary).answer(422, "{\"error\":\"ChromaError\",\"message\":\"no such body\"}");
        assertEquals(422, status(rename));
        assertTrue(text(rename).contains("no such body"), text(rename));
        assertNothingChanged();
    }

    @Test
    void aTakenNameIsRefusedAtOnceWhereTheBodyIsInTheLogOnly() {
        bed.put("bbb");
        Write rename = bed.logged(
                OpKind.MODIFY_COLLECTION,
                CatalogLaneBed.about(bed.id("aaa"), "bbb"),
                "PUT",
                "/api/v2/tenants/t/databases/d/collections/" + bed.id("aaa"),
                "{\"new_name\":\"bbb\"}");
        rename.dropBody();
        bed.offer(rename);
        assertEquals(409, status(rename));
        assertNothingChanged();
    }

    @Test
    void theNameItHasAlreadyIsNotTaken() {
        Write rename = bed.rename("aaa", "aaa");
        assertEquals(put(primary), bed.asked(primary));
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(rename));
        assertEquals(Optional.of(entry), bed.named("aaa"));
    }

    @Test
    void aCollectionThatIsNotThereCannotBeChanged() {
        Write unknown = bed.rename("ccc", "bbb");
        assertEquals(404, status(unknown));
        bed.delete("aaa");
        bed.done(primary);
        bed.done(replica);
        Write deleted = bed.rename("aaa", "bbb");
        assertEquals(404, status(deleted));
        assertEquals(Optional.empty(), bed.named("bbb"));
    }

    @Test
    void aFollowerTakesEveryStepOnTheWayToALaterDeletion() {
        bed.down(replica);
        bed.rename("aaa", "bbb");
        bed.done(primary);
        bed.create("aaa");
        bed.done(primary);
        bed.delete("bbb");
        bed.done(primary);
        bed.up(replica);
        assertEquals(put(replica), bed.asked(replica));
        bed.done(replica);
        assertEquals("POST d/collections", bed.asked(replica));
        bed.done(replica);
        assertEquals("DELETE d/collections/bbb", bed.asked(replica));
    }

    @Test
    void aFollowerThatDoesNotHoldItIsPassedBy() {
        bed.put("ccc", primary);
        Write rename = bed.rename("ccc", "bbb");
        bed.done(primary);
        assertEquals(200, status(rename));
        assertEquals(List.of(), bed.sentTo(replica));
        assertEquals(1, bed.group.lane(1).cursor.applied());
    }

    @Test
    void whatLivesOnAFollowerOnlyIsRenamedInTheCatalogAndThere() {
        CollectionEntry other = bed.put("ccc", replica);
        Write rename = bed.rename("ccc", "bbb");
        assertEquals(List.of(), bed.sentTo(primary));
        assertEquals(Optional.of(other), bed.named("bbb"));
        assertEquals("PUT d/collections/" + on(replica, "ccc"), bed.asked(replica));
        bed.done(replica);
        assertEquals(200, status(rename));
    }

    @Test
    void aLeaderThatDoesNotKnowItIsAskedAgain() {
        Write rename = bed.rename("aaa", "bbb");
        io.only(primary).answer(404, MISSING);
        assertFalse(rename.result().isDone());
        io.runFor(1_000);
        assertEquals(put(primary), bed.asked(primary));
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(rename));
        assertEquals(Optional.of(entry), bed.named("bbb"));
    }

    @Test
    void aFollowerThatNeverKnowsItHasDivergedAndGoesOn() {
        bed.rename("aaa", "bbb");
        bed.done(primary);
        for (int i = 0; i < 20 && !io.open().isEmpty(); i++) {
            assertEquals(
                    PlaceState.READY, bed.place("bbb", replica).orElseThrow().state());
            replica.writes().succeeded();
            io.only(replica).answer(404, MISSING);
            io.runFor(5_000);
        }
        assertEquals(
                PlaceState.DIVERGED, bed.place("bbb", replica).orElseThrow().state());
        assertEquals(PlaceState.READY, bed.place("bbb", primary).orElseThrow().state());
        assertEquals(1, bed.group.lane(1).cursor.applied());
        assertTrue(bed.sentTo(replica).size() > LaneSemantics.MAX_FOLLOWER_FAULTS);
    }

    @Test
    void aRenamingThatTheLogRefusesIsSentAgain() {
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        Write rename = bed.rename("aaa", "bbb");
        bed.done(primary);
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertFalse(rename.result().isDone());
        io.runFor(1_000);
        assertEquals(put(primary), bed.asked(primary));
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(rename));
        assertEquals(Optional.of(entry), bed.named("bbb"));
    }
}
