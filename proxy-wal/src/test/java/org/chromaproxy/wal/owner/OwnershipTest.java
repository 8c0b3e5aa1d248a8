package org.chromaproxy.wal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.wal.store.Tenure;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may take the log, and when. */
class OwnershipTest {
    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    private final AtomicLong clock = new AtomicLong();
    private final Map<Long, Long> alive = new HashMap<>();

    @AfterEach
    void close() {
        log.close();
    }

    private Ownership process(String boot, String namespace, long pid, long start) {
        alive.put(pid, start);
        Processes processes = new Processes() {
            @Override
            public ProcessIdentity self() {
                return new ProcessIdentity(boot, namespace, pid, start, "n");
            }

            @Override
            public OptionalLong startTicks(long other) {
                return alive.containsKey(other) ? OptionalLong.of(alive.get(other)) : OptionalLong.empty();
            }
        };
        return new Ownership(log.owners, processes, Lease.DEFAULT, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void aFreshLogIsTakenAtOnceAndOnlyOnce() {
        Ownership one = process("b", "ns", 10, 1);
        Ownership two = process("b", "ns", 20, 2);

        assertEquals(1, one.tryAcquire().orElseThrow().epoch());
        assertTrue(two.tryAcquire().isEmpty());
        assertTrue(two.owner().contains("pid=10"));
    }

    @Test
    void aReleasedLogIsTakenAtOnce() {
        Ownership one = process("b", "ns", 10, 1);
        one.release(one.tryAcquire().orElseThrow());

        assertEquals(2, process("b", "ns", 20, 2).tryAcquire().orElseThrow().epoch());
    }

    @Test
    void releasingUnderAnOldEpochHasNoEffect() {
        Ownership one = process("b", "ns", 10, 1);
        Tenure old = one.tryAcquire().orElseThrow();
        log.take();

        one.release(old);

        assertFalse(log.owners.read().released());
    }

    @Test
    void aDeadProcessOfThisMachineIsReplacedAtOnce() {
        assertTrue(process("b", "ns", 10, 1).tryAcquire().isPresent());
        Ownership two = process("b", "ns", 20, 2);
        assertTrue(two.tryAcquire().isEmpty());

        alive.remove(10L);

        assertEquals(2, two.tryAcquire().orElseThrow().epoch());
    }

    @Test
    void anotherProcessUnderTheOwnersPidDoesNotKeepItAlive() {
        assertTrue(process("b", "ns", 10, 1).tryAcquire().isPresent());
        alive.put(10L, 777L);

        assertTrue(process("b", "ns", 20, 2).tryAcquire().isPresent());
    }

    @Test
    void aProcessOfAnotherMachineOrNameSpaceIsWaitedForWhateverLivesHere() {
        assertTrue(process("elsewhere", "ns", 10, 1).tryAcquire().isPresent());
        alive.remove(10L);
        Ownership two = process("b", "ns", 20, 2);
        assertTrue(two.tryAcquire().isEmpty());

        pass(Duration.ofMillis(5_999));
        assertTrue(two.tryAcquire().isEmpty());
        pass(Duration.ofMillis(1));
        assertEquals(2, two.tryAcquire().orElseThrow().epoch());
    }

    @Test
    void everyHeartbeatStartsTheWaitAnew() {
        assertTrue(process("elsewhere", "ns", 10, 1).tryAcquire().isPresent());
        Ownership two = process("b", "ns", 20, 2);
        assertTrue(two.tryAcquire().isEmpty());
        pass(Duration.ofSeconds(5));

        log.execute("UPDATE log_owner SET heartbeat = clock_timestamp()");
        assertTrue(two.tryAcquire().isEmpty());
        pass(Duration.ofSeconds(5));

        assertTrue(two.tryAcquire().isEmpty());
    }

    @Test
    void anIdentitySurvivesItsTextAndThisProcessIsAlive() {
        ProcessIdentity self = Processes.ofProc().self();

        assertEquals(self, ProcessIdentity.parse(self.encode()).orElseThrow());
        assertEquals(OptionalLong.of(self.startTicks()), Processes.ofProc().startTicks(self.pid()));
        assertEquals(OptionalLong.empty(), Processes.ofProc().startTicks(Integer.MAX_VALUE));
        assertTrue(ProcessIdentity.parse("moved by hand").isEmpty());
    }
}
