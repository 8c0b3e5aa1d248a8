package org.chromaproxy.wal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
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

/** What the lanes' index costs the COPY: the same batches into a log with it and one without, in turn. */
@Tag("slow")
class LaneIndexCost {
    private static final Logger LOG = LoggerFactory.getLogger(LaneIndexCost.class);
    private static final int ROUNDS = 200;
    private static final int LANES = 100_000;
    private static final int BODY = 2_000;
    private static final long SEED = 42;

    private static final class Side implements AutoCloseable {
        private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
        private final LogSession session;
        private final Tenure tenure;
        private long batches;
        private final List<Long> nanos = new ArrayList<>();

        Side(boolean indexed) {
            if (!indexed) {
                log.execute("DROP INDEX log_record_lane");
            }
            tenure = log.take();
            session = log.database.sessions().open();
            session.coverSegments(1, 1);
        }

        void write(List<LogRecord> batch) {
            long begun = System.nanoTime();
            session.begin(tenure, ++batches, null);
            session.insert(batch);
            session.commit();
            nanos.add(System.nanoTime() - begun);
        }

        /** Of the batches' times: less moved by a checkpoint than their sum. */
        double median() {
            return nanos.stream().sorted().toList().get(nanos.size() / 2);
        }

        @Override
        public void close() {
            session.close();
            log.close();
        }
    }

    @Test
    void measured() {
        for (int batch : List.of(10, 1_000)) {
            measure(batch);
        }
    }

    private static void measure(int batch) {
        Random random = new Random(SEED);
        long lsn = 1;
        try (Side with = new Side(true);
                Side without = new Side(false)) {
            for (int round = 0; round < ROUNDS; round++) {
                List<LogRecord> records = new ArrayList<>();
                for (int i = 0; i < batch; i++) {
                    UUID lane = new UUID(0x7000, 1 + random.nextInt(LANES));
                    records.add(new LogRecord(
                            lsn++, Instant.now(), Records.add(lane, new byte[BODY], Optional.empty()), BODY));
                }
                Side first = round % 2 == 0 ? with : without;
                Side second = round % 2 == 0 ? without : with;
                first.write(records);
                second.write(records);
            }
            assertEquals(List.of(Long.toString(lsn - 1)), with.log.column("SELECT count(*) FROM log_record"));
            assertEquals(List.of(Long.toString(lsn - 1)), without.log.column("SELECT count(*) FROM log_record"));
            LOG.info(
                    "batches of {}: {} records/s without, {} with the index: {} of the time",
                    batch,
                    Math.round(batch * 1e9 / without.median()),
                    Math.round(batch * 1e9 / with.median()),
                    String.format("%.2f", with.median() / without.median()));
        }
    }
}
