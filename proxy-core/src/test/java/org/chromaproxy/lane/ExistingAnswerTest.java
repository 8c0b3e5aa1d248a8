package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.AGAIN;
import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.ready;
import static org.chromaproxy.lane.CatalogLaneBed.shown;
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
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class ExistingAnswerTest {
    private static final String CREATE = "POST d/collections";
    private static final String LOOK = "GET d/collections/aaa";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final CollectionEntry entry = bed.put("aaa");

    private void assertNeverCreated() {
        assertFalse(io.sent().stream().map(CatalogLaneBed::line).anyMatch(CREATE::equals), "it was sent a create");
        assertEquals(Optional.of(entry), bed.named("aaa"));
    }

    /** The holders are asked by name, and say that they have no such collection. */
    private void missingByName(Instance... holders) {
        for (Instance each : holders) {
            assertEquals(LOOK, bed.asked(each));
            io.only(each).answer(404, MISSING);
        }
    }

    /** A holder is asked for the id, and for the database. */
    private void answerById(Instance holder, int collection, int database) {
        String body = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";
        String count = "GET d/collections/" + on(holder, "aaa") + "/count";
        bed.open(holder, count).answer(collection, collection == 200 ? "1" : body);
        bed.open(holder, "GET d").answer(database, database == 200 ? "{\"name\":\"d\"}" : body);
    }

    @Test
    void aNameThatIsTakenIsRefusedInChromasWordsWithoutACreate() {
        Write create = bed.create("aaa");
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        assertEquals(409, status(create));
        assertTrue(text(create).contains("Collection [aaa] already exists"), text(create));
        assertNeverCreated();
        assertEquals(List.of(), bed.sentTo(replica));
    }

    @Test
    void aGetOrCreateOfATakenNameIsToldOfItUnderThePublicIdWithoutACreate() {
        Write create = bed.getOrCreate("aaa");
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        assertEquals(200, status(create));
        assertTrue(text(create).contains(bed.id("aaa").toString()), text(create));
        assertFalse(text(create).contains(on(primary, "aaa").toString()), text(create));
        assertNeverCreated();
        assertEquals(List.of(), bed.sentTo(replica));
    }

    @Test
    void aBodyThatAServerRefusesAnywayIsRefusedInItsWords() {
        Write create = bed.create("aaa", "{\"name\":\"aaa\",\"metadata\":{\"a\":1}}");
        assertTrue(bed.asked(primary).contains("no-such-database"), bed.asked(primary));
        io.only().answer(422, "{\"error\":\"ChromaError\",\"message\":\"no such metadata\"}");
        assertEquals(422, status(create));
        assertTrue(text(create).contains("no such metadata"), text(create));
        assertNeverCreated();
    }

    @Test
    void aBodyThatAServerWouldTakeIsRefusedForTheName() {
        Write create = bed.create("aaa", "{\"name\":\"aaa\",\"metadata\":{\"a\":1}}");
        io.only().answer(400, "{\"error\":\"ChromaError\",\"message\":\"Database [no-such-database] does not exist\"}");
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        assertEquals(409, status(create));
        assertNeverCreated();
    }

    @Test
    void aBodyThatIsInTheLogOnlyIsReadBeforeAnythingIsSaid() {
        Write create = bed.logged(
                OpKind.CREATE_COLLECTION,
                CatalogLaneBed.about(UUID.randomUUID(), "aaa"),
                "POST",
                "/api/v2/tenants/t/databases/d/collections",
                "{\"name\":\"aaa\",\"get_or_create\":true}");
        create.dropBody();
        bed.offer(create);
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        assertEquals(200, status(create));
        assertNeverCreated();
    }

    @Test
    void whereTheLeaderHasLostItTheNextHolderIsAsked() {
        Write create = bed.getOrCreate("aaa");
        missingByName(primary);
        assertEquals(LOOK, bed.asked(replica));
        io.only().answer(200, shown(replica, "aaa"));
        assertEquals(200, status(create));
        assertTrue(text(create).contains(bed.id("aaa").toString()), text(create));
        assertNeverCreated();
    }

    @Test
    void aServerThatDoesNotAnswerIsNotWaitedFor() {
        Write create = bed.create("aaa");
        io.runFor(5_000);
        assertEquals(LOOK, bed.asked(replica));
        io.only(replica).answer(200, shown(replica, "aaa"));
        assertEquals(409, status(create));
    }

    @Test
    void aCollectionThatEveryHolderHasLostIsDeletedDurablyBeforeItsNameIsTaken() {
        bed.log.hold();
        Write create = bed.create("aaa");
        missingByName(primary, replica);
        answerById(primary, 404, 200);
        answerById(replica, 404, 200);
        assertEquals(List.of(), io.open());
        assertEquals(Optional.of(entry), bed.named("aaa"));
        bed.log.release();
        io.runDue();
        assertEquals(create.lsn(), entry.deletedLsn());
        assertTrue(bed.records.told.contains("wake aaa"));
        assertEquals(CREATE, bed.asked(primary));
        bed.done(primary);
        bed.done(replica);
        assertEquals(200, status(create));
        assertEquals(Optional.of(ready(primary, "aaa" + AGAIN)), bed.place("aaa", primary));
        assertFalse(bed.named("aaa").orElseThrow().publicId().equals(entry.publicId()));
    }

    @Test
    void aCollectionThatIsThereUnderAnotherNameKeepsItsOwn() {
        Write create = bed.create("aaa");
        missingByName(primary, replica);
        answerById(primary, 404, 200);
        answerById(replica, 200, 200);
        assertEquals(409, status(create));
        assertNeverCreated();
        assertEquals(0, entry.deletedLsn());
    }

    @Test
    void aGetOrCreateOfACollectionThatIsThereUnderAnotherNameIsToldThatSomebodyChangedIt() {
        Write create = bed.getOrCreate("aaa");
        missingByName(primary, replica);
        answerById(primary, 200, 200);
        assertEquals(500, status(create));
        assertTrue(text(create).contains("behind the proxy's back"), text(create));
        assertNeverCreated();
    }

    @Test
    void aServerThatDoesNotKnowTheDatabaseEitherProvesNothing() {
        Write create = bed.create("aaa");
        missingByName(primary, replica);
        answerById(primary, 404, 404);
        assertEquals(409, status(create));
        assertNeverCreated();
        assertEquals(0, entry.deletedLsn());
    }

    @Test
    void aHolderThatCannotBeAskedKeepsTheName() {
        bed.down(replica);
        Write create = bed.create("aaa");
        missingByName(primary);
        assertEquals(409, status(create));
        assertNeverCreated();
    }

    @Test
    void aGetOrCreateThatNobodyCanAnswerIsRefusedForNowAfterAWhile() {
        bed.down(replica);
        Write create = bed.getOrCreate("aaa");
        for (int i = 0; i < 19; i++) {
            missingByName(primary);
            assertFalse(create.result().isDone());
            io.runFor(500);
        }
        for (int i = 0; i < 3 && !create.result().isDone(); i++) {
            io.runFor(500);
            missingByName(primary);
        }
        assertEquals(503, status(create));
        assertNeverCreated();
        assertEquals(List.of(), io.open());
    }

    @Test
    void anotherCollectionUnderTheNameIsNeitherToldNorTakenForALoss() {
        Write create = bed.getOrCreate("aaa");
        io.only().answer(200, shown(UUID.randomUUID(), "aaa", "\"dimension\":null"));
        missingByName(replica);
        assertEquals(List.of(), io.open());
        assertFalse(create.result().isDone());
        io.runFor(1_000);
        assertEquals(LOOK, bed.asked(primary));
        io.only().answer(200, shown(primary, "aaa"));
        assertEquals(200, status(create));
        assertNeverCreated();
    }

    @Test
    void anAnswerThatComesAfterAnotherLeadsIsNotHeeded() {
        Write create = bed.getOrCreate("aaa");
        VirtualIo.Sent late = io.only(primary);
        bed.down(primary);
        assertEquals(LOOK, bed.asked(replica));
        late.answer(404, MISSING);
        assertEquals(LOOK, bed.asked(replica));
        io.only(replica).answer(200, shown(replica, "aaa"));
        assertEquals(200, status(create));
        assertNeverCreated();
    }

    @Test
    void whoeverMayLackRecordsIsNotAskedForWhatFollowsFromThem() {
        entry.gate().recovering(50);
        Write create = bed.getOrCreate("aaa");
        assertEquals(List.of(), io.open());
        assertFalse(create.result().isDone());
        entry.gate().applied(0, 50);
        io.runFor(1_000);
        assertEquals(LOOK, bed.asked(primary));
    }

    @Test
    void whatWasFoundInTheLogIsAnsweredByWhoeverHoldsItAndHasNotDiverged() {
        bed.put("aaa", primary, PlaceState.DIVERGED);
        entry.gate().recovering(50);
        bed.found = true;
        Write create = bed.create("aaa");
        assertFalse(create.result().isDone());
        assertEquals(LOOK, bed.asked(replica));
        io.only().answer(200, shown(replica, "aaa"));
        assertEquals(409, status(create));
        assertEquals(List.of(), bed.sentTo(primary));
    }

    @Test
    void aBodyIsCheckedOnceHoweverOftenNobodyCanBeAskedForTheCollection() {
        bed.down(replica);
        bed.create("aaa", "{\"name\":\"aaa\",\"get_or_create\":true,\"metadata\":{\"a\":1}}");
        io.only().answer(404, MISSING);
        missingByName(primary);
        io.runFor(1_000);
        missingByName(primary);
    }
}
