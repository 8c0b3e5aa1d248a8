package org.chromaproxy.wal.append;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.FaultyConnector;
import org.chromaproxy.wal.testkit.FaultyConnector.Fault;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an append promises when connections break, owners change and PostgreSQL forgets. */
class LogWriterFaultTest {
    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    private final FaultyConnector connector = new FaultyConnector(log.database.sessions());
    private final Heard heard = new Heard();

    @AfterEach
    void close() {
        log.close();
    }

    private LogWriter faultyWriter() {
        return log.opened(log.unstarted(connector, WriterSettings.DEFAULT).start());
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundAndNotRepeated() {
        LogWriter writer = faultyWriter();
        connector.failNextBatch(Fault.AFTER_COMMIT, () -> {});

        writer.append(Records.transaction("tx", "a"), heard);
        writer.append(Records.add("b"), heard);

        await().until(() -> heard.total() == 2);
        assertEquals(List.of("a", "b"), heard.bodies());
        assertEquals(List.of("2"), log.column("SELECT count(*) FROM log_record"));
        assertEquals(LogState.OPEN, writer.state());
    }

    @Test
    void aCommitThatNeverArrivedIsDoneAgain() {
        LogWriter writer = faultyWriter();
        connector.failNextBatch(Fault.BEFORE_COMMIT, () -> {});

        writer.append(Records.transaction("tx", "a"), heard);

        await().until(() -> heard.total() == 1);
        assertEquals(List.of("a"), heard.bodies());
        assertEquals(List.of("1"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void duplicatesFoundBeforeALostAnswerAreStillDuplicatesAfterIt() {
        LogWriter writer = faultyWriter();
        writer.append(Records.transaction("tx", "a"), heard);
        await().until(() -> heard.total() == 1);
        connector.failNextBatch(Fault.AFTER_COMMIT, () -> {});
        Heard again = new Heard();

        writer.append(Records.add("b"), heard);
        writer.append(Records.transaction("tx", "a"), again);

        await().until(() -> heard.total() == 2 && again.total() == 1);
        assertEquals(List.of(heard.lsns().getFirst() + ":true"), again.duplicates);
    }

    @Test
    void backendsKilledUnderLoadCostNoAcknowledgedRecordAndRepeatNone() {
        LogWriter writer = log.writer();
        List<Heard> all = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            Heard mine = new Heard();
            all.add(mine);
            Thread.ofVirtual().start(() -> produce(writer, mine));
        }
        for (int kills = 1; kills <= 4; kills++) {
            int progress = 4 * 300 * kills;
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> all.stream().mapToInt(Heard::total).sum() >= progress);
            log.killWriterBackend();
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> all.stream().mapToInt(Heard::total).sum() == 4 * 1500);
        List<Long> acknowledged = new ArrayList<>();
        for (Heard mine : all) {
            assertEquals(IntStream.range(0, 1500).mapToObj(Integer::toString).toList(), mine.bodies());
            acknowledged.addAll(mine.lsns());
        }
        assertEquals(
                acknowledged.stream().sorted().map(String::valueOf).toList(),
                log.column("SELECT lsn FROM log_record ORDER BY lsn"));
    }

    /** Keeps at most ten records under way, so that the load lasts over all kills. */
    private static void produce(LogWriter writer, Heard mine) {
        for (int i = 0; i < 1500; i++) {
            int sent = i;
            writer.append(Records.add(Integer.toString(i)), mine);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> mine.total() > sent - 10);
        }
    }

    @Test
    void whileTheLogIsAwayAppendsWaitAndCanBeWithdrawn() {
        connector.refuseConnections(4);
        LogWriter writer = log.unstarted(connector, WriterSettings.DEFAULT).start();
        AppendTicket withdrawn = writer.append(Records.add("gone"), heard).orElseThrow();
        writer.append(Records.add("kept"), heard);

        assertTrue(withdrawn.withdraw());
        assertEquals(LogState.UNAVAILABLE, writer.state());

        await().until(() -> heard.total() == 1);
        assertEquals(List.of("kept"), heard.bodies());
    }

    @Test
    void anAppendWhoseCommitWasNeverSentCanBeWithdrawnWhileTheLogIsAway() {
        LogWriter writer = faultyWriter();
        long slots = writer.queuedRecords();
        log.execute("ALTER TABLE log_owner RENAME TO log_owner_away");
        AppendTicket withdrawn = writer.append(Records.add("gone"), heard).orElseThrow();
        writer.append(Records.add("kept"), heard);
        await().until(() -> writer.state() == LogState.UNAVAILABLE && withdrawn.lsn() > 0);

        await().until(withdrawn::withdraw);
        log.execute("ALTER TABLE log_owner_away RENAME TO log_owner");

        await().until(() -> heard.total() == 1);
        assertEquals(List.of("kept"), heard.bodies());
        await().until(() -> writer.queuedRecords() == slots && writer.queuedBytes() == 0);
        assertEquals(List.of("1"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void anAppendInDoubtCannotBeWithdrawn() {
        LogWriter writer = faultyWriter();
        connector.failNextBatch(Fault.AFTER_COMMIT, () -> connector.refuseConnections(1_000));
        AppendTicket inDoubt = writer.append(Records.add("done"), heard).orElseThrow();
        await().until(() -> writer.state() == LogState.UNAVAILABLE);

        assertFalse(inDoubt.withdraw());
        connector.refuseConnections(0);

        await().until(() -> heard.total() == 1);
        assertEquals(List.of("done"), heard.bodies());
    }

    @Test
    void anOwnerThatLostTheLogCommitsNothingMore() {
        LogWriter old = log.writer();
        old.append(Records.add("before"), heard);
        await().until(() -> heard.committed.size() == 1);

        LogWriter successor = log.writer();
        Heard late = new Heard();
        old.append(Records.add("late"), late);
        old.submit(List.of(new Change.Cursor(Records.LANE, "primary", 99)), true, () -> late.failed("durable"));
        successor.append(Records.add("after"), heard);

        await().until(() -> late.total() == 1 && heard.committed.size() == 2);
        assertEquals(1, late.failures.size());
        await().until(() -> old.state() == LogState.FENCED);
        old.append(Records.add("later"), late);
        await().until(() -> late.failures.size() == 2);
        assertEquals(List.of("2"), log.column("SELECT count(*) FROM log_record"));
        assertEquals(List.of(), log.column("SELECT lsn FROM lane_cursor"));
        assertEquals(LogState.OPEN, successor.state());
    }

    @Test
    void anIdleOwnerNoticesItsSuccessor() {
        LogWriter old = log.writer();

        log.take();

        await().until(() -> old.state() == LogState.FENCED);
    }

    @Test
    void aRecordCommittedJustBeforeTheLogWasLostIsLeftToTheSuccessor() {
        LogWriter old = faultyWriter();
        connector.failNextBatch(Fault.AFTER_COMMIT, log::take);

        old.append(Records.add("x"), heard);

        await().until(() -> heard.total() == 1);
        assertEquals(1, heard.unknown.size());
        assertEquals(List.of("1"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void aRecordNotCommittedBeforeTheLogWasLostFails() {
        LogWriter old = faultyWriter();
        connector.failNextBatch(Fault.BEFORE_COMMIT, log::take);

        old.append(Records.add("x"), heard);

        await().until(() -> heard.total() == 1);
        assertEquals(1, heard.failures.size());
        assertEquals(List.of("0"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void aLogThatForgotCommitsIsNotWrittenAndNotGivenAway() {
        LogWriter writer = log.writer();
        IntStream.range(0, 3).forEach(i -> writer.append(Records.add("x"), heard));
        await().until(() -> heard.committed.size() == 3);

        log.execute("DELETE FROM log_record WHERE lsn = " + heard.lsns().getLast());
        log.killWriterBackend();

        await().until(() -> writer.state() == LogState.TRUNCATED);
        writer.append(Records.add("late"), heard);
        await().until(() -> heard.failures.size() == 1);
        var before = log.owners.read().heartbeat();
        await().until(() -> log.owners.read().heartbeat().isAfter(before));
    }

    @Test
    void ownershipIsConfirmedWhileIdle() {
        LogWriter writer = log.writer();
        long opened = writer.confirmedAtNanos();

        await().until(() -> writer.confirmedAtNanos() - opened > 0);
    }
}
