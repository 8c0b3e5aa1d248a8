package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.TAKEN;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.ready;
import static org.chromaproxy.lane.CatalogLaneBed.shown;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.junit.jupiter.api.Test;

class CreateOpTest {
    private static final String CREATE = "POST d/collections";
    private static final String LOOK = "GET d/collections/aaa";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();

    private String withData(Instance instance) {
        return shown(on(instance, "aaa"), "aaa", "\"dimension\":2");
    }

    private String withMetadata(Instance instance, int value) {
        return shown(on(instance, "aaa"), "aaa", "\"dimension\":null,\"metadata\":{\"a\":" + value + "}");
    }

    @Test
    void whatTheLeaderMadeIsMadeOnTheFollowerAndToldUnderThePublicId() {
        Write create = bed.create("aaa");
        assertEquals(primary, io.only().instance);
        assertEquals(CREATE, bed.asked(primary));
        bed.done(primary);
        assertEquals(Optional.of(ready(primary, "aaa")), bed.place("aaa", primary));
        assertEquals(CREATE, bed.asked(replica));
        bed.done(replica);
        assertEquals(Optional.of(ready(replica, "aaa")), bed.place("aaa", replica));
        assertEquals(200, status(create));
        assertTrue(text(create).contains(bed.id("aaa").toString()), text(create));
        assertFalse(text(create).contains(on(primary, "aaa").toString()), text(create));
    }

    @Test
    void aNewCollectionHasNoRecordsWithArrays() {
        bed.create("aaa");
        bed.done(primary);
        assertTrue(bed.catalog.purges().flat(bed.id("aaa")));
        assertTrue(bed.log.others().contains(new Change.Flat(bed.id("aaa"), true)));
    }

    @Test
    void aCreateThatMeetsItsOwnEarlierEffectTakesWhatItMade() {
        Write create = bed.create("aaa");
        io.only().cut();
        io.runFor(1_000);
        assertEquals(CREATE, bed.asked(primary));
        io.only().answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        bed.done(replica);
        assertEquals(200, status(create));
        assertEquals(Optional.of(ready(primary, "aaa")), bed.place("aaa", primary));
    }

    @Test
    void aConflictWithoutAnEarlierAttemptIsTheClientsRefusal() {
        Write create = bed.create("aaa");
        io.only().answer(409, TAKEN);
        assertEquals(409, status(create));
        assertEquals(TAKEN, text(create));
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(List.of(), bed.sentTo(replica));
    }

    @Test
    void aCreateThatWasFoundInTheLogAtAStartMayMeetItself() {
        bed.found = true;
        Write create = bed.create("aaa");
        io.only().answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        bed.done(replica);
        assertEquals(200, status(create));
    }

