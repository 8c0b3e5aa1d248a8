package org.chromaproxy.wal.append;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes beside the records: cursors, outcomes, mappings, leaders, witnesses. */
class ChangesTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(1, 2);

    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    private final LogWriter writer = log.writer();

    @AfterEach
    void close() {
        log.close();
    }

    private void durable(Change... changes) {
        AtomicBoolean done = new AtomicBoolean();
        writer.submit(List.of(changes), true, () -> done.set(true));
        await().untilTrue(done);
    }

    private static Change.Cursor cursor(long lsn) {
        return new Change.Cursor(Records.LANE, "primary", lsn);
    }

    private static Mapping mapping(UUID id, String name, long deletedLsn, Map<String, Place> places) {
        return new Mapping(
                id, new Mapping.Path("t", "d", name), 7, deletedLsn, Instant.parse("2026-01-02T03:04:05Z"), places);
    }

    private static Place place(UUID id) {
        return new Place(id, PlaceState.READY, "");
    }

    @Test
    void cursorsOfOneLaneBecomeOneAndNeverGoBack() {
        durable(cursor(5), cursor(9), cursor(7));
        assertEquals(List.of(cursor(9)), log.queries.cursors());

        durable(cursor(8));

        assertEquals(List.of(cursor(9)), log.queries.cursors());
    }

    @Test
    void aLazyChangeIsDurableSoonWithoutCompany() {
        AtomicBoolean done = new AtomicBoolean();

        writer.submit(List.of(cursor(1)), false, () -> done.set(true));

        await().atMost(Duration.ofMillis(500))
                .pollInterval(Duration.ofMillis(5))
                .untilTrue(done);
        assertEquals(List.of(cursor(1)), log.queries.cursors());
    }

    @Test
    void noSnapshotSeesACursorBeyondAnOutcomeThatIsMissing() {
        List<Long> done = new CopyOnWriteArrayList<>();
        LongStream.rangeClosed(1, 300).forEach(lsn -> {
            writer.submit(List.of(outcome(lsn, TransactionState.FAILED)), false, () -> {});
            writer.submit(List.of(cursor(lsn)), lsn % 3 == 0, () -> done.add(lsn));
        });

        List<String> gaps = new ArrayList<>();
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            gaps.addAll(log.column("SELECT c.lsn - count(o.*) FROM lane_cursor c LEFT JOIN record_outcome o"
                    + " ON o.lsn <= c.lsn GROUP BY c.lsn"));
            return done.size() == 300;
        });
        assertTrue(gaps.stream().allMatch("0"::equals), () -> "missing outcomes: " + gaps);
        assertEquals(LongStream.rangeClosed(1, 300).boxed().toList(), done);
    }

    private static Change.Outcome outcome(long lsn, TransactionState state) {
        return new Change.Outcome(lsn, state, 400, "because", "{}".getBytes(UTF_8));
    }

    @Test
    void theLastOutcomeOfARecordStands() {
        durable(outcome(3, TransactionState.PENDING_RECOVERY), outcome(3, TransactionState.RECOVERED));
        assertEquals(
                TransactionState.RECOVERED, log.queries.outcome(3).orElseThrow().state());

        durable(outcome(3, TransactionState.FAILED));

        Change.Outcome stored = log.queries.outcome(3).orElseThrow();
        assertEquals(TransactionState.FAILED, stored.state());
        assertEquals("{}", new String(stored.response(), UTF_8));
    }

    /** Reasons quote what servers answer. */
    @Test
    void aReasonIsStoredWithoutWhatATextCannotHold() {
        String reason = "it says: \0\ud800\ud83d\ude00";
        durable(
                new Change.Outcome(4, TransactionState.FAILED, 400, reason, new byte[0]),
                new Change.PutMapping(
                        mapping(A, "things", 0, Map.of("replica", new Place(B, PlaceState.DIVERGED, reason)))));

        String stored = "it says: \ufffd\ufffd\ud83d\ude00";
        assertEquals(stored, log.queries.outcome(4).orElseThrow().reason());
        assertEquals(List.of(stored), log.column("SELECT reason FROM collection_place"));
    }

    @Test
    void aMappingIsReplacedWithAllItsPlaces() {
        Mapping both = mapping(A, "things", 0, Map.of("primary", place(A), "replica", place(B)));
        durable(new Change.PutMapping(both));
        assertEquals(List.of(both), log.queries.mappings());

        Mapping one =
                mapping(A, "renamed", 0, Map.of("replica", new Place(B, PlaceState.DIVERGED, "answered otherwise")));
        durable(new Change.PutMapping(one));
        assertEquals(List.of(one), log.queries.mappings());

        durable(new Change.DropMapping(A));
        assertEquals(List.of(), log.queries.mappings());
        assertEquals(List.of("0"), log.column("SELECT count(*) FROM collection_place"));
    }

    @Test
    void whatIsKnownOfArrayMetadataEndsWithTheFirstOfItAndWithTheMapping() {
        durable(
                new Change.PutMapping(mapping(A, "x", 0, Map.of())),
                new Change.Flat(A, true),
                new Change.Flat(B, true));
        List<UUID> flat = new ArrayList<>();
        log.queries.forEachFlat(flat::add);
        assertEquals(Set.of(A, B), Set.copyOf(flat));

        durable(new Change.Flat(B, false), new Change.Flat(A, true), new Change.DropMapping(A));
        flat.clear();
        log.queries.forEachFlat(flat::add);
        assertEquals(List.of(), flat);
    }

    @Test
    void whatIsLeftOfADeletedCollectionIsKnownUntilItIsPurged() {
        Change.Purge here = new Change.Purge("primary", A, new Mapping.Path("t", "d", "hidden"));
        Change.Purge there = new Change.Purge("replica", A, new Mapping.Path("t", "d", "hidden"));
        durable(here, there, here);
        assertEquals(Set.of(here, there), Set.copyOf(log.queries.purges()));

        durable(new Change.Purged("primary", A));
        assertEquals(List.of(there), log.queries.purges());
    }

    @Test
    void namesCanBeFreedTakenAndSwappedInOneTransaction() {
        durable(new Change.PutMapping(mapping(A, "x", 0, Map.of())));
        durable(
                new Change.PutMapping(mapping(A, "x", 11, Map.of())),
                new Change.PutMapping(mapping(B, "x", 0, Map.of())));
        UUID c = new UUID(1, 3);

        durable(
                new Change.PutMapping(mapping(c, "y", 0, Map.of())),
                new Change.PutMapping(mapping(B, "tmp", 0, Map.of())),
                new Change.PutMapping(mapping(c, "x", 0, Map.of())),
                new Change.PutMapping(mapping(B, "y", 0, Map.of())));

        assertEquals(
                List.of("x", "y", "x"),
                log.queries.mappings().stream().map(one -> one.path().name()).toList());
    }

    @Test
    void aMappingThatPostgresRefusesDoesNotStopTheOthers() {
        durable(new Change.PutMapping(mapping(A, "x", 0, Map.of())));
        List<String> heard = new CopyOnWriteArrayList<>();
        ChangeListener listener = ChangeListener.of(() -> heard.add("durable"), heard::add);
        writer.submit(List.of(new Change.PutMapping(mapping(B, "x", 0, Map.of()))), false, listener);

        durable(cursor(4));

        assertEquals(List.of(cursor(4)), log.queries.cursors());
        assertEquals(1, log.queries.mappings().size());
        // What PostgreSQL says stays in the proxy's log.
        assertEquals(List.of("PostgreSQL does not take it, the proxy's own log says why"), heard);
    }

    @Test
    void aLeaderOfAnOlderTermDoesNotReplaceANewer() {
        durable(new Change.Lead(A, "replica", 3));
        durable(new Change.Lead(A, "primary", 2));

        assertEquals(List.of(new Change.Lead(A, "replica", 3)), log.queries.leaders());
    }

    @Test
    void whoLedBeforeIsKeptUntilTheNextChangeOfLeader() {
        Change.Lead lead = new Change.Lead(
                A, "third", 3, List.of(new Change.Teller("primary", 7), new Change.Teller("replica", 9)));
        durable(lead);
        assertEquals(List.of(lead), log.queries.leaders());

        durable(new Change.Lead(A, "primary", 4));
        assertEquals(List.of(new Change.Lead(A, "primary", 4)), log.queries.leaders());
    }

    @Test
    void theLastWitnessOfAnInstanceStands() {
        durable(new Change.Witness("primary", "one", 5), new Change.Witness("primary", "two", 4));

        assertEquals(List.of(new Change.Witness("primary", "two", 4)), log.queries.witnesses());
    }
}
