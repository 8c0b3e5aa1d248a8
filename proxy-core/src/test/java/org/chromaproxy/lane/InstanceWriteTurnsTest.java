package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chromaproxy.merge.MergeBounds;
import org.junit.jupiter.api.Test;

/** Servers that take one write at a time. */
class InstanceWriteTurnsTest {
    private static final WriteTurns.Line NOBODY = new WriteTurns.Line(0, 0, 0, 0, 1);

    private final LaneBed bed = new LaneBed();
    private final InstanceWriteTurns turns = new InstanceWriteTurns(2, 1);
    private final LaneServices services = services();
    private final RecordLanes first = lanes();
    private final RecordLanes second = lanes();
    private final RecordLanes third = lanes();

    private LaneServices services() {
        LaneServices of = bed.services();
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                of.stats(),
                of.catchUp(),
                new Turns(),
                turns,
                new InstanceTurns(),
                () -> new MergeBounds(200, 10),
                bed.lingerMs::get);
        return new LaneServices(of.storage(), bed.catalog, bed.instances, work, of.doubt());
    }

    private RecordLanes lanes() {
        return new RecordLanes(bed.entry(), bed.io, services, Leadership.Led.NEVER);
    }

    private static Lane lane(RecordLanes lanes) {
        return lanes.group().lane(0);
    }

    private String open() {
        return bed.io.only(bed.primary()).body();
    }

    @Test
    void whatIsUnderWayOnOneServerKeepsNobodyWaitingOnAnother() {
        assertNotNull(turns.on(bed.primary(), bed.io).take("a client", 10));
        assertNull(turns.on(bed.primary(), bed.io).take("a client", 10));
        assertNotNull(turns.on(bed.replica(), bed.io).take("a client", 10));
        assertEquals(1, turns.line(bed.primary()).underWay());
    }

    @Test
    void nobodyWaitsWhereNothingWasEverSent() {
        assertEquals(NOBODY, turns.line(bed.primary()));
    }

    @Test
    void eachServerAndTheCatalogHaveSharesOfTheirOwn() {
        assertSame(turns.share(bed.primary()), turns.share(bed.primary()));
        assertNotSame(turns.share(bed.primary()), turns.share(bed.replica()));
        assertNotSame(turns.share(bed.primary()), turns.catalog());
    }

    @Test
    void aRecordOfTheCatalogTakesNoPlace() {
        assertNotNull(turns.on(bed.primary(), bed.io).take("a client", 10));
        assertNotNull(turns.on(bed.primary(), bed.io).take("a client", WriteTurns.CATALOG));
        assertEquals(1, turns.line(bed.primary()).underWay());
    }

    @Test
    void theLanesOfOneServerAreServedInTheOrderOfAsking() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        bed.offer(third, bed.delete("c"));
        assertInstanceOf(LaneState.AwaitingWriteTurn.class, lane(second).state());
        assertEquals(2, turns.line(bed.primary()).writes());
        for (String id : List.of("a", "b", "c")) {
            assertTrue(open().contains(id), open());
            bed.io.only(bed.primary()).done();
        }
        bed.answerAll();
        assertEquals(NOBODY, turns.line(bed.primary()));
        assertEquals(NOBODY, turns.line(bed.replica()));
    }

    @Test
    void aTurnThatComesLateForALaneThatHasLeftGoesOnToTheNext() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        bed.offer(third, bed.delete("c"));
        second.group().detach(lane(second));
        bed.io.only(bed.primary()).done();
        assertTrue(open().contains("c"), open());
        bed.answerAll();
        assertEquals(NOBODY, turns.line(bed.primary()));
        assertTrue(bed.idsSentTo(bed.primary()).stream().noneMatch("b"::equals));
    }

    /** The lane has left and come back meanwhile, and waits for another turn. */
    @Test
    void aTurnThatComesLateChangesNothingOfWhatTheLaneIsAtByThen() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        second.group().detach(lane(second));
        second.group().intake().attach(lane(second));
        bed.offer(second, bed.delete("c"));
        assertEquals(2, turns.line(bed.primary()).writes());
        bed.io.only(bed.primary()).done();
        assertTrue(open().contains("c"), open());
        bed.io.only(bed.primary()).cut();
        assertInstanceOf(LaneState.BackingOff.class, lane(second).state());
        assertEquals(List.of("a", "c"), bed.idsSentTo(bed.primary()), "the pause is not cut short");
        assertEquals(NOBODY, turns.line(bed.primary()));
    }

    @Test
    void aRequestThatIsUnderWayWhenItsLaneLeavesKeepsItsConnectionButNobodyWaiting() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        VirtualIo.Sent left = bed.io.only(bed.primary());
        first.group().detach(lane(first));
        bed.io.runDue();
        assertEquals(2, turns.line(bed.primary()).underWay());
        assertEquals(2, bed.io.open().size());
        left.done();
        assertEquals(1, turns.line(bed.primary()).underWay());
    }

    @Test
    void aPauseKeepsNobodyWaiting() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        bed.io.only(bed.primary()).cut();
        assertInstanceOf(LaneState.BackingOff.class, lane(first).state());
        assertTrue(open().contains("b"), open());
    }
}
