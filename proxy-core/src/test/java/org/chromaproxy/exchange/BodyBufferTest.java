package org.chromaproxy.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryBudget.Kind;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.http.ProxyError;
import org.junit.jupiter.api.Test;

/** When a body's memory is reserved, from which share, and when it is given back. */
class BodyBufferTest {
    private static final int MIB = 1 << 20;
    private static final int MOST = 40 * MIB;
    private static final long WAIT_MS = 10_000;
    private static final PrincipalUse ONE = PrincipalUse.unbounded();
    private static final PrincipalUse OTHER = PrincipalUse.unbounded();

    private final MemoryBudget memory = new MemoryBudget(limits(), new ConnectionBound(1, System::nanoTime));
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private static Map<Kind, Long> limits() {
        Map<Kind, Long> limits = new EnumMap<>(Kind.class);
        limits.put(Kind.SMALL_BODIES, 2L * MIB);
        limits.put(Kind.LARGE_BODIES, 60L * MIB);
        return limits;
    }

    /** One request's body. */
    private final class Sent implements BodyBuffer.Taker {
        private final BodyBuffer buffer;
        private final List<String> events = new ArrayList<>();
        private boolean over;

        Sent(long announced) {
            this(ONE, announced);
        }

        Sent(PrincipalUse owner, long announced) {
            buffer = new BodyBuffer(memory, owner, channel.eventLoop(), WAIT_MS, announced, MOST, this);
            buffer.begin();
        }

        Sent sends(int bytes) {
            ByteBuf part = Unpooled.wrappedBuffer(new byte[bytes]);
            buffer.content(part);
            return this;
        }

        String next() {
            channel.runPendingTasks();
            return events.isEmpty() ? "" : events.removeFirst();
        }

        @Override
        public void more() {
            events.add("more");
        }

        @Override
        public void whole(byte[] body) {
            events.add("whole " + body.length);
        }

        @Override
        public void refused(ProxyError error) {
            events.add("refused " + error);
        }

        @Override
        public boolean over() {
            return over;
        }
    }

    private long small() {
        return memory.of(Kind.SMALL_BODIES).used();
    }

    private long large() {
        return memory.of(Kind.LARGE_BODIES).used();
    }

