package org.chromaproxy.wal.append;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One transaction id, one record. */
class ClientTransactionTest {
    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    private final Heard first = new Heard();
    private final Heard second = new Heard();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aRepeatInTheSameBatchIsNotLogged() {
        LogWriter writer = log.unstarted(WriterSettings.DEFAULT);
        writer.append(Records.transaction("tx", "a"), first);
        writer.append(Records.transaction("tx", "a"), second);
        writer.append(Records.transaction("tx", "other"), second);
        writer.append(Records.transaction("tx-2", "a"), first);

        log.opened(writer.start());

        await().until(() -> first.total() == 2 && second.total() == 2);
        long lsn = first.lsns().getFirst();
        assertEquals(List.of(lsn + ":true", lsn + ":false"), second.duplicates);
        assertEquals(List.of("2"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void aRepeatInALaterBatchHearsWhoHoldsTheId() {
        LogWriter writer = log.writer();
        writer.append(Records.transaction("tx", "a"), first);
        await().until(() -> first.total() == 1);

        writer.append(Records.transaction("tx", "a"), second);
        writer.append(Records.transaction("tx", "b"), second);

        await().until(() -> second.total() == 2);
        long lsn = first.lsns().getFirst();
        assertEquals(List.of(lsn + ":true", lsn + ":false"), second.duplicates);
    }

    @Test
    void anIdTooLongForTheLogFailsAloneAndAtOnce() {
        LogWriter writer = log.writer();
        // Incompressible: PostgreSQL compresses a key before it measures it.
        String id = new Random(1)
                .ints(9_000, 'a', 'z')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        writer.append(Records.transaction(id, "a"), first);
        writer.append(Records.transaction("tx", "a"), second);

        await().until(() -> first.total() == 1 && second.total() == 1);
        assertEquals(1, first.failures.size());
        assertEquals(1, second.committed.size());
    }

    @Test
    void aRepeatAfterARestartIsStillARepeat() {
        LogWriter before = log.writer();
        before.append(Records.transaction("tx", "a"), first);
        await().until(() -> first.total() == 1);
        before.close();

        log.writer().append(Records.transaction("tx", "a"), second);

        await().until(() -> second.total() == 1);
        assertEquals(List.of(first.lsns().getFirst() + ":true"), second.duplicates);
    }

    @Test
    void equalIdsOfDifferentScopesAreDifferentTransactions() {
        LogWriter writer = log.writer();
        writer.append(Records.transaction("tx", "a"), first);
        writer.append(Records.add(new byte[0], Optional.of(new ClientTransaction("bob@tenant", "tx", "a"))), first);

        await().until(() -> first.total() == 2);
        assertEquals(2, first.committed.size());
    }
}
