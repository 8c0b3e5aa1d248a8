package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.chromaproxy.lane.LargeBodies;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;

/** What PostgreSQL holds: it outlives every process. Its rules for changes are those of the log's own statements. */
final class DurableLog {
    /** A lane on an instance. */
    private record Where(UUID lane, String instance) {}

    private final NavigableMap<Long, LogRecord> records = new TreeMap<>();
    /** The same of each lane. */
    private final Map<UUID, NavigableMap<Long, LogRecord>> lanes = new HashMap<>();

    private final Map<String, Long> transactions = new LinkedHashMap<>();
    private final Map<Long, Change.Outcome> outcomes = new LinkedHashMap<>();
    private final Map<Long, byte[]> resolutions = new LinkedHashMap<>();
    private final Map<Where, Change.Cursor> cursors = new LinkedHashMap<>();
    /** By lane: the furthest of its cursors. */
    private final Map<UUID, Long> passed = new HashMap<>();

    private final Map<UUID, Change.Lead> leaders = new LinkedHashMap<>();
    private final Map<UUID, Mapping> mappings = new LinkedHashMap<>();
    private final List<UUID> flat = new ArrayList<>();
    private final List<Mapping.Path> retired = new ArrayList<>();
    private final Map<UUID, Change.Purge> purges = new LinkedHashMap<>();
    private final Map<UUID, Long> last = new LinkedHashMap<>();
    private long lowWater;

    void append(LogRecord record) {
        records.put(record.lsn(), record);
        lane(record.content().subject().lane()).put(record.lsn(), record);
        if (record.content().kind() != OpKind.REPAIR) {
            last.put(record.content().subject().lane(), record.lsn());
        }
        record.content().transaction().ifPresent(own -> transactions.put(own.id(), record.lsn()));
    }

    private NavigableMap<Long, LogRecord> lane(UUID lane) {
        return lanes.computeIfAbsent(lane, _ -> new TreeMap<>());
    }

    /** The LSN of the last record of a lane, of whatever kind; 0 if there is none. */
    long lastOf(UUID lane) {
        return lane(lane).isEmpty() ? 0 : lane(lane).lastKey();
    }

    Optional<LogRecord> byTransaction(String id) {
        return Optional.ofNullable(transactions.get(id)).map(records::get);
    }

    /** Why a group of changes cannot be stored; empty if it can. */
    Optional<String> refuses(List<? extends Change> changes) {
        boolean puts = false;
        for (Change change : changes) {
            puts |= change instanceof Change.PutMapping;
        }
        return puts ? refusesMapping(changes) : Optional.empty();
    }

    private Optional<String> refusesMapping(List<? extends Change> changes) {
        Map<UUID, Mapping> then = new LinkedHashMap<>(mappings);
        for (Change change : changes) {
            switch (change) {
                case Change.PutMapping put -> {
                    Mapping mapping = put.mapping();
                    boolean taken = mapping.deletedLsn() == 0
                            && then.values().stream()
                                    .anyMatch(other -> other.deletedLsn() == 0
                                            && !other.publicId().equals(mapping.publicId())
                                            && other.path().equals(mapping.path()));
                    if (taken) {
                        return Optional.of("the name " + mapping.path() + " is taken");
                    }
                    then.put(mapping.publicId(), mapping);
                }
                case Change.DropMapping drop -> then.remove(drop.publicId());
                default -> {}
            }
        }
        return Optional.empty();
    }

    void store(Change change) {
        switch (change) {
            case Change.Cursor cursor -> {
                cursors.merge(
                        new Where(cursor.lane(), cursor.instance()), cursor, (a, b) -> a.lsn() >= b.lsn() ? a : b);
                passed.merge(cursor.lane(), cursor.lsn(), Math::max);
            }
            case Change.Outcome outcome ->
                outcomes.merge(
                        outcome.lsn(),
                        outcome,
                        (a, b) -> b.state() != TransactionState.PENDING_RECOVERY
                                        || a.state() == TransactionState.PENDING_RECOVERY
                                ? b
                                : a);
            case Change.Resolution resolution -> resolutions.putIfAbsent(resolution.lsn(), resolution.body());
            case Change.Lead lead -> leaders.merge(lead.lane(), lead, (a, b) -> a.term() > b.term() ? a : b);
            case Change.PutMapping put -> mappings.put(put.mapping().publicId(), put.mapping());
            case Change.DropMapping drop -> {
                mappings.remove(drop.publicId());
                leaders.remove(drop.publicId());
            }
            case Change.Flat each -> {
                flat.remove(each.publicId());
                if (each.flat()) {
                    flat.add(each.publicId());
                }
            }
            case Change.RetiredName name -> retired.add(name.path());
            case Change.Purge purge -> purges.putIfAbsent(purge.instanceId(), purge);
            case Change.Purged purged -> purges.remove(purged.instanceId());
            case Change.Witness witness -> {}
        }
    }