    @Test
    void anAnnouncementCostsNothing() {
        List<Sent> announcers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            announcers.add(new Sent(MOST));
            assertEquals("more", announcers.getLast().next());
        }
        assertEquals(50L * BodyBuffer.FIRST, small());
        assertEquals(0, large());
        Sent honest = new Sent(1_000).sends(1_000);
        honest.buffer.complete();
        assertEquals(List.of("more", "more", "whole 1000"), honest.events);
    }

    @Test
    void largeBodiesAreGrantedWholeOneAfterTheOtherAndLeaveTheShareOfSmallOnes() {
        Sent first = new Sent(MOST).sends(BodyBuffer.FIRST);
        assertEquals(MOST, large());
        assertEquals(0, small());
        assertFalse(first.buffer.contended());
        Sent second = new Sent(MOST).sends(BodyBuffer.FIRST);
        second.events.clear();
        assertTrue(second.buffer.waiting());
        assertTrue(first.buffer.contended());
        Sent honest = new Sent(MIB).sends(MIB);
        honest.buffer.complete();
        assertEquals("whole " + MIB, honest.events.getLast());
        first.buffer.free();
        assertEquals("more", second.next());
        assertEquals(MOST, large());
    }

    @Test
    void oneThatWaitsInVainIsRefusedAndHoldsNothing() {
        new Sent(MOST).sends(BodyBuffer.FIRST);
        Sent second = new Sent(MOST).sends(BodyBuffer.FIRST);
        second.events.clear();
        channel.advanceTimeBy(WAIT_MS, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertEquals("refused OUT_OF_MEMORY_BUDGET", second.next());
        assertEquals(0, small());
        assertEquals(MOST, large());
    }

    /** What was read and has no memory yet would be held by each of many that wait. */
    @Test
    void nothingIsReadForWhichThereIsNoMemory() {
        new Sent(MOST).sends(BodyBuffer.FIRST);
        Sent body = new Sent(MOST);
        assertEquals("more", body.next());
        assertEquals(BodyBuffer.FIRST, body.buffer.room());
        body.sends(BodyBuffer.FIRST - 100);
        assertEquals("more", body.next());
        assertEquals(100, body.buffer.room());
        body.sends(100);
        assertTrue(body.buffer.waiting());
        assertEquals("", body.next(), "read on while it waits");
    }

    @Test
    void manyOfOnePrincipalLeaveRoomForAnothers() {
        List<Sent> held = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            held.add(new Sent(100_000).sends(BodyBuffer.FIRST));
        }
        assertTrue(held.getLast().buffer.waiting());
        assertTrue(small() <= 2L * MIB / 4 * 3, () -> "" + small());
        Sent honest = new Sent(OTHER, 100_000).sends(100_000);
        honest.buffer.complete();
        assertEquals("whole 100000", honest.events.getLast());
        assertTrue(held.getFirst().buffer.contended());
    }

    @Test
    void principalsThatWaitAreServedInRotation() {
        Sent first = new Sent(MOST).sends(BodyBuffer.FIRST);
        List<Sent> more = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            more.add(new Sent(MOST).sends(BodyBuffer.FIRST));
        }
        Sent another = new Sent(OTHER, MOST).sends(BodyBuffer.FIRST);
        another.events.clear();
        first.buffer.free();
        channel.runPendingTasks();
        long before = more.stream().filter(each -> !each.buffer.waiting()).count();
        assertTrue(before <= 1, () -> before + " of one");
        more.forEach(each -> each.buffer.abandon());
        assertEquals("more", another.next());
        another.buffer.free();
        assertEquals(0, large());
        assertEquals(0, memory.of(Kind.LARGE_BODIES).contended() ? 1 : 0);
    }

    @Test
    void oneOfUnknownLengthGrowsAndGivesBackWhatItDidNotNeed() {
        Sent body = new Sent(-1);
        for (int i = 0; i < 40; i++) {
            body.sends(64 << 10);
        }
        assertEquals(MOST, large());
        assertEquals(0, small());
        body.buffer.complete();
        assertEquals("whole " + (40 * (64 << 10)), body.events.getLast());
        assertEquals(40 * (64 << 10), large());
        body.buffer.free();
        body.buffer.free();
        assertEquals(0, large());
    }

    @Test
    void oneWhoseClientLeftWhileItWaitedGivesBackWhatItGets() {
        Sent first = new Sent(MOST).sends(BodyBuffer.FIRST);
        Sent second = new Sent(MOST).sends(BodyBuffer.FIRST);
        second.over = true;
        second.buffer.abandon();
        first.buffer.free();
        channel.runPendingTasks();
        assertEquals(0, large());
        assertEquals(0, small());
    }

    /** Each holds a part and waits for the rest, which only the others could give back. */
    @Test
    void thoseWhoseClientsLeaveWhileAllWaitGiveBackAtOnceWhatTheyHold() {
        List<Sent> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(new Sent(-1).sends(BodyBuffer.FIRST));
        }
        for (int size = BodyBuffer.FIRST; small() + 6L * size <= 2L * MIB; size *= 2) {
            for (Sent each : all) {
                each.sends(size);
            }
        }
        for (Sent each : all) {
            each.sends(500_000);
        }
        assertTrue(all.getLast().buffer.waiting());
        assertTrue(small() > 0);
        for (Sent each : all) {
            each.over = true;
            each.buffer.abandon();
        }
        channel.runPendingTasks();
        assertEquals(0, small());
        Sent honest = new Sent(MIB).sends(MIB);
        honest.buffer.complete();
        assertEquals("whole " + MIB, honest.events.getLast(), "and nobody waits in front of the next");
    }

    @Test
    void tooMuchIsRefusedAndFreed() {
        Sent body = new Sent(-1);
        for (int i = 0; i <= MOST / MIB; i++) {
            body.sends(MIB);
        }
        assertEquals("refused BODY_TOO_LARGE", body.events.getLast());
        assertEquals(0, small() + large());
    }
}
