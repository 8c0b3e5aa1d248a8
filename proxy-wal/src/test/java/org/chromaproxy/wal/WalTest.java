package org.chromaproxy.wal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.TransactionUuid;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Test;

/** The log as the proxy's main program uses it. */
class WalTest {
    private final WalConfig config = WalConfig.of(EmbeddedServer.shared().freshDatabase(1_000_000));

    @Test
    void aProxyThatClosesLeavesTheLogToTheNextWhichReadsEverything() {
        Heard heard = new Heard();
        try (Wal first = Wal.open(config);
                Wal second = Wal.open(config)) {
            OwnedLog owned = first.tryOwn().orElseThrow();
            assertTrue(second.tryOwn().isEmpty());
            owned.writer().append(Records.add("x"), heard);
            await().until(() -> heard.total() == 1);
            owned.close();

            OwnedLog next = second.tryOwn().orElseThrow();

            assertEquals(2, next.epoch());
            List<LogRecord> read = new ArrayList<>();
            second.reader().forEachAfter(second.reader().lowWater(), read::add);
            assertEquals(heard.lsns(), read.stream().map(LogRecord::lsn).toList());
            await().until(() -> next.writer().state() == LogState.OPEN);
        }
    }

    @Test
    void aServerThatIsNotThereIsAStoreException() {
        DatabaseTarget nowhere = DatabaseTarget.of("jdbc:postgresql://localhost:1/none", "u", "p");

        assertThrows(StoreException.class, () -> Wal.open(WalConfig.of(nowhere)));
    }

    @Test
    void aTransactionIdNamesItsRecordInItsOwnLogOnly() {
        var log = UUID.fromString("6f1c2f6e-6a53-4d1c-9a53-0123456789ab");
        var other = UUID.fromString("7f1c2f6e-6a53-4d1c-9a53-0123456789ab");

        var id = TransactionUuid.of(log, 4711);

        assertEquals(8, id.version());
        assertEquals(2, id.variant());
        assertEquals(OptionalLong.of(4711), TransactionUuid.lsn(log, id));
        assertEquals(OptionalLong.empty(), TransactionUuid.lsn(other, id));
    }
}