    long lastLsn() {
        return records.isEmpty() ? 0 : records.lastKey();
    }

    long lowWater() {
        return lowWater;
    }

    /** Everything up to here is applied everywhere; it only grows. */
    void advance(long lsn) {
        lowWater = Math.max(lowWater, lsn);
    }

    Collection<LogRecord> records() {
        return records.values();
    }

    boolean holds(long lsn) {
        return records.containsKey(lsn);
    }

    Optional<Change.Outcome> outcome(long lsn) {
        return Optional.ofNullable(outcomes.get(lsn));
    }

    /** The body that servers are sent. */
    byte[] body(long lsn) {
        byte[] resolved = resolutions.get(lsn);
        LogRecord record = records.get(lsn);
        if (record == null) {
            throw new IllegalStateException("record " + lsn + " is not in the log");
        }
        return resolved == null ? record.content().request().body() : resolved;
    }

    /** The record of that LSN. */
    Optional<LogRecord> record(long lsn) {
        return Optional.ofNullable(records.get(lsn));
    }

    /** Whether the log holds a record of that lane that is not behind its durable cursor. */
    boolean hasMore(UUID lane, String instance) {
        return last.getOrDefault(lane, 0L) > cursor(lane, instance);
    }

    /** The next records of a lane, as the log's reader gives them. */
    List<LoggedRecord> page(UUID lane, long after, int most, long bytes) {
        List<LoggedRecord> page = new ArrayList<>();
        long sum = 0;
        for (LogRecord record : lane(lane).tailMap(after, false).values()) {
            sum += record.bodyBytes();
            if (page.size() == most || (sum > bytes && !page.isEmpty())) {
                break;
            }
            byte[] body = record.bodyBytes() > LargeBodies.LARGE ? new byte[0] : body(record.lsn());
            page.add(new LoggedRecord(
                    record.withBody(body), resolutions.containsKey(record.lsn()), outcome(record.lsn())));
        }
        return page;
    }

    /** What the log holds of each lane above a mark: how many, their bytes, the last. */
    Map<UUID, long[]> tails(long above) {
        Map<UUID, long[]> tails = new LinkedHashMap<>();
        for (LogRecord record : records.tailMap(above, false).values()) {
            if (record.content().kind() != OpKind.REPAIR) {
                long[] tail = tails.computeIfAbsent(record.content().subject().lane(), _ -> new long[3]);
                tail[0]++;
                tail[1] += record.bodyBytes();
                tail[2] = record.lsn();
            }
        }
        return tails;
    }

    /** The records above a mark that no lane will decide, as the log's reader finds them. */
    List<Long> leftBehind(long above) {
        return records.tailMap(above, false).values().stream()
                .filter(record ->
                        !record.content().kind().catalog() && record.content().kind() != OpKind.REPAIR)
                .filter(record -> !known(record.content().subject().lane()))
                .filter(record -> outcome(record.lsn())
                        .filter(outcome -> outcome.state() != TransactionState.PENDING_RECOVERY)
                        .isEmpty())
                .filter(this::passedByNone)
                .map(LogRecord::lsn)
                .toList();
    }

    private boolean passedByNone(LogRecord record) {
        UUID lane = record.content().subject().lane();
        return passed.getOrDefault(lane, 0L) < record.lsn();
    }

    /** What a start reads: cursors of collections without a mapping are not among them. */
    List<Change.Cursor> cursors() {
        return cursors.values().stream().filter(each -> known(each.lane())).toList();
    }

    private boolean known(UUID lane) {
        return lane.equals(Subject.CATALOG) || mappings.containsKey(lane);
    }

    long cursor(UUID lane, String instance) {
        Change.Cursor cursor = cursors.get(new Where(lane, instance));
        return cursor == null ? 0 : cursor.lsn();
    }

    /** The same of leaders. */
    List<Change.Lead> leaders() {
        return leaders.values().stream().filter(each -> known(each.lane())).toList();
    }

    Collection<Mapping> mappings() {
        return mappings.values();
    }

    List<UUID> flat() {
        return List.copyOf(flat);
    }

    List<Mapping.Path> retired() {
        return List.copyOf(retired);
    }

    Collection<Change.Purge> purges() {
        return purges.values();
    }
}
