package org.chromaproxy.wal.recovery;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LaneBacklog;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.TransactionVeil;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.store.query.LaneSql;
import org.chromaproxy.wal.store.query.LogQueries;
import org.chromaproxy.wal.store.query.LogSpace;

/** What recovery needs to know, read from the log. Take ownership first: what is read then can no longer change. */
public final class LogReader {
    private static final int PAGE = 5_000;

    private final LogQueries queries;
    private final LaneSql lanes;
    private volatile LongSupplier lastBatch = () -> 0;

    public LogReader(LogQueries queries) {
        this.queries = queries;
        this.lanes = new LaneSql(queries);
    }

    /** The identity of this log: other logs have others. */
    public UUID logId() {
        return queries.logId();
    }

    /** What transaction ids are made and read with; for the log's owner. */
    public TransactionVeil veil() {
        return queries.veil();
    }

    /** Up to here every record is applied wherever it has to be, or given up; recovery starts above. */
    public long lowWater() {
        return queries.lowWater();
    }

    /** When the first record above {@code lsn} was logged; empty at the log's end. */
    public Optional<Instant> loggedAfter(long lsn) {
        return queries.recordsAfter(lsn, 1).stream().findFirst().map(LogRecord::createdAt);
    }

    /** Passes every record above {@code lsn} on, in LSN order, without bodies; in pages, so memory stays small. */
    public void forEachAfter(long lsn, Consumer<LogRecord> consumer) {
        long after = lsn;
        while (true) {
            List<LogRecord> page = queries.recordsAfter(after, PAGE);
            page.forEach(consumer);
            if (page.size() < PAGE) {
                return;
            }
            after = page.getLast().lsn();
        }
    }

    /** Passes on every lane with records above {@code lsn}, in no order; in pages, so memory stays small. */
    public void forEachLaneAfter(long lsn, Consumer<LaneBacklog> consumer) {
        lanes.backlogs(lsn, consumer);
    }

    /**
     * The next records of a lane above {@code lsn}, in LSN order, with bodies and outcomes; empty at the lane's end.
     *
     * @param records at most so many
     * @param bytes at most so many of bodies, but one record whatever its size
     * @throws StoreException also while the log is shorter than it was: its end would be taken for the lane's
     */
    public List<LoggedRecord> page(UUID lane, long lsn, int records, long bytes) {
        return page(lane, lsn, records, bytes, Long.MAX_VALUE);
    }

    /** The same without the bodies that have more than {@code largest} bytes. */
    public List<LoggedRecord> page(UUID lane, long lsn, int records, long bytes, long largest) {
        return lanes.page(lane, lsn, new LaneSql.Bound(records, bytes, largest), lastBatch.getAsLong());
    }

    /** Tells how far the log goes from now on: the number of the last transaction known to be durable. Thread-safe. */
    public void expect(LongSupplier last) {
        lastBatch = last;
    }

    /** Passes every outcome above {@code lsn} on, in LSN order. */
    void forEachOutcomeAfter(long lsn, Consumer<Change.Outcome> consumer) {
        long after = lsn;
        while (true) {
            List<Change.Outcome> page = queries.outcomesAfter(after, PAGE);
            page.forEach(consumer);
            if (page.size() < PAGE) {
                return;
            }
            after = page.getLast().lsn();
        }
    }

    /** The body of one record, or what it was resolved to; empty if it is not in the log (any more). */
    public Optional<byte[]> body(long lsn) {
        return Optional.ofNullable(queries.bodies(List.of(lsn)).get(lsn));
    }

    /** LSN → body; the caller bounds the bytes it asks for. Records not in the log are missing. */
    Map<Long, byte[]> bodies(Collection<Long> lsns) {
        return queries.bodies(lsns);
    }

    /** Passes on the cursors of the catalog and of every collection with a mapping; in pages, so memory stays small. */
    public void forEachCursor(Consumer<Change.Cursor> consumer) {
        queries.forEachCursor(consumer);
    }

    /**
     * Passes on the records above {@code lsn} that no lane will ever decide, in no order: of collections without a mapping, with neither an
     * outcome nor a cursor that has passed them. An owner died while it logged them, and their collection was gone.
     */
    public void forEachLeftBehind(long lsn, Consumer<Long> consumer) {
        queries.forEachLeftBehind(lsn, consumer);
    }

    /** Passes on the leaders of the catalog and of every collection with a mapping; in pages, so memory stays small. */
    public void forEachLeader(Consumer<Change.Lead> consumer) {
        queries.forEachLeader(consumer);
    }

    /** Passes every mapping on, tombstones included; in pages, so memory stays small. */
    public void forEachMapping(Consumer<Mapping> consumer) {
        queries.forEachMapping(consumer);
    }

    /** Passes on every collection whose records never had array-valued metadata. */
    public void forEachFlat(Consumer<UUID> consumer) {
        queries.forEachFlat(consumer);
    }

    /** Names spelled like an id that were given up in the last day, with the seconds that are left of it. */
    public Map<Mapping.Path, Long> retiredNames() {
        return queries.retiredNames();
    }

    /** What instances still hold of deleted collections. */
    public List<Change.Purge> purges() {
        return queries.purges();
    }

    /** The disk space of the log, and what a record pins of it. Cheap: file sizes only. */
    public LogSpace space() {
        return queries.space();
    }

    /** All cursors, those of deleted collections included, however many. */
    public List<Change.Cursor> cursors() {
        return queries.cursors();
    }

    /** The cursors of one lane. */
    public List<Change.Cursor> cursors(UUID lane) {
        return queries.cursors(lane);
    }

    /** All leaders, those of deleted collections included, however many. */
    public List<Change.Lead> leaders() {
        return queries.leaders();
    }

    /** All mappings, tombstones included. */
    public List<Mapping> mappings() {
        return queries.mappings();
    }

    public List<Change.Witness> witnesses() {
        return queries.witnesses();
    }
}
