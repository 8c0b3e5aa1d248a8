package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.junit.jupiter.api.Test;

/** Drain, and with it what {@link CollectionLanes} are told. */
class DrainTest {
    private static final int MANY = 100;

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final CatalogLaneBed.Records records = bed.records;
    private final Drain drain = new Drain(bed.group, bed.group.semantics());
    private final Lane leader = bed.group.lane(0);
    private final Lane follower = bed.group.lane(1);
    private final CollectionEntry entry = bed.put("aaa");
    private final List<CollectionEntry> doomed = List.of(entry);
    private final Write write = logged();

    private Write logged() {
        return bed.logged(
                OpKind.DELETE_DATABASE, CatalogLaneBed.about(Subject.CATALOG, ""), "DELETE", "/api/v2/tenants/t", "");
    }

    private boolean done(Lane lane) {
        return drain.done(lane, write, doomed);
    }

    @Test
    void whereNothingIsDoomedNothingIsWaitedFor() {
        assertTrue(drain.done(leader, write, List.of()));
        assertEquals(List.of(), records.told);
    }

    @Test
    void beforeTheRecordIsDecidedTheLastWritesAreAwaitedAndTheLeadersLaneStands() {
        records.hold();
        assertFalse(done(leader));
        assertEquals(List.of("last writes aaa before 1", "barrier aaa on 0 at 1"), records.told);
        records.reach(1);
        assertFalse(done(leader));
        records.reach(1);
        assertTrue(done(leader));
        assertEquals(2, records.told.size(), "what was told once is told again");
    }

    @Test
    void onceItIsDecidedOnlyTheFollowersLaneStands() {
        write.decide(Write.Decision.APPLIED);
        assertFalse(done(follower));
        assertEquals(List.of("barrier aaa on 1 at 1"), records.told);
        bed.io.runDue();
        assertTrue(done(follower));
    }

    @Test
    void forACollectionThatNoServerHoldsNothingUndecidedIsWaitedFor() {
        drain.done(leader, write, doomed, true);
        assertEquals("last writes aaa before 1 at once", records.told.getFirst());
    }

    @Test
    void whatIsAboutToBeDeletedIsNotReadThereUntilThatIsOver() {
        records.hold();
        done(leader);
        assertFalse(entry.gate().dropping(0));
        records.reach(2);
        assertTrue(entry.gate().dropping(0));
        assertFalse(entry.gate().dropping(1));
        drain.release(leader, write);
        assertFalse(entry.gate().dropping(0));
        assertEquals("release aaa on 0", records.told.getLast());
    }

    @Test
    void aFollowerIsNotReadFromThenOnUntilItHasTheRecordToo() {
        assertTrue(entry.readable(bed.replica(), 0));
        done(leader);
        assertFalse(entry.readable(bed.replica(), 0));
        assertTrue(entry.readable(bed.replica(), write.lsn()));
    }

    @Test
    void manyLanesComeToAStandSomeAtATime() {
        records.hold();
        List<CollectionEntry> many = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            many.add(bed.put("c" + i));
        }
        assertFalse(drain.done(leader, write, many));
        int atOnce = records.waiting();
        assertTrue(atOnce < MANY, atOnce + " at once");
        while (records.told.size() < 2 * MANY) {
            records.reach(2);
            assertEquals(atOnce, records.waiting());
        }
        records.reach(atOnce - 1);
        assertFalse(drain.done(leader, write, many));
        records.reach(1);
        assertTrue(drain.done(leader, write, many));
    }

    @Test
    void whatComesToAStandAfterTheEndChangesNothing() {
        records.hold();
        List<CollectionEntry> many = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            many.add(bed.put("c" + i));
        }
        drain.done(leader, write, many);
        drain.release(leader, write);
        int told = records.told.size();
        records.reach(records.waiting());
        assertEquals(told, records.told.size());
        assertTrue(many.stream().noneMatch(each -> each.gate().dropping(0)));
    }

    @Test
    void aLaneThatLeavesReleasesWhatStoodForItAndNoOther() {
        done(leader);
        write.decide(Write.Decision.APPLIED);
        done(follower);
        bed.io.runDue();
        drain.forget(follower);
        assertFalse(entry.gate().dropping(1));
        assertTrue(entry.gate().dropping(0));
        assertTrue(records.told.contains("release aaa on 1"));
        assertFalse(records.told.contains("release aaa on 0"));
        assertTrue(done(leader), "it does not stand any more");
    }

    @Test
    void anotherRecordHasTheLanesStandAnew() {
        done(leader);
        drain.release(leader, write);
        Write next = logged();
        assertFalse(drain.done(leader, next, doomed));
        assertEquals("barrier aaa on 0 at 2", records.told.getLast());
    }

    @Test
    void whatWasNeverBegunIsNotReleased() {
        drain.release(leader, write);
        drain.forget(follower);
        assertEquals(List.of(), records.told);
    }
}
