package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.TAKEN;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.path;
import static org.chromaproxy.lane.CatalogLaneBed.ready;
import static org.chromaproxy.lane.CatalogLaneBed.shown;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

/** CatalogSemantics, and with it {@link CatalogSteps}: what all operations have in common. */
class CatalogSemanticsTest {
    private static final String CREATE = "POST d/collections";
    private static final int FOLLOWERS_MS = 200;

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();

    private Optional<Change.Outcome> outcome(Write write) {
        return bed.log.page(Subject.CATALOG, write.lsn() - 1).getFirst().outcome();
    }

    @Test
    void unrelatedNamesGoSideBySideAndAreKnownAndToldOnceDurable() {
        bed.log.hold();
        Write one = bed.create("aaa");
        bed.done(primary);
        Write other = bed.create("bbb");
        bed.done(primary);
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(List.of(), bed.sentTo(replica));
        io.runFor(FOLLOWERS_MS);
        assertFalse(one.result().isDone() || other.result().isDone());
        bed.log.release();
        io.runDue();
        bed.done(replica);
        bed.done(replica);
        assertEquals(200, status(one));
        assertEquals(200, status(other));
        assertEquals(Optional.of(ready(primary, "aaa")), bed.place("aaa", primary));
        assertEquals(Optional.of(ready(replica, "bbb")), bed.place("bbb", replica));
    }

    @Test
    void aRecordOfTheSameNameWaitsUntilTheOneBeforeItIsDurable() {
        bed.log.hold();
        bed.create("aaa");
        bed.done(primary);
        Write delete = bed.delete("aaa");
        assertEquals(List.of(), io.open());
        bed.log.release();
        io.runDue();
        assertEquals("DELETE d/collections/aaa", bed.asked(primary));
        assertFalse(delete.result().isDone());
    }

    @Test
    void aClientHearsOnceItsFollowersHaveItToo() {
        Write create = bed.create("aaa");
        bed.done(primary);
        assertFalse(create.result().isDone());
        bed.done(replica);
        assertTrue(create.result().isDone());
    }

    @Test
    void aClientWaitsForASlowFollowerOnlyAMoment() {
        Write create = bed.create("aaa");
        bed.done(primary);
        io.runFor(FOLLOWERS_MS - 1);
        assertFalse(create.result().isDone());
        io.runFor(1);
        assertEquals(200, status(create));
        bed.done(replica);
    }

    @Test
    void aClientDoesNotWaitForAServerThatIsAway() {
        bed.down(replica);
        Write create = bed.create("aaa");
        bed.done(primary);
        assertEquals(200, status(create));
    }

    @Test
    void aClientHearsOfARefusalOnceThatIsDurable() {
        bed.log.hold();
        Write create = bed.create("aaa");
        io.only().refuse();
        assertFalse(create.result().isDone());
        bed.log.release();
        io.runDue();
        assertEquals(400, status(create));
        assertEquals(Optional.of(TransactionState.FAILED), outcome(create).map(Change.Outcome::state));
    }

    @Test
    void anOutcomeThatIsKeptIsCommittedWithTheEffect() {
        Write create = bed.create("aaa");
        create.abandon();
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        bed.done(primary);
        assertEquals(Optional.empty(), outcome(create));
        io.runFor(1_000);
        io.only(primary).answer(409, TAKEN);
        bed.log.hold();
        io.only(primary).answer(200, shown(primary, "aaa"));
        assertEquals(1, bed.log.waiting());
        bed.log.commitNext();
        assertEquals(Optional.of(TransactionState.RECOVERED), outcome(create).map(Change.Outcome::state));
        assertTrue(bed.lanes.events.contains("commit aaa"));
    }

    @Test
    void theLanesOfCollectionsHearWhatIsDecidedAndWhatHasChanged() {
        bed.put("aaa");
        bed.modify("aaa");
        assertEquals(List.of(), bed.records.told);
        bed.done(primary);
        assertTrue(bed.records.told.contains("decided 1"));
        bed.rename("aaa", "bbb");
        bed.done(replica);
        bed.records.told.clear();
        bed.done(primary);
        assertTrue(bed.records.told.containsAll(List.of("decided 2", "wake aaa")), bed.records.told.toString());
    }

    @Test
    void aDeletedCollectionIsForgottenOnceNoServerHasItsDeletionBeforeIt() {
        CollectionEntry entry = bed.put("aaa");
        bed.delete("aaa");
        bed.done(primary);
        bed.tick();
        assertEquals(Optional.of(entry), bed.catalog.known(entry.publicId()));
        assertFalse(bed.records.told.contains("forget aaa"));
        bed.done(replica);
        bed.tick();
        assertEquals(Optional.empty(), bed.catalog.known(entry.publicId()));
        assertEquals(List.of(), bed.log.mappings());
    }