    @Test
    void whatAFollowerHeldAlreadyIsItsPlace() {
        bed.create("aaa");
        bed.done(primary);
        io.only(replica).answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(replica));
        io.only(replica).answer(200, shown(replica, "aaa"));
        assertEquals(Optional.of(ready(replica, "aaa")), bed.place("aaa", replica));
    }

    @Test
    void aCollectionWithDataThatAFollowerHeldAlreadyIsNotReadThere() {
        bed.create("aaa");
        bed.done(primary);
        io.only(replica).answer(409, TAKEN);
        io.only(replica).answer(200, withData(replica));
        Place place = bed.place("aaa", replica).orElseThrow();
        assertEquals(PlaceState.DIVERGED, place.state());
        assertEquals(on(replica, "aaa"), place.instanceId());
    }

    @Test
    void aFollowersCollectionWithOtherSettingsIsComparedBeforeItIsRead() {
        bed.create("aaa");
        io.only(primary).answer(200, withMetadata(primary, 1));
        io.only(replica).answer(409, TAKEN);
        io.only(replica).answer(200, withMetadata(replica, 2));
        Place place = bed.place("aaa", replica).orElseThrow();
        assertEquals(PlaceState.UNVERIFIED, place.state());
        assertTrue(place.reason().contains("metadata"), place.reason());
    }

    @Test
    void aFollowersCollectionWithTheLeadersSettingsIsWhole() {
        bed.create("aaa");
        io.only(primary).answer(200, withMetadata(primary, 1));
        io.only(replica).answer(409, TAKEN);
        io.only(replica).answer(200, withMetadata(replica, 1));
        assertEquals(Optional.of(ready(replica, "aaa")), bed.place("aaa", replica));
    }

    @Test
    void aCollectionWithDataThatTheLeaderFoundIsServedFromThereAndNotMadeEmptyElsewhere() {
        Write create = bed.getOrCreate("aaa");
        io.only(primary).answer(200, withData(primary));
        assertEquals(200, status(create));
        assertEquals(List.of(), bed.sentTo(replica));
        CollectionEntry entry = bed.named("aaa").orElseThrow();
        assertEquals(Map.of("primary", ready(primary, "aaa")), entry.mapping().places());
        assertEquals(0, entry.createdLsn());
        assertFalse(bed.catalog.purges().flat(entry.publicId()), "its records may have arrays");
    }

    @Test
    void oneServersCollectionIsNeverTwoOfTheCatalogs() {
        CollectionEntry other = bed.put("bbb");
        Write create = bed.create("aaa");
        io.only(primary).answer(200, shown(on(primary, "bbb"), "aaa", "\"dimension\":null"));
        assertEquals(500, status(create));
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(Optional.of(other), bed.catalog.byId(on(primary, "bbb")));
        assertEquals(List.of(), bed.sentTo(replica));
    }

    @Test
    void aFollowersCollectionThatIsAnotherOnesIsNoPlace() {
        CollectionEntry other = bed.put("bbb");
        bed.create("aaa");
        bed.done(primary);
        io.only(replica).answer(200, shown(on(replica, "bbb"), "aaa", "\"dimension\":null"));
        assertEquals(Optional.empty(), bed.place("aaa", replica));
        assertEquals(Optional.of(other), bed.catalog.byId(on(replica, "bbb")));
        assertEquals(1, bed.group.services().stats().diverged());
        assertEquals(List.of(), io.open());
    }

    @Test
    void anAnswerWithoutAnIdThatCanBeReadLeavesTheCreateInDoubt() {
        Write create = bed.create("aaa");
        io.only().answer(200, "{\"id\":\"not-the-36-characters-of-any-such-id\",\"name\":\"aaa\"}");
        assertEquals(Optional.empty(), bed.named("aaa"));
        io.runFor(1_000);
        assertEquals(CREATE, bed.asked(primary));
        io.only().answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(primary));
        assertFalse(create.result().isDone());
    }

    @Test
    void aNameThatExistsAndThenDoesNotIsCreatedAgain() {
        Write create = bed.create("aaa");
        io.only().cut();
        io.runFor(1_000);
        io.only().answer(409, TAKEN);
        io.only().answer(404, MISSING);
        assertFalse(create.result().isDone());
        io.runFor(5_000);
        bed.open(bed.group.leader().instance, CREATE);
    }

    @Test
    void aCollectionThatCannotBeReadIsAskedForAgain() {
        Write create = bed.create("aaa");
        io.only().cut();
        io.runFor(1_000);
        io.only().answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(primary));
        io.only().cut();
        assertFalse(create.result().isDone());
        assertEquals(Optional.empty(), bed.named("aaa"));
        io.runFor(5_000);
        bed.open(bed.group.leader().instance, CREATE);
    }

    @Test
    void whatACreateFindsOfItselfWhenAnotherHasRefusedItIsPutAside() {
        Write create = bed.create("aaa");
        io.only().cut();
        io.runFor(1_000);
        io.only().answer(409, TAKEN);
        VirtualIo.Sent look = io.only(primary);
        bed.down(primary);
        io.only(replica).refuse();
        assertEquals(400, status(create));
        look.answer(200, shown(primary, "aaa"));
        assertEquals(Optional.empty(), bed.named("aaa"));
        bed.up(primary);
        assertEquals(LOOK, bed.asked(primary));
        io.only(primary).answer(200, shown(primary, "aaa"));
        assertEquals("PUT d/collections/" + on(primary, "aaa"), bed.asked(primary));
        assertTrue(io.only(primary).body().contains(Purges.PREFIX + bed.id("aaa")));
        bed.done(primary);
        assertEquals(1, bed.catalog.purges().of(primary).size());
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void whatWasDeletedBeforeAFollowerCouldMakeItIsNotMadeThere() {
        bed.create("bbb");
        bed.done(primary);
        VirtualIo.Sent before = io.only(replica);
        bed.create("aaa");
        bed.done(primary);
        bed.delete("aaa");
        bed.done(primary);
        before.answer(200, shown(replica, "bbb"));
        assertEquals(List.of(CREATE), bed.sentTo(replica));
        assertEquals(3, bed.group.lane(1).cursor.applied());
    }

    @Test
    void whatAFollowerMayHaveMadeIsFoundThereSoThatItsDeletionDoesNotPassItBy() {
        bed.create("aaa");
        bed.done(primary);
        io.only(replica).cut();
        bed.down(replica);
        bed.delete("aaa");
        bed.done(primary);
        bed.up(replica);
        io.runFor(1_000);
        assertEquals(CREATE, bed.asked(replica));
        io.only(replica).answer(409, TAKEN);
        assertEquals(LOOK, bed.asked(replica));
        io.only(replica).answer(200, shown(replica, "aaa"));
        assertEquals("DELETE d/collections/aaa", bed.asked(replica));
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void aCreateForOneServerMakesAPlaceThatIsToBeFilled() {
        bed.put("aaa", primary);
        Subject subject = new Subject(Subject.CATALOG, bed.id("aaa"), "t", "d", "aaa", "replica");
        Write copy = bed.offer(bed.logged(
                OpKind.CREATE_COLLECTION,
                subject,
                "POST",
                "/api/v2/tenants/t/databases/d/collections",
                "{\"name\":\"aaa\"}"));
        assertEquals(List.of(), bed.sentTo(primary));
        assertEquals(CREATE, bed.asked(replica));
        bed.done(replica);
        assertEquals(Optional.of(new Place(on(replica, "aaa"), PlaceState.COPYING, "")), bed.place("aaa", replica));
        assertEquals(Optional.of(ready(primary, "aaa")), bed.place("aaa", primary));
        assertEquals(200, status(copy));
    }

    @Test
    void aCreateWhoseEffectTheLogRefusesIsNotKnownAndIsExecutedAgain() {
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        Write create = bed.create("aaa");
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertFalse(create.result().isDone());
        io.runFor(1_000);
        assertEquals(CREATE, bed.asked(primary));
        io.only(primary).answer(409, TAKEN);
        io.only(primary).answer(200, shown(primary, "aaa"));
        bed.done(replica);
        assertEquals(200, status(create));
        assertEquals(Optional.of(ready(primary, "aaa")), bed.place("aaa", primary));
    }

    @Test
    void aCreateThatIsDurableEverywhereIsSentNowhereAfterAStart() {
        bed.create("aaa");
        bed.done(primary);
        bed.done(replica);
        CatalogLaneBed next = new CatalogLaneBed();
        next.catalog.put(bed.named("aaa").orElseThrow().mapping());
        next.found = true;
        Write again = next.create("aaa");
        assertEquals(List.of(), next.io.sent());
        assertEquals(200, status(again));
    }

    /** Its own name is taken from it first: what is created is not what is to be deleted. */
    @Test
    void aNameThatADeletedCollectionHasStillIsFreedFirst() {
        Change.Purge purge = new Change.Purge(primary.name(), on(primary, "aaa"), CatalogLaneBed.path("hidden.aaa"));
        bed.catalog.purges().add(purge);
        bed.log.makeRoom();
        Write create = bed.create("aaa");
        io.only().answer(200, shown(primary, "aaa"));
        bed.log.commitAppended();
        io.runDue();
        bed.open(primary, "PUT d/collections/" + purge.instanceId()).done();
        io.runFor(300);
        bed.open(primary, CREATE).answer(200, shown(on(primary, "new"), "aaa", "\"dimension\":null"));
        io.runFor(100);
        bed.done(replica);
        assertEquals(200, status(create));
        assertEquals(on(primary, "new"), bed.place("aaa", primary).orElseThrow().instanceId());
    }

    /** A deleted collection that was to be put aside, and that the primary does not rename. */
    @Test
    void whereADeletedCollectionKeepsItsNameTheNextOneOfThatNameIsRefusedAndOthersGoOn() {
        UUID deleted = on(primary, "deleted");
        bed.catalog.purges().add(new Change.Purge("primary", deleted, CatalogLaneBed.path("hidden")));
        bed.log.makeRoom();
        Write create = bed.create("aaa");
        Write next = bed.create("bbb");
        int renamings = 0;
        for (int i = 0; i < 100 && !create.result().isDone(); i++) {
            if (bed.log.appended().size() > renamings) {
                renamings++;
                bed.log.commitAppended();
                io.runDue();
                bed.open(primary, "PUT d/collections/" + deleted).fail();
            } else {
                bed.open(primary, CREATE).answer(200, shown(deleted, "aaa", "\"dimension\":3"));
            }
            io.runFor(1_000);
        }
        assertEquals(503, status(create));
        assertTrue(text(create).contains("does not rename it"), text(create));
        assertEquals(Optional.empty(), bed.named("aaa"));
        bed.open(primary, CREATE).answer(200, shown(primary, "bbb"));
        bed.done(replica);
        assertEquals(200, status(next));
        assertEquals(Optional.of(ready(primary, "bbb")), bed.place("bbb", primary));
    }

    /** It would be undone, or be said to differ, if it counted as what the refused create made. */
    @Test
    void aDeletedCollectionThatHasItsNameStillIsNotWhatARefusedCreateMade() {
        UUID deleted = on(primary, "deleted");
        bed.catalog.purges().add(new Change.Purge("primary", deleted, CatalogLaneBed.path("hidden")));
        Write create = bed.create("aaa");
        VirtualIo.Sent unanswered = io.only();
        bed.down(primary);
        unanswered.cut();
        io.runFor(3_000);
        io.only(replica).answer(400, "{\"error\":\"InvalidArgumentError\",\"message\":\"of a test\"}");
        assertEquals(400, status(create));
        bed.up(primary);
        bed.open(primary, LOOK).answer(200, shown(deleted, "aaa", "\"dimension\":3"));
        assertEquals(1, bed.group.lane(0).cursor.applied());
        assertEquals(0, bed.lanes.services().stats().diverged());
    }

    /** Simulation, seed 302536: it was taken with its records; and the deletion hit what stood in the renaming's way. */
    @Test
    void aCollectionThatKeptItsNameOnOneServerIsNotTakenForTheNextOneOfThatName() {
        bed.put("aaa");
        bed.down(replica);
        bed.rename("aaa", "bbb");
        bed.done(primary);
        bed.getOrCreate("aaa");
        bed.done(primary);
        bed.delete("bbb");
        bed.done(primary);
        bed.up(replica);
        // Another one stands in the renaming's way there.
        String renaming = "PUT d/collections/" + on(replica, "aaa");
        for (int i = 0; i < 20 && bed.asked(replica).equals(renaming); i++) {
            replica.writes().succeeded();
            io.only(replica).fail();
            io.runFor(5_000);
        }
        assertEquals(CREATE, bed.asked(replica));
        io.only(replica).answer(200, shown(on(replica, "aaa"), "aaa", "\"dimension\":3"));
        assertEquals(Optional.empty(), bed.place("aaa", replica));
        // The deletion is the first one's, by its id, whatever it is called there.
        assertEquals(renaming, bed.asked(replica));
        assertTrue(
                io.only(replica).body().contains(Purges.PREFIX),
                io.only(replica).body());
        bed.done(replica);
        assertEquals(
                bed.group.lane(0).cursor.applied(), bed.group.lane(1).cursor.applied());
    }
}
