package org.chromaproxy.wal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.wal.record.LaneBacklog;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start reads from a log of 100,000 mapped collections and a million pending records; prints time and peak heap
 * of each call. Meant for {@code -Dtest.jvm=-Xmx180m}.
 */
@Tag("slow")
class StartUpScale {
    private static final Logger LOG = LoggerFactory.getLogger(StartUpScale.class);
    private static final int LANES = 100_000;
    private static final int RECORDS = 1_000_000;
    private static final int BODY = 1_000;

    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    private final LogReader reader = new LogReader(log.queries);

    private interface Call {
        Object run();
    }

    @BeforeEach
    void fill() {
        try (var session = log.database.sessions().open()) {
            session.coverSegments(1, 1);
        }
        String lane = "lpad(to_hex(1 + %s), 32, '0')::uuid";
        log.execute("INSERT INTO collection SELECT " + lane.formatted("n") + ", 'default_tenant', 'default_database',"
                + " 'collection-' || n, 0, 0, now() FROM generate_series(0, " + (LANES - 1) + ") n");
        log.execute("INSERT INTO collection_place SELECT public_id, instance, gen_random_uuid(), 'READY', ''"
                + " FROM collection, (VALUES ('primary'), ('replica')) i (instance)");
        log.execute("INSERT INTO lane_cursor SELECT public_id, instance, 0 FROM collection_place");
        log.execute("INSERT INTO lane_leader SELECT public_id, 'primary', 1 FROM collection");
        log.execute("INSERT INTO log_record SELECT n, now(), 1, " + lane.formatted("(n::bigint * 7919) % " + LANES)
                + ", " + lane.formatted("(n::bigint * 7919) % " + LANES)
                + ", 'default_tenant', 'default_database', '', '', 'POST', '/api/v2/tenants/default_tenant/databases/"
                + "default_database/collections/00000000-0000-0000-0000-000000000000/add', 'application/json',"
                + " NULL, NULL, NULL, decode(repeat('78', " + BODY + "), 'hex')"
                + " FROM generate_series(1, " + RECORDS + ") n");
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void everyReaderCallOfAStart() {
        AtomicLong passed = new AtomicLong();
        measured("mappings", () -> {
            reader.forEachMapping(one -> passed.incrementAndGet());
            return "";
        });
        assertEquals(LANES, passed.get());
        measured("cursors", () -> {
            reader.forEachCursor(one -> passed.incrementAndGet());
            return "";
        });
        measured("leaders", () -> {
            reader.forEachLeader(one -> passed.incrementAndGet());
            return "";
        });
        assertEquals(4 * LANES, passed.get());
        measured("space", reader::space);
        measured("outcomes after", () -> {
            reader.forEachOutcomeAfter(0, outcome -> {});
            return "";
        });
        AtomicLong records = new AtomicLong();
        measured("lanes after", () -> {
            reader.forEachLaneAfter(0, lane -> records.addAndGet(lane.records()));
            return "";
        });
        assertEquals(RECORDS, records.get());
        List<LaneBacklog> lanes = new ArrayList<>();
        measured("lanes after, kept", () -> {
            reader.forEachLaneAfter(0, lanes::add);
            return lanes;
        });
        assertEquals(LANES, lanes.size());
        measured("records after, one by one", () -> {
            reader.forEachAfter(0, one -> {});
            return "";
        });
        measured("1,000 pages of one lane each", () -> {
            for (LaneBacklog lane : lanes.subList(0, 1_000)) {
                List<LoggedRecord> page = reader.page(lane.lane(), 0, 200, 30 << 20);
                assertEquals(lane.records(), page.size());
            }
            return "";
        });
        assertEquals(List.of(), reader.page(new UUID(9, 9), 0, 200, 1));
    }

    private static void measured(String what, Call call) {
        System.gc();
        var heaps = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        heaps.forEach(pool -> pool.resetPeakUsage());
        long begun = System.nanoTime();
        Object kept = call.run();
        long millis = (System.nanoTime() - begun) / 1_000_000;
        long peak =
                heaps.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        System.gc();
        long after = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        LOG.info(
                "{}: {} ms, peak heap {} MB, then {} MB live ({})",
                what,
                millis,
                peak >> 20,
                after >> 20,
                kept instanceof List<?> list ? list.size() + " kept" : "none kept");
    }
}
