package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.WriteTurns.Turn;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.junit.jupiter.api.Test;

/** Whose writes are under way on one server. */
class WriteTurnsTest {
    private static final int LARGE = WriteTurns.LARGE;
    private static final int SMALL = WriteTurns.SMALL - 1;
    private static final int PLACES = 2_000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LaneIo io = new Loop();
    private final List<String> order = new ArrayList<>();
    private final List<Turn> granted = new ArrayList<>();
    private long now;
    private long outstanding;
    private final ServerShare share = new ServerShare(2, () -> now);
    private final WriteTurns turns = new WriteTurns(() -> now, () -> outstanding, share, PLACES);

    private Turn taken(String client, int bytes) {
        Turn turn = turns.take(client, bytes);
        assertNotNull(turn);
        return turn;
    }

    private void await(String client, int bytes) {
        turns.await(client, bytes, io, turn -> {
            order.add(client);
            granted.add(turn);
        });
        channel.runPendingTasks();
    }

    private void end(Turn turn) {
        turn.end();
        channel.runPendingTasks();
    }

    private void pass(long ms) {
        now += TimeUnit.MILLISECONDS.toNanos(ms);
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void oneLargeWriteAtATimeInRotationBetweenClients() {
        Turn first = taken("a", 40 * LARGE);
        for (String client : List.of("a", "a", "a", "b", "c")) {
            assertNull(turns.take(client, LARGE));
            await(client, LARGE);
        }
        assertEquals(List.of(), order);
        end(first);
        for (int i = 0; i < 4; i++) {
            end(granted.get(i));
        }
        assertEquals(List.of("a", "b", "c", "a", "a"), order);
        assertEquals(new WriteTurns.Line(0, 0, 0, 1, PLACES), turns.line());
    }

    @Test
    void whoWaitsAndForHowLongIsTold() {
        Turn first = taken("a", LARGE);
        assertEquals(new WriteTurns.Line(0, 0, 0, 1, PLACES), turns.line());
        await("a", LARGE);
        now += 5;
        await("b", LARGE);
        await("b", LARGE);
        now += 7;
        assertEquals(new WriteTurns.Line(3, 2, 12, 1, PLACES), turns.line());
        end(first);
        assertEquals(new WriteTurns.Line(2, 1, 7, 1, PLACES), turns.line());
    }

    @Test
    void smallOnesDoNotWaitForLargeOnes() {
        Turn large = taken("a", LARGE);
        await("a", LARGE);
        for (int i = 0; i < 1_000; i++) {
            taken("a", SMALL);
        }
        taken("b", SMALL);
        assertTrue(large.covers(LARGE));
    }

    @Test
    void eachClientHasItsShareUnderWayAndNoMore() {
        int quarter = WriteTurns.SHARE / 4;
        List<Turn> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(taken("a", quarter));
        }
        assertNull(turns.take("a", quarter));
        await("a", quarter);
        assertEquals(List.of(), order);
        end(all.getFirst());
        assertEquals(List.of("a"), order);
        assertNull(turns.take("a", WriteTurns.SMALL), "others of it are not overtaken");
    }

    private List<Turn> allPlaces() {
        return IntStream.range(0, PLACES).mapToObj(_ -> taken("a", SMALL)).toList();
    }

    @Test
    void soManyAreUnderWayAndTheOthersWaitInOrderAndInRotation() {
        List<Turn> all = allPlaces();
        assertNull(turns.take("a", SMALL));
        assertNull(turns.take("b", SMALL));
        for (String client : List.of("a", "a", "b")) {
            await(client, SMALL);
        }
        assertEquals(new WriteTurns.Line(3, 2, 0, PLACES, PLACES), turns.line());
        pass(2_000);
        assertEquals(List.of(), order, "nobody waits for a moment only");
        end(all.getFirst());
        end(all.get(1));
        all.get(1).end();
        channel.runPendingTasks();
        assertEquals(List.of("a", "b"), order);
        end(granted.getFirst());
        assertEquals(List.of("a", "b", "a"), order);
        assertEquals(new WriteTurns.Line(0, 0, 0, PLACES, PLACES), turns.line());
    }

    @Test
    void theCatalogsWaitForNoPlace() {
        allPlaces();
        await("a", SMALL);
        Turn catalogs = taken("a", WriteTurns.CATALOG);
        end(catalogs);
        assertEquals(List.of(), order);
        await("a", WriteTurns.CATALOG);
        assertEquals(List.of("a"), order);
        assertEquals(new WriteTurns.Line(1, 1, 0, PLACES, PLACES), turns.line());
    }