    @Test
    void aDeletedCollectionIsNotForgottenBeforeItsOwnLanesAreDone() {
        CollectionEntry entry = bed.put("aaa", primary);
        bed.records.behind = true;
        bed.delete("aaa");
        bed.done(primary);
        bed.tick();
        assertTrue(bed.records.told.contains("forget aaa"));
        assertEquals(Optional.of(entry), bed.catalog.known(entry.publicId()));
        assertEquals(1, bed.log.mappings().size());
        bed.records.behind = false;
        bed.tick();
        assertEquals(Optional.empty(), bed.catalog.known(entry.publicId()));
    }

    @Test
    void aServerThatTheLogLetGoOfTakesNoPartAndIsNotWaitedFor() {
        LaneBed lanes = new LaneBed();
        lanes.replica().letGo(true);
        CatalogLaneBed without = new CatalogLaneBed(lanes);
        CollectionEntry entry = without.put("aaa");
        Write delete = without.delete("aaa");
        without.done(without.primary());
        assertEquals(200, status(delete));
        without.tick();
        assertEquals(List.of(), without.sentTo(without.replica()));
        assertEquals(Optional.empty(), without.catalog.known(entry.publicId()));
    }

    @Test
    void onlyAServerThatIsUpAndTakesPartMayComeToLead() {
        CatalogSemantics semantics = bed.group.semantics();
        Lane lane = bed.group.lane(1);
        assertTrue(semantics.canLead(lane));
        replica.become(InstanceState.DRAINING, "a test");
        assertFalse(semantics.canLead(lane));
        bed.up(replica);
        bed.group.detach(lane);
        assertFalse(semantics.canLead(lane));
        assertEquals(0, semantics.preferredLeader());
    }

    @Test
    void whatAServerExecutedOfACreateThatAnotherRefusedIsUndoneThere() {
        Write create = bed.create("aaa");
        VirtualIo.Sent late = io.only(primary);
        bed.down(primary);
        io.only(replica).refuse();
        assertEquals(400, status(create));
        bed.up(primary);
        late.answer(200, shown(primary, "aaa"));
        assertEquals("GET d/collections/aaa", bed.asked(primary));
        io.only(primary).answer(200, shown(primary, "aaa"));
        assertEquals("PUT d/collections/" + on(primary, "aaa"), bed.asked(primary));
        bed.done(primary);
        assertEquals(
                on(primary, "aaa"), bed.catalog.purges().of(primary).getFirst().instanceId());
        assertEquals(Optional.empty(), bed.named("aaa"));
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    @Test
    void whatAServerExecutedOfAnotherRecordThatIsRefusedIsReportedAndPassed() {
        Write create = bed.createDatabase("e");
        VirtualIo.Sent late = io.only(primary);
        bed.down(primary);
        io.only(replica).refuse();
        assertEquals(400, status(create));
        bed.up(primary);
        late.done();
        assertEquals(1, bed.group.services().stats().diverged());
        assertEquals(1, bed.group.lane(0).cursor.applied());
    }

    @Test
    void aRefusalThatComesBackOfARefusedRecordIsNoDivergence() {
        Write create = bed.create("aaa");
        VirtualIo.Sent late = io.only(primary);
        bed.down(primary);
        io.only(replica).refuse();
        bed.up(primary);
        late.answer(409, TAKEN);
        assertEquals(400, status(create));
        assertEquals("GET d/collections/aaa", bed.asked(primary));
        io.only(primary).answer(404, MISSING);
        io.only(primary).answer(404, MISSING);
        assertEquals(1, bed.group.lane(0).cursor.applied());
        assertEquals(0, bed.group.services().stats().diverged());
    }

    @Test
    void aNameLikeAnIdThatWasGivenUpMeansNoOtherCollectionLater() {
        CollectionEntry other = bed.put("bbb");
        String likeAnId = other.publicId().toString();
        bed.put(likeAnId);
        bed.delete(likeAnId);
        bed.done(primary);
        bed.done(replica);
        assertTrue(bed.log.others().contains(new Change.RetiredName(path(likeAnId))));
        Write again = bed.delete(likeAnId);
        assertEquals(404, status(again));
        assertEquals(Optional.of(other), bed.named("bbb"));
    }

    @Test
    void aFollowerThatWasAwayTakesEveryRecordInItsOrder() {
        bed.down(replica);
        bed.create("aaa");
        bed.done(primary);
        bed.rename("aaa", "bbb");
        bed.done(primary);
        bed.create("aaa");
        bed.done(primary);
        bed.up(replica);
        bed.done(replica);
        assertEquals("PUT d/collections/" + on(replica, "aaa"), bed.asked(replica));
        bed.done(replica);
        assertEquals(CREATE, bed.asked(replica));
        bed.done(replica);
        UUID first = bed.named("bbb")
                .orElseThrow()
                .place(replica)
                .map(Mapping.Place::instanceId)
                .orElseThrow();
        assertEquals(on(replica, "aaa"), first);
        assertEquals(3, bed.group.lane(1).cursor.applied());
        assertEquals(List.of(), io.open());
    }
}
