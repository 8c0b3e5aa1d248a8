package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who has one of the connections for lanes, and who waits for one. */
class LaneConnectionsTest {
    private static final int MANY = 20_000;

    private final EventLoop loop = new DefaultEventLoop();
    private final LaneConnections connections = new LaneConnections(new LaneBound(12));
    private final List<Integer> begun = new CopyOnWriteArrayList<>();
    private final List<Integer> failed = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    private List<LaneConnections.Place> enter(int from, int to) throws Exception {
        List<LaneConnections.Place> all = new ArrayList<>();
        for (int each : IntStream.range(from, to).toArray()) {
            all.add(connections.enter(loop, () -> begun.add(each), error -> {
                assertTrue(error.neverSent());
                failed.add(each);
            }));
        }
        settle();
        return all;
    }

    private void settle() throws Exception {
        loop.submit(() -> {}).get();
    }

    @Test
    void aQuarterIsForWhatIsNoWriteAndWhoeverCameFirstIsNext() throws Exception {
        assertEquals(8, new LaneBound(12).writes());
        List<LaneConnections.Place> all = enter(0, 6);
        assertEquals(List.of(0, 1, 2), begun);
        assertEquals(3, connections.waiting());
        all.get(4).leave();
        all.get(1).leave();
        all.get(1).leave();
        settle();
        assertEquals(List.of(0, 1, 2, 3), begun);
        all.get(0).leave();
        settle();
        assertEquals(List.of(0, 1, 2, 3, 5), begun, "who has left is not called");
        assertEquals(0, connections.waiting());
    }

    @Test
    void whoWaitsWhenTheConnectionsAreResetIsToldAndTheOthersKeepTheirPlaces() throws Exception {
        List<LaneConnections.Place> all = enter(0, 5);
        connections.failWaiting(new UpstreamException("reset", true));
        settle();
        assertEquals(List.of(3, 4), failed);
        all.get(3).leave();
        enter(5, 6);
        assertEquals(List.of(0, 1, 2), begun, "it had no place to give up");
        all.getFirst().leave();
        settle();
        assertEquals(List.of(0, 1, 2, 5), begun);
    }

    @Test
    void whoWaitsWhenTheLoopsHaveEndedIsToldHoweverManyTheyAre() throws Exception {
        List<LaneConnections.Place> all = enter(0, MANY);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        all.getFirst().leave();
        assertEquals(MANY - 3, failed.size());
        assertEquals(0, connections.waiting());
    }

    @Test
    void aBoundThatLeavesNoRoomForEachKindIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LaneBound(LaneBound.LEAST - 1));
    }
}
