package org.chromaproxy.wal.append;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.Tenure;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a transaction's number costs its commit, without fsync, so at its worst: transactions with and without, in turn. */
@Tag("slow")
class BatchNumberCost {
    private static final Logger LOG = LoggerFactory.getLogger(BatchNumberCost.class);
    private static final int ROUNDS = 3_000;
    private static final int BODY = 2_000;

    @Test
    void measured() {
        for (int batch : List.of(1, 100)) {
            try (LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
                    LogSession session = log.database.sessions().open()) {
                session.coverSegments(1, 2L * ROUNDS * batch);
                measure(log, session, batch);
            }
        }
    }

    private static void measure(LogFixture log, LogSession session, int batch) {
        Tenure tenure = log.take();
        List<Long> with = new ArrayList<>();
        List<Long> without = new ArrayList<>();
        long lsn = 1;
        for (int round = 1; round <= ROUNDS; round++) {
            for (boolean numbered : round % 2 == 0 ? List.of(true, false) : List.of(false, true)) {
                List<LogRecord> records = new ArrayList<>();
                for (int i = 0; i < batch; i++) {
                    records.add(
                            new LogRecord(lsn++, Instant.now(), Records.add(new byte[BODY], Optional.empty()), BODY));
                }
                long begun = System.nanoTime();
                session.begin(tenure, numbered ? round : 0, null);
                session.insert(records);
                session.apply(List.of(new Change.Cursor(Records.LANE, "primary", lsn)));
                session.commit();
                (numbered ? with : without).add(System.nanoTime() - begun);
            }
        }
        assertEquals(ROUNDS, session.end().batch());
        LOG.info(
                "transactions of {}: {} us without, {} us with a number: {} of the time",
                batch,
                Math.round(median(without) / 1e3),
                Math.round(median(with) / 1e3),
                String.format("%.2f", median(with) / median(without)));
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().toList().get(nanos.size() / 2);
    }
}
