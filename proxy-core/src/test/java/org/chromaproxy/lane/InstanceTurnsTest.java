package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.Test;

/** Records on which a server ended before are sent there one at a time. */
class InstanceTurnsTest {
    private final LaneBed bed = new LaneBed("primary");
    private final RecordLanes first = bed.collection();
    private final RecordLanes second = bed.collection();
    private final RecordLanes third = bed.collection();

    /** The server ends with whatever is under way there, and returns. */
    private void endServer() {
        Instance server = bed.primary();
        List<VirtualIo.Sent> open = bed.io.open();
        server.become(InstanceState.DOWN, "a test");
        all().forEach(lanes -> lanes.instanceChanged(server));
        open.forEach(VirtualIo.Sent::cut);
        server.become(InstanceState.UP, "");
        all().forEach(lanes -> lanes.instanceChanged(server));
        bed.io.runDue();
    }

    private Stream<RecordLanes> all() {
        return Stream.of(first, second, third);
    }

    private void offerSuspects() {
        bed.offer(first, bed.delete("a"));
        bed.offer(second, bed.delete("b"));
        bed.offer(third, bed.delete("c"));
        endServer();
        assertEquals(3, bed.io.open().size(), "a server may end for any reason");
        endServer();
    }

    private List<String> open() {
        return bed.io.open().stream().map(VirtualIo.Sent::body).toList();
    }

    private static Lane lane(RecordLanes lanes) {
        return lanes.group().lane(0);
    }

    @Test
    void eachServerHasTurnsOfItsOwn() {
        LaneBed two = new LaneBed();
        InstanceTurns turns = new InstanceTurns();
        List<String> order = new ArrayList<>();
        turns.on(two.primary()).await(Runnable::run, turn -> order.add("primary"));
        turns.on(two.primary()).await(Runnable::run, turn -> order.add("too early"));
        turns.on(two.replica()).await(Runnable::run, turn -> order.add("replica"));
        assertEquals(List.of("primary", "replica"), order);
        assertSame(turns.on(two.primary()), turns.on(two.primary()));
        assertEquals(1, turns.on(two.primary()).waiting());
    }

    @Test
    void suspectsAreSentOneAfterTheOther() {
        offerSuspects();
        for (String id : List.of("a", "b", "c")) {
            assertEquals(List.of("{\"ids\":[\"" + id + "\"]}"), open());
            bed.io.only().done();
        }
        assertEquals(List.of(), open());
    }

    @Test
    void aTurnThatComesLateForALaneThatHasLeftGoesOnToTheNext() {
        offerSuspects();
        assertInstanceOf(LaneState.AwaitingPlace.class, lane(second).state());
        second.group().detach(lane(second));
        bed.io.only().done();
        assertEquals(List.of("{\"ids\":[\"c\"]}"), open());
        bed.io.only().done();
        assertEquals(0, bed.services().work().suspects().on(bed.primary()).waiting());
    }

    @Test
    void aLaneThatLeavesEndsItsOwnTurn() {
        offerSuspects();
        first.group().detach(lane(first));
        bed.io.runDue();
        assertEquals(List.of("{\"ids\":[\"a\"]}", "{\"ids\":[\"b\"]}"), open());
    }
}
