package org.chromaproxy.lane;

import static org.chromaproxy.lane.CatalogLaneBed.MISSING;
import static org.chromaproxy.lane.CatalogLaneBed.on;
import static org.chromaproxy.lane.CatalogLaneBed.ready;
import static org.chromaproxy.lane.CatalogLaneBed.shown;
import static org.chromaproxy.lane.CatalogLaneBed.status;
import static org.chromaproxy.lane.CatalogLaneBed.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class NameReadBackTest {
    private static final String LOOK = "GET d/collections/aaa";

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;
    /** Who leads when every server has failed a record: the primary was asked first. */
    private final Instance leader = bed.replica();

    private final Instance follower = bed.primary();

    private Optional<TransactionState> outcome(Write write) {
        return bed.log
                .page(Subject.CATALOG, write.lsn() - 1)
                .getFirst()
                .outcome()
                .map(Change.Outcome::state);
    }

    /** Every server fails the record and is asked what it holds under the name. */
    private void fail() {
        bed.failWrites();
        assertEquals(leader, bed.group.leader().instance);
        bed.open(leader, LOOK);
        bed.open(follower, LOOK);
    }

    private static String metadata(Instance instance, int value) {
        return shown(on(instance, "aaa"), "aaa", "\"metadata\":{\"a\":" + value + "}");
    }

    @Test
    void aRecordThatTookEffectNowhereIsGivenUpDurably() {
        Write create = bed.create("aaa");
        fail();
        bed.open(leader, LOOK).answer(404, MISSING);
        assertFalse(create.result().isDone());
        bed.open(follower, LOOK).answer(404, MISSING);
        assertEquals(500, status(create));
        assertTrue(text(create).contains("the instances hold the same"), text(create));
        assertEquals(Optional.of(TransactionState.ABANDONED), outcome(create));
        assertTrue(create.givenUp());
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void aCreateThatTheLeaderExecutedUnansweredIsDone() {
        Write create = bed.create("aaa");
        fail();
        bed.open(follower, LOOK).answer(404, MISSING);
        bed.open(leader, LOOK).answer(200, shown(leader, "aaa"));
        assertEquals(LOOK, bed.asked(leader));
        io.only(leader).answer(200, shown(leader, "aaa"));
        assertEquals(Optional.of(ready(leader, "aaa")), bed.place("aaa", leader));
        io.runFor(5_000);
        assertEquals("POST d/collections", bed.asked(follower));
        bed.done(follower);
        assertEquals(200, status(create));
        assertEquals(Optional.of(ready(follower, "aaa")), bed.place("aaa", follower));
        assertEquals(Optional.empty(), outcome(create));
    }

    @Test
    void aCreateThatOnlyAFollowerExecutedIsGivenUpAndUndoneThere() {
        Write create = bed.create("aaa");
        fail();
        bed.open(leader, LOOK).answer(404, MISSING);
        bed.open(follower, LOOK).answer(200, shown(follower, "aaa"));
        assertEquals(500, status(create));
        assertTrue(text(create).contains("on some instances only"), text(create));
        assertEquals(LOOK, bed.asked(follower));
        io.only(follower).answer(200, shown(follower, "aaa"));
        assertEquals("PUT d/collections/" + on(follower, "aaa"), bed.asked(follower));
        bed.done(follower);
        assertEquals(1, bed.catalog.purges().of(follower).size());
        assertEquals(Optional.empty(), bed.named("aaa"));
    }

    @Test
    void aDeletionThatTheLeaderExecutedUnansweredIsDone() {
        bed.put("aaa");
        Write delete = bed.delete("aaa");
        fail();
        bed.open(leader, LOOK).answer(404, MISSING);
        bed.open(follower, LOOK).answer(200, shown(follower, "aaa"));
        assertEquals(Optional.empty(), bed.named("aaa"));
        io.runFor(5_000);
        assertEquals("DELETE d/collections/aaa", bed.asked(follower));
        bed.done(follower);
        assertEquals(200, status(delete));
        assertEquals(Optional.empty(), outcome(delete));
    }

    @Test
    void aDeletionThatTookNoEffectOnTheLeaderIsGivenUp() {
        CollectionEntry entry = bed.put("aaa");
        Write delete = bed.delete("aaa");
        fail();
        bed.open(leader, LOOK).answer(200, shown(leader, "aaa"));
        bed.open(follower, LOOK).answer(404, MISSING);
        assertEquals(500, status(delete));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertEquals(PlaceState.READY, entry.place(leader).orElseThrow().state());
        assertEquals(PlaceState.DIVERGED, entry.place(follower).orElseThrow().state());
        assertTrue(bed.records.told.contains("wake aaa"));
    }

    @Test
    void aRenamingThatTheLeaderExecutedUnansweredIsDone() {
        CollectionEntry entry = bed.put("aaa");
        Write rename = bed.rename("aaa", "bbb");
        bed.failWrites();
        bed.open(leader, LOOK).answer(404, MISSING);
        bed.open(leader, "GET d/collections/bbb").answer(200, shown(on(leader, "aaa"), "bbb", "\"dimension\":null"));
        bed.open(follower, LOOK).answer(200, shown(follower, "aaa"));
        bed.open(follower, "GET d/collections/bbb").answer(404, MISSING);
        assertEquals(Optional.of(entry), bed.named("bbb"));
        assertEquals(Optional.empty(), bed.named("aaa"));
        io.runFor(5_000);
        assertEquals("PUT d/collections/" + on(follower, "aaa"), bed.asked(follower));
        bed.done(follower);
        assertEquals(200, status(rename));
    }

    @Test
    void aRenamingThatTookNoEffectIsGivenUp() {
        CollectionEntry entry = bed.put("aaa");
        Write rename = bed.rename("aaa", "bbb");
        bed.failWrites();
        for (Instance each : List.of(leader, follower)) {
            bed.open(each, LOOK).answer(200, shown(each, "aaa"));
            bed.open(each, "GET d/collections/bbb").answer(404, MISSING);
        }
        assertEquals(500, status(rename));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertEquals(PlaceState.READY, entry.place(follower).orElseThrow().state());
    }

    @Test
    void aCollectionThatIsOtherThanOnTheLeaderHasDiverged() {
        CollectionEntry entry = bed.put("aaa");
        Write change = bed.modify("aaa");
        fail();
        bed.log.hold();
        bed.open(leader, LOOK).answer(200, metadata(leader, 1));
        bed.open(follower, LOOK).answer(200, metadata(follower, 2));
        assertFalse(change.result().isDone());
        bed.log.release();
        io.runDue();
        assertEquals(500, status(change));
        assertEquals(PlaceState.DIVERGED, entry.place(follower).orElseThrow().state());
        assertEquals(PlaceState.READY, entry.place(leader).orElseThrow().state());
    }

    @Test
    void aCollectionThatIsAsOnTheLeaderStaysWhole() {
        CollectionEntry entry = bed.put("aaa");
        bed.modify("aaa");
        fail();
        bed.open(leader, LOOK).answer(200, metadata(leader, 1));
        bed.open(follower, LOOK).answer(200, metadata(follower, 1));
        assertEquals(PlaceState.READY, entry.place(follower).orElseThrow().state());
        assertEquals(PlaceState.READY, entry.place(leader).orElseThrow().state());
    }

    @Test
    void aFollowerThatCannotBeReadCountsAsAnother() {
        CollectionEntry entry = bed.put("aaa");
        Write change = bed.modify("aaa");
        fail();
        bed.open(leader, LOOK).answer(200, metadata(leader, 1));
        bed.open(follower, LOOK).fail();
        assertEquals(500, status(change));
        assertEquals(PlaceState.DIVERGED, entry.place(follower).orElseThrow().state());
    }

    @Test
    void nothingIsGivenUpWhileTheLeaderCannotBeRead() {
        bed.put("aaa");
        Write change = bed.modify("aaa");
        fail();
        bed.open(follower, LOOK).answer(200, metadata(follower, 1));
        bed.open(leader, LOOK).fail();
        assertFalse(change.result().isDone());
        assertEquals(Optional.empty(), outcome(change));
        io.runFor(5_000);
        assertEquals("PUT d/collections/" + on(leader, "aaa"), bed.asked(leader));
        bed.done(leader);
        io.runFor(5_000);
        bed.done(follower);
        assertEquals(200, status(change));
    }

    @Test
    void aServerThatIsAwayIsNotAsked() {
        bed.put("aaa");
        bed.down(follower);
        bed.modify("aaa");
        for (int i = 0;
                i < 20
                        && io.open().stream()
                                .allMatch(each -> each.request.method().equals("PUT"));
                i++) {
            leader.writes().succeeded();
            io.only().fail();
            io.runFor(3_000);
        }
        assertEquals(LOOK, bed.asked(leader));
        assertEquals(1, io.open().size());
        io.only().answer(200, metadata(leader, 1));
        assertEquals(PlaceState.READY, bed.place("aaa", follower).orElseThrow().state());
    }

    @Test
    void anEndThatTheLogRefusesIsStoredAgain() {
        CollectionEntry entry = bed.put("aaa");
        Write change = bed.modify("aaa");
        fail();
        bed.log.refuseNext(changes -> changes.stream().anyMatch(Change.PutMapping.class::isInstance));
        bed.open(leader, LOOK).answer(200, metadata(leader, 1));
        bed.open(follower, LOOK).answer(200, metadata(follower, 2));
        assertEquals(500, status(change));
        assertTrue(bed.lanes.events.contains("refuse"));
        assertEquals(Optional.of(TransactionState.ABANDONED), outcome(change));
        assertEquals(PlaceState.DIVERGED, entry.place(follower).orElseThrow().state());
    }

    @Test
    void aTenantIsReadByItsName() {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, "t", "", "", "");
        Write change = bed.offer(bed.logged(OpKind.MODIFY_TENANT, subject, "PATCH", "/api/v2/tenants/t", "{}"));
        bed.failWrites();
        bed.open(leader, "GET /api/v2/tenants/t").answer(200, "{\"name\":\"t\"}");
        bed.open(follower, "GET /api/v2/tenants/t").answer(200, "{\"name\":\"t\"}");
        assertEquals(500, status(change));
    }

    @Test
    void otherRecordsGoOnAfterwards() {
        Write create = bed.create("aaa");
        Write next = bed.create("bbb");
        fail();
        bed.open(leader, LOOK).answer(404, MISSING);
        bed.open(follower, LOOK).answer(404, MISSING);
        assertEquals(500, status(create));
        assertEquals("POST d/collections", bed.asked(leader));
        bed.done(leader);
        assertEquals(Optional.of(ready(leader, "bbb")), bed.place("bbb", leader));
        io.runFor(200);
        assertEquals(200, status(next));
    }

    @Test
    void aRenamingIsNotDoneWhereTheOldNameStillStandsBesideTheNewOne() {
        CollectionEntry entry = bed.put("aaa");
        Write rename = bed.rename("aaa", "bbb");
        bed.failWrites();
        for (Instance each : List.of(leader, follower)) {
            bed.open(each, LOOK).answer(200, shown(each, "aaa"));
            bed.open(each, "GET d/collections/bbb").answer(200, shown(each, "bbb"));
        }
        assertEquals(500, status(rename));
        assertEquals(Optional.of(entry), bed.named("aaa"));
        assertEquals(Optional.empty(), bed.named("bbb"));
    }

    @Test
    void aRecordThatAnotherDecidedMeanwhileIsNotGivenUp() {
        Write create = bed.create("aaa");
        fail();
        VirtualIo.Sent late = bed.open(leader, LOOK);
        bed.open(follower, LOOK).answer(404, MISSING);
        bed.down(leader);
        io.runFor(3_000);
        bed.done(follower);
        assertEquals(200, status(create));
        late.answer(404, MISSING);
        assertFalse(create.givenUp());
        assertEquals(Optional.empty(), outcome(create));
        bed.up(leader);
        assertEquals("POST d/collections", bed.asked(leader));
    }

    /** Simulation, seed 7001015: its collections stayed in the catalog, and nobody could write to them any more. */
    @Test
    void aDeletionOfADatabaseThatTheLeaderExecutedUnansweredIsDone() {
        CollectionEntry entry = bed.put("aaa");
        Write delete = bed.deleteDatabase();
        Set<Instance> executed = new HashSet<>();
        for (int i = 0; i < 60 && !delete.result().isDone(); i++) {
            bed.lanes.instances.forEach(each -> each.writes().succeeded());
            for (VirtualIo.Sent each : io.open()) {
                boolean there = !executed.contains(each.instance);
                switch (CatalogLaneBed.line(each)) {
                    case "GET d" -> each.answer(there ? 200 : 404, there ? "{\"name\":\"d\"}" : MISSING);
                    case "GET d/collections_count" -> each.answer(200, "1");
                    default -> {
                        executed.add(each.instance);
                        each.fail();
                    }
                }
            }
            io.runFor(1_000);
        }
        assertEquals(200, status(delete));
        assertEquals(delete.lsn(), entry.deletedLsn());
    }

    @Test
    void aDatabaseThatTheLeaderMadeUnansweredIsMade() {
        Write create = bed.createDatabase("e");
        bed.failWrites();
        bed.open(leader, "GET e").answer(200, "{\"name\":\"e\"}");
        bed.open(follower, "GET e").answer(404, MISSING);
        io.runFor(5_000);
        bed.done(follower);
        assertEquals(200, status(create));
    }
}