    @Test
    void whatIsUnansweredForTooLongKeepsNobodyWaitingUnlessTooManyDo() {
        List<Turn> late = allPlaces();
        for (int i = 0; i < PLACES; i++) {
            await("a", SMALL);
        }
        late.forEach(Turn::overdue);
        channel.runPendingTasks();
        assertEquals(PLACES, order.size());
        List<Turn> more = List.copyOf(granted);
        await("b", SMALL);
        more.getFirst().overdue();
        channel.runPendingTasks();
        assertEquals(PLACES, order.size(), "twice as many connections are enough");
        end(late.getFirst());
        assertEquals(PLACES, order.size(), "it had no place any more");
        more.getFirst().overdue();
        channel.runPendingTasks();
        assertEquals("b", order.getLast());
        end(more.getFirst());
        more.subList(1, PLACES).forEach(this::end);
        late.forEach(this::end);
        end(granted.getLast());
        assertEquals(new WriteTurns.Line(0, 0, 0, 0, PLACES), turns.line());
    }

    @Test
    void whileAnotherClientUsesTheServerOneWriteOfEachIsUnderWay() {
        for (int bytes : List.of(SMALL, WriteTurns.SMALL)) {
            order.clear();
            Turn first = taken("a", bytes);
            Turn others = taken("b", bytes);
            assertNull(turns.take("a", bytes));
            await("a", bytes);
            await("a", bytes);
            end(others);
            assertEquals(List.of(), order);
            end(first);
            assertEquals(List.of("a"), order);
            end(granted.removeLast());
            assertEquals(List.of("a", "a"), order);
            end(granted.removeLast());
            pass(2_000);
        }
    }

    @Test
    void whoWritesWithoutAPauseYieldsToTheOther() {
        Turn loud = taken("loud", SMALL);
        pass(50);
        Turn calm = taken("calm", SMALL);
        end(loud);
        assertNull(turns.take("loud", SMALL));
        await("loud", SMALL);
        pass(500);
        assertEquals(List.of(), order);
        end(calm);
        assertEquals(List.of("loud"), order);
    }

    @Test
    void aWriteYieldsToReadsThatWereThereBefore() {
        Turn loud = taken("loud", SMALL);
        pass(50);
        end(loud);
        ServerShare.Passage before = share.enter("calm").orElseThrow();
        await("loud", SMALL);
        var _ = share.enter("calm").orElseThrow();
        assertEquals(List.of(), order);
        before.end();
        channel.runPendingTasks();
        assertEquals(List.of("loud"), order, "not for those that came later");
    }

    @Test
    void aWriteYieldsForASecondAtMost() {
        Turn loud = taken("loud", SMALL);
        pass(50);
        taken("calm", SMALL);
        end(loud);
        await("loud", SMALL);
        pass(900);
        assertEquals(List.of(), order);
        pass(200);
        assertEquals(List.of("loud"), order);
    }

    @Test
    void aSmallWriteThatYieldsIsNotBehindALargeOneOfItsClient() {
        Turn large = taken("loud", LARGE);
        pass(50);
        Turn calm = taken("calm", SMALL);
        await("loud", LARGE);
        assertNull(turns.take("loud", SMALL));
        await("loud", SMALL);
        outstanding = 5;
        end(large);
        end(calm);
        assertEquals(List.of("loud"), order);
        assertTrue(granted.getFirst().covers(SMALL));
        assertFalse(granted.getFirst().covers(LARGE), "the small one");
    }

    @Test
    void whoeverWaitsThereIsAnsweredBeforeTheNext() {
        Turn large = taken("a", LARGE);
        await("a", LARGE);
        outstanding = 2;
        pass(1_500);
        end(large);
        assertNull(turns.take("c", WriteTurns.SMALL));
        pass(20);
        assertEquals(List.of(), order, "one still waits there");
        outstanding = 0;
        pass(20);
        assertEquals(List.of("a"), order);
    }

    @Test
    void theGapIsNoLongerThanTheWriteTookNorThanTwoSeconds() {
        for (int ms : List.of(500, 60_000)) {
            order.clear();
            granted.clear();
            outstanding = 0;
            Turn large = taken("a", LARGE);
            await("a", LARGE);
            outstanding = 5;
            pass(ms);
            end(large);
            pass(Math.min(ms, 2_000) - 100);
            assertEquals(List.of(), order);
            pass(200);
            assertEquals(List.of("a"), order);
            end(granted.getFirst());
        }
    }

    @Test
    void aQuickWriteMakesNoGap() {
        Turn large = taken("a", LARGE);
        await("a", LARGE);
        outstanding = 5;
        pass(90);
        end(large);
        assertEquals(List.of("a"), order);
    }

    @Test
    void aTurnEndsOnce() {
        Turn large = taken("a", LARGE);
        end(large);
        taken("b", LARGE);
        end(large);
        assertNull(turns.take("c", LARGE), "that of another");
    }

    @Test
    void aMergedWriteThatHasGrownNeedsALargerTurn() {
        Turn turn = taken("a", WriteTurns.SMALL);
        assertTrue(turn.covers(SMALL));
        assertFalse(turn.covers(LARGE));
    }

    /** The channel's loop, in the test's time. */
    private final class Loop implements LaneIo {
        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            channel.eventLoop().execute(task);
        }

        @Override
        public void schedule(Runnable task, long delay, TimeUnit unit) {
            channel.eventLoop().schedule(task, delay, unit);
        }

        @Override
        public void repeat(Runnable task, long pause, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long random(long bound) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void reset(Instance instance) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }
}
