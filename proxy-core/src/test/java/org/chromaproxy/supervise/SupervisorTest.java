package org.chromaproxy.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.config.Supervision;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    private static final long NEVER = 3_600_000_000L;
    private static final EventLoops LOOPS = new EventLoops(Transport.NIO, 2);

    @TempDir
    private Path folder;

    @AfterAll
    static void stop() {
        LOOPS.close();
    }

    private static Supervisor start(NotifyReceiver systemd, long watchdog, AtomicBoolean ready) {
        return Supervisor.start(new Supervision(Optional.of(systemd.name()), watchdog), LOOPS.all(), ready::get);
    }

    @Test
    void saysThatItIsReadyOnceItIsAndThatItStops() throws Exception {
        AtomicBoolean ready = new AtomicBoolean();
        try (NotifyReceiver systemd =
                        new NotifyReceiver(folder.resolve("notify").toString());
                Supervisor supervisor = start(systemd, 0, ready)) {
            supervisor.say("STATUS=not ready yet");
            assertEquals("STATUS=not ready yet", systemd.next());
            ready.set(true);
            assertEquals("READY=1", systemd.next());
            supervisor.stopping();
            assertEquals("STOPPING=1", systemd.next());
        }
    }

    @Test
    void speaksToAbstractNamesAndKeepsTheWatchdogAwayAgainAndAgain() throws Exception {
        try (NotifyReceiver systemd = new NotifyReceiver("@chroma-proxy/" + UUID.randomUUID());
                Supervisor supervisor = start(systemd, 20_000, new AtomicBoolean(true))) {
            assertEquals("READY=1", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
            supervisor.stopping();
            systemd.awaitState("STOPPING=1");
        }
    }

    @Test
    void isSilentWhileOneOfTheLoopsIsStuck() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch freed = new CountDownLatch(1);
        try (NotifyReceiver systemd =
                        new NotifyReceiver(folder.resolve("notify").toString());
                Supervisor supervisor = start(systemd, NEVER, new AtomicBoolean(true))) {
            assertEquals("READY=1", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
            LOOPS.all().getLast().execute(() -> {
                stuck.countDown();
                try {
                    freed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            stuck.await();
            supervisor.beat();
            // Once the first loop has passed it on, it can only be said by the one that is stuck.
            LOOPS.all().getFirst().submit(() -> {}).sync();
            supervisor.say("STATUS=after the beat");
            assertEquals("STATUS=after the beat", systemd.next());
            freed.countDown();
            assertEquals("WATCHDOG=1", systemd.next());
        } finally {
            freed.countDown();
        }
    }

    @Test
    void nobodyAtTheSocketIsNoReasonToStop() {
        String nobody = folder.resolve("nobody").toString();
        try (Supervisor supervisor =
                Supervisor.start(new Supervision(Optional.of(nobody), NEVER), LOOPS.all(), () -> true)) {
            supervisor.stopping();
            supervisor.beat();
        }
        assertTrue(NotifySocket.open(nobody).isEmpty());
    }

    @Test
    void theWatchdogOfAnotherProcessIsNotOurs() {
        String self = Long.toString(ProcessHandle.current().pid());
        assertEquals(
                0,
                Supervision.of(Map.of("WATCHDOG_USEC", "5000", "WATCHDOG_PID", "1"))
                        .watchdogMicros());
        assertEquals(
                5000,
                Supervision.of(Map.of("WATCHDOG_USEC", "5000", "WATCHDOG_PID", self))
                        .watchdogMicros());
        assertEquals(5000, Supervision.of(Map.of("WATCHDOG_USEC", "5000")).watchdogMicros());
        assertEquals(0, Supervision.of(Map.of("WATCHDOG_USEC", "soon")).watchdogMicros());
        assertTrue(Supervision.of(Map.of("NOTIFY_SOCKET", "")).socket().isEmpty());
    }

    @Test
    void healthIsAskedWhereTheProxyListens() {
        assertEquals(
                "http://127.0.0.1:8000/health",
                HealthCommand.address(listen("0.0.0.0"), "http").toString());
        assertEquals(
                "http://127.0.0.1:8000/health",
                HealthCommand.address(listen("::"), "http").toString());
        assertEquals(
                "http://[::1]:8000/health",
                HealthCommand.address(listen("::1"), "http").toString());
        assertEquals(
                "http://10.0.0.1:8000/health",
                HealthCommand.address(listen("10.0.0.1"), "http").toString());
    }

    private static Config.Listen listen(String host) {
        return ConfigReader.of(Map.of("HOST", host)).listen();
    }
}
