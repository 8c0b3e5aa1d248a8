package org.chromaproxy.wal.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LaneBacklog;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Test;

/** A lane's records read from the log when they are needed, instead of being kept in memory. */
class LanePagesTest extends ReadBackTest {
    private static final UUID OTHER = new UUID(7, 7);

    /** Appends so that equal positions in the lists belong together. */
    private List<Long> append(List<UUID> lanes, List<String> bodies) {
        int before = heard.total();
        for (int i = 0; i < lanes.size(); i++) {
            writer.append(Records.add(lanes.get(i), bodies.get(i).getBytes(UTF_8), Optional.empty()), heard);
        }
        await().until(() -> heard.total() == before + lanes.size());
        return List.copyOf(heard.lsns().subList(before, before + lanes.size()));
    }

    private Map<UUID, LaneBacklog> backlogs(long after) {
        Map<UUID, LaneBacklog> backlogs = new HashMap<>();
        reader.forEachLaneAfter(after, backlog -> backlogs.put(backlog.lane(), backlog));
        return backlogs;
    }

    private long bytes(UUID lane) {
        return backlogs(0).values().stream()
                .filter(backlog -> backlog.lane().equals(lane))
                .mapToLong(LaneBacklog::bytes)
                .sum();
    }

    private static List<String> bodies(List<LoggedRecord> page) {
        return page.stream().map(one -> Records.text(one.record().content())).toList();
    }

    @Test
    void everyLaneWithRecordsAboveAnLsnIsToldWithTheirNumberAndBytes() {
        List<Long> lsns =
                append(List.of(Records.LANE, OTHER, OTHER, Records.LANE, OTHER), List.of("a", "bb", "ccc", "d", "e"));

        assertEquals(
                Map.of(
                        Records.LANE,
                        new LaneBacklog(Records.LANE, 2, 2, lsns.get(0), lsns.get(3)),
                        OTHER,
                        new LaneBacklog(OTHER, 3, 6, lsns.get(1), lsns.get(4))),
                backlogs(0));
        assertEquals(Map.of(OTHER, new LaneBacklog(OTHER, 1, 1, lsns.get(4), lsns.get(4))), backlogs(lsns.get(3)));
        assertEquals(Map.of(), backlogs(lsns.get(4)));
    }

    @Test
    void aPageHoldsOneLaneInOrderWithBodies() {
        List<Long> lsns = append(List.of(Records.LANE, OTHER, Records.LANE, Records.LANE), List.of("a", "x", "b", "c"));

        assertEquals(List.of("a", "b"), bodies(reader.page(Records.LANE, 0, 2, 1_000)));
        List<LoggedRecord> rest = reader.page(Records.LANE, lsns.get(2), 2, 1_000);
        assertEquals(List.of("c"), bodies(rest));
        assertEquals(lsns.get(3).longValue(), rest.getFirst().record().lsn());
        assertEquals(
                heard.committed.get(3).createdAt(), rest.getFirst().record().createdAt());
        assertEquals(Records.LANE, rest.getFirst().record().content().subject().lane());
        assertEquals(List.of(), reader.page(Records.LANE, lsns.get(3), 2, 1_000));
        assertEquals(List.of(), reader.page(new UUID(1, 1), 0, 2, 1_000));
    }

    @Test
    void aPageIsBoundedByTheBytesOfBodiesButNeverEmpty() {
        append(List.of(OTHER, OTHER, OTHER, OTHER), List.of("12345", "12345", "123456789", "1"));

        assertEquals(List.of("12345", "12345"), bodies(reader.page(OTHER, 0, 10, 10)));
        assertEquals(List.of("12345"), bodies(reader.page(OTHER, 0, 10, 9)));
        assertEquals(List.of("12345"), bodies(reader.page(OTHER, 0, 10, 0)));
        assertEquals(4, reader.page(OTHER, 0, 10, 20).size());
    }

    @Test
    void bodiesTooLargeForARowComeBackWhole() {
        String large = "x".repeat(3_000_000);
        append(List.of(OTHER, OTHER), List.of(large, "small"));

        List<LoggedRecord> page = reader.page(OTHER, 0, 10, 3_000_001);

        assertEquals(List.of(large), bodies(page));
        assertEquals(3_000_000, page.getFirst().record().bodyBytes());
        assertEquals(3_000_005, bytes(OTHER));
    }

    @Test
    void aResolvedRecordComesAsItWasResolvedAndSaysSo() {
        List<Long> lsns = append(List.of(OTHER, OTHER), List.of("{\"limit\":5}", "{}"));
        durable(new Change.Resolution(lsns.getFirst(), "{\"ids\":[\"a\"]}".getBytes(UTF_8)));

        List<LoggedRecord> page = reader.page(OTHER, 0, 10, 100);

        assertEquals(List.of("{\"ids\":[\"a\"]}", "{}"), bodies(page));
        assertEquals(
                List.of(true, false), page.stream().map(LoggedRecord::resolved).toList());
        assertEquals(13, page.getFirst().record().bodyBytes());
        assertEquals(15, bytes(OTHER));
    }

    @Test
    void aRecordComesWithItsOutcome() {
        List<Long> lsns = append(List.of(OTHER, OTHER), List.of("a", "b"));
        durable(new Change.Outcome(lsns.getFirst(), TransactionState.FAILED, 400, "no", "why".getBytes(UTF_8)));

        List<LoggedRecord> page = reader.page(OTHER, 0, 10, 100);

        Change.Outcome outcome = page.getFirst().outcome().orElseThrow();
        assertEquals(lsns.getFirst().longValue(), outcome.lsn());
        assertEquals(TransactionState.FAILED, outcome.state());
        assertEquals("why", new String(outcome.response(), UTF_8));
        assertTrue(page.getLast().outcome().isEmpty());
    }

    @Test
    void everySegmentHasTheIndexThatMakesPagesCheap() {
        append(List.of(OTHER), List.of("a"));

        List<String> unindexed = log.column("SELECT inhrelid::regclass::text FROM pg_inherits"
                + " WHERE inhparent = 'log_record'::regclass AND NOT EXISTS (SELECT FROM pg_index x"
                + " JOIN pg_inherits h ON h.inhrelid = x.indexrelid WHERE x.indrelid = pg_inherits.inhrelid"
                + " AND h.inhparent = 'log_record_lane'::regclass AND x.indisvalid)");

        assertEquals(List.of(), unindexed);
        assertTrue(log.column("SELECT count(*) > 0 FROM pg_inherits WHERE inhparent = 'log_record_lane'::regclass")
                .contains("t"));
    }

    @Test
    void aConsumerThatThrowsEndsTheReadAndLeavesTheConnectionUsable() {
        append(List.of(OTHER, Records.LANE), List.of("a", "b"));
        List<UUID> seen = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            try {
                reader.forEachLaneAfter(0, backlog -> {
                    seen.add(backlog.lane());
                    throw new IllegalStateException("on purpose");
                });
            } catch (IllegalStateException expected) {
                seen.add(backlogs(0).keySet().iterator().next());
            }
        }
        assertEquals(10, seen.size());
    }
}
