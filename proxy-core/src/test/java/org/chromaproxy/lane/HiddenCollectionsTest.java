package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HiddenCollectionsTest {
    /** Until reads that were sent before a deletion are over. */
    private static final int SETTLE_MS = 3_000;

    private static final int RETRY_MS = 5_000;
    private static final String NONE = "{\"ids\":[],\"metadatas\":[]}";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();

    @BeforeEach
    void makeRoom() {
        bed.log.makeRoom();
    }

    private Change.Purge hide(Instance instance, String name) {
        Change.Purge purge = new Change.Purge(
                instance.name(), CatalogLaneBed.on(instance, name), CatalogLaneBed.path("hidden." + name));
        bed.catalog.purges().add(purge);
        return purge;
    }

    private static String get(Change.Purge purge) {
        return "POST d/collections/" + purge.instanceId() + "/get";
    }

    private static String drop(Change.Purge purge) {
        return "DELETE d/collections/" + purge.hidden().name();
    }

    /** So much later it is looked again. */
    private void lookAfter(int millis) {
        io.runFor(millis);
        bed.tick();
    }

    private void commitAppended() {
        bed.log.commitAppended();
        io.runDue();
    }

    @Test
    void aHiddenCollectionIsPurgedAndDroppedOnceNoReadIsUnderWay() {
        Change.Purge purge = hide(primary, "aaa");
        bed.tick();
        lookAfter(SETTLE_MS - 1);
        assertEquals(List.of(), io.sent());
        lookAfter(1);
        assertEquals(get(purge), bed.asked(primary));
        io.only().answer(200, NONE);
        commitAppended();
        assertEquals(drop(purge), bed.asked(primary));
        assertEquals(List.of(purge), bed.catalog.purges().of(primary));
        bed.log.hold();
        io.only().done();
        assertEquals(List.of(purge), bed.catalog.purges().of(primary));
        bed.log.release();
        io.runDue();
        assertEquals(List.of(), bed.catalog.purges().of(primary));
        assertTrue(bed.log.others().contains(new Change.Purged("primary", purge.instanceId())));
        assertTrue(bed.catalog.purges().held(primary, purge.instanceId()), "a list may have been read before");
    }

    @Test
    void aServerIsPurgedOfOneAfterTheOther() {
        UUID first = purgedFirst(hide(primary, "aaa"), hide(primary, "bbb"));
        lookAfter(1_000);
        assertEquals("POST d/collections/" + first + "/get", bed.asked(primary));
        io.only().answer(200, NONE);
        commitAppended();
        io.only().done();
        assertEquals(1, bed.catalog.purges().of(primary).size());
        Change.Purge next = bed.catalog.purges().of(primary).getFirst();
        assertEquals(get(next), bed.asked(primary));
    }

    private UUID purgedFirst(Change.Purge one, Change.Purge other) {
        bed.tick();
        lookAfter(SETTLE_MS);
        return bed.asked(primary).equals(get(one)) ? one.instanceId() : other.instanceId();
    }

    @Test
    void noServerWaitsForAnother() {
        Change.Purge here = hide(primary, "aaa");
        Change.Purge there = hide(bed.replica(), "aaa");
        bed.tick();
        lookAfter(SETTLE_MS);
        assertEquals(get(here), bed.asked(primary));
        assertEquals(get(there), bed.asked(bed.replica()));
    }

    @Test
    void whatCannotBeReadNowIsPurgedLater() {
        Change.Purge purge = hide(primary, "aaa");
        bed.tick();
        lookAfter(SETTLE_MS);
        io.only().cut();
        lookAfter(RETRY_MS - 1);
        assertEquals(List.of(), io.open());
        lookAfter(1);
        assertEquals(get(purge), bed.asked(primary));
    }

    @Test
    void whatCannotBeDroppedNowIsPurgedLaterAndTheNextIsNotHeldUp() {
        Change.Purge purge = hide(primary, "aaa");
        bed.tick();
        lookAfter(SETTLE_MS);
        io.only().answer(200, NONE);
        commitAppended();
        io.only().fail();
        assertEquals(List.of(purge), bed.catalog.purges().of(primary));
        Change.Purge next = hide(primary, "bbb");
        lookAfter(0);
        lookAfter(SETTLE_MS);
        assertEquals(get(next), bed.asked(primary));
    }

    @Test
    void whatIsGoneAlreadyIsDone() {
        hide(primary, "aaa");
        bed.tick();
        lookAfter(SETTLE_MS);
        io.only().answer(404, CatalogLaneBed.MISSING);
        commitAppended();
        io.only().answer(404, CatalogLaneBed.MISSING);
        commitAppended();
        io.only().answer(404, CatalogLaneBed.MISSING);
        assertEquals(List.of(), bed.catalog.purges().of(primary));
    }

    /** The deletion of its database was given up after its own was durable. */
    @Test
    void whatHasItsOwnNameStillIsPutAsideAndDeletedThen() {
        Change.Purge purge = hide(primary, "aaa");
        bed.tick();
        lookAfter(SETTLE_MS);
        io.only().answer(404, CatalogLaneBed.MISSING);
        commitAppended();
        io.only().answer(404, CatalogLaneBed.MISSING);
        commitAppended();
        assertEquals("PUT d/collections/" + purge.instanceId(), bed.asked(primary));
        io.only().done();
        lookAfter(RETRY_MS);
        io.only().answer(200, NONE);
        commitAppended();
        assertEquals(drop(purge), bed.asked(primary));
        io.only().done();
        assertEquals(List.of(), bed.catalog.purges().of(primary));
    }

    /** Whoever creates a collection of such a name waits for the renaming only. */
    @Test
    void allThatHaveTheirOwnNamesStillArePutAsideBeforeOneIsPurged() {
        List<Change.Purge> purges = List.of(hide(primary, "aaa"), hide(primary, "bbb"));
        bed.group.semantics().stillNamed(purges);
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < purges.size(); i++) {
            commitAppended();
            asked.add(bed.asked(primary));
            io.only().done();
            io.runDue();
        }
        assertEquals(
                purges.stream()
                        .map(purge -> "PUT d/collections/" + purge.instanceId())
                        .collect(Collectors.toSet()),
                Set.copyOf(asked));
        lookAfter(RETRY_MS);
        assertEquals(1, io.open().size());
    }

    @Test
    void aServerThatIsAwayIsPurgedWhenItIsBack() {
        Change.Purge purge = hide(primary, "aaa");
        bed.down(primary);
        bed.tick();
        lookAfter(SETTLE_MS);
        assertEquals(List.of(), io.sent());
        bed.up(primary);
        bed.tick();
        assertEquals(get(purge), bed.asked(primary));
    }

    @Test
    void aProcessThatDoesNotOwnTheLogPurgesNothing() {
        Change.Purge purge = hide(primary, "aaa");
        bed.lanes.owning.set(false);
        bed.tick();
        lookAfter(SETTLE_MS);
        assertEquals(List.of(), io.sent());
        bed.lanes.owning.set(true);
        bed.tick();
        assertEquals(get(purge), bed.asked(primary));
    }

    @Test
    void whatADeletionPutAsideIsPurgedLater() {
        bed.put("aaa", primary);
        bed.catalog.purges().flat(bed.id("aaa"), false);
        bed.delete("aaa");
        bed.done(primary);
        Change.Purge purge = bed.catalog.purges().of(primary).getFirst();
        bed.tick();
        lookAfter(SETTLE_MS);
        assertEquals(get(purge), bed.asked(primary));
        io.only().answer(200, NONE);
        commitAppended();
        assertEquals("DELETE d/collections/chroma-proxy.deleted." + bed.id("aaa"), bed.asked(primary));
    }
}
