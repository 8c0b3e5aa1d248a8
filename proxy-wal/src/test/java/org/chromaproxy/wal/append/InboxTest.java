package org.chromaproxy.wal.append;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final NewRecord RECORD = Records.add("{}");
    private static final int WEIGHT = RECORD.weight();

    private final WriterSettings settings = new WriterSettings(
            new WriterSettings.Bound(3, 2L * WEIGHT),
            new WriterSettings.Bound(2, 1L << 20),
            new WriterSettings.TailBound(0, Duration.ZERO),
            Duration.ofMillis(50),
            Duration.ofSeconds(1));
    private final Inbox inbox = new Inbox(settings);

    private Inbox.PendingAppend append(NewRecord content) {
        return new Inbox.PendingAppend(content, silent(AppendListener.class), inbox::withdrawn);
    }

    private static <T> T silent(Class<T> listener) {
        return listener.cast(Proxy.newProxyInstance(
                listener.getClassLoader(), new Class<?>[] {listener}, (proxy, method, arguments) -> null));
    }

    private static Inbox.ChangeGroup changes(boolean urgent) {
        return new Inbox.ChangeGroup(List.of(), urgent, silent(WriteAheadLog.ChangeListener.class));
    }

    @Test
    void recordsAreRefusedAtTheBoundUntilOneIsSettled() {
        Inbox.PendingAppend first = append(RECORD);
        assertTrue(inbox.offer(first));
        assertTrue(inbox.offer(append(RECORD)));
        assertFalse(inbox.offer(append(RECORD)));
        assertEquals(2, inbox.queuedRecords());

        inbox.drainTo(new Batch(settings, 1, Instant.EPOCH), true);
        assertFalse(inbox.offer(append(RECORD)));
        inbox.settled(first);
        assertTrue(inbox.offer(append(RECORD)));
        assertEquals(2L * WEIGHT, inbox.queuedBytes());
    }

    @Test
    void oneIsLetInHoweverLargeWhenNoneWaits() {
        assertTrue(inbox.offer(append(Records.add(" ".repeat(3 * WEIGHT)))));
        assertFalse(inbox.offer(append(RECORD)));
    }

    @Test
    void whatIsWithdrawnGivesItsBytesBackAtOnceAndIsNotWritten() {
        Inbox.PendingAppend withdrawn = append(RECORD);
        inbox.offer(withdrawn);

        assertTrue(withdrawn.withdraw());
        assertEquals(0, inbox.queuedBytes());
        assertNull(withdrawn.take());
        inbox.dropWithdrawn();
        assertEquals(0, inbox.queuedRecords());
        assertTrue(inbox.isEmpty());
    }

    @Test
    void whatTheWriterHasTakenCannotBeWithdrawnUntilItIsGivenBack() {
        Inbox.PendingAppend taken = append(RECORD);
        assertEquals(RECORD, taken.take());

        assertFalse(taken.withdraw());
        taken.release();
        assertTrue(taken.withdraw());
        assertFalse(taken.retake());
    }

    @Test
    void changesThatMayWaitGoAlongBeforeAnUrgentOne() {
        inbox.offer(changes(false));
        assertTrue(inbox.onlyLazyChanges());
        Batch batch = new Batch(settings, 1, Instant.EPOCH);
        inbox.drainTo(batch, false);
        assertTrue(batch.isEmpty());

        inbox.offer(changes(true));
        inbox.drainTo(batch, false);
        assertFalse(batch.isEmpty());
        assertFalse(inbox.hasChanges());
    }
}
