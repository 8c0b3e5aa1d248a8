package org.chromaproxy.wal.append;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.wal.append.Inbox.ChangeGroup;
import org.chromaproxy.wal.append.Inbox.PendingAppend;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.store.LogSession.Taken;
import org.jspecify.annotations.Nullable;

/** What goes into one transaction. Confined to the writer thread. */
final class Batch {
    /** A record with its place in the log and the one who waits for it. */
    record Entry(PendingAppend append, LogRecord record) {}

    private record TransactionKey(String scope, String id) {}

    private static final int CHANGE_WEIGHT = 64;
    private static final int MAX_CHANGES = 10_000;
    /** Larger bodies are sent in pieces. */
    private static final int MAX_LONE_BYTES = 64 << 10;

    private final WriterSettings settings;
    private final List<Entry> entries;
    private final List<ChangeGroup> groups;
    /** By the LSN of the record that must not be inserted. */
    private final Map<Long, Taken> duplicates = new HashMap<>();

    private final Instant now;
    private long nextLsn;
    private long bytes;
    private long changeBytes;
    private int changeCount;
    private boolean inDoubt;

    Batch(WriterSettings settings, long nextLsn, Instant now) {
        this(settings, new ArrayList<>(), new ArrayList<>(), now);
        this.nextLsn = nextLsn;
    }

    private Batch(WriterSettings settings, List<Entry> entries, List<ChangeGroup> groups, Instant now) {
        this.settings = settings;
        this.entries = entries;
        this.groups = groups;
        this.now = now;
    }

    boolean changesFull() {
        return changeCount >= MAX_CHANGES || changeBytes >= settings.batch().bytes();
    }

    boolean recordsFull() {
        return entries.size() >= settings.batch().records()
                || bytes >= settings.batch().bytes();
    }

    void add(ChangeGroup group) {
        groups.add(group);
        changeCount += group.changes().size();
        for (Change change : group.changes()) {
            changeBytes += weight(change);
        }
    }

    /** Bytes this change counts for. */
    static int weight(Change change) {
        int content = switch (change) {
            case Change.Outcome outcome -> outcome.response().length;
            case Change.Resolution resolution -> resolution.body().length;
            default -> 0;
        };
        return CHANGE_WEIGHT + content;
    }

    /** Gives the record the next LSN, for good: retries and splits keep it. */
    void add(PendingAppend append, NewRecord content) {
        long lsn = nextLsn++;
        append.assign(lsn);
        entries.add(new Entry(
                append, new LogRecord(lsn, now, content, content.request().body().length)));
        bytes += append.weight();
    }

    boolean isEmpty() {
        return entries.isEmpty() && groups.isEmpty();
    }

    long nextLsn() {
        return nextLsn;
    }

    List<Entry> entries() {
        return entries;
    }

    List<ChangeGroup> groups() {
        return groups;
    }

    List<Change> changes() {
        List<Change> all = new ArrayList<>();
        groups.forEach(group -> all.addAll(group.changes()));
        return all;
    }

    /** The records whose client transaction ids are to be reserved: the first of each id. Finds repeats in the batch. */
    List<LogRecord> reservations() {
        duplicates.clear();
        Map<TransactionKey, LogRecord> firsts = new HashMap<>();
        List<LogRecord> reservations = new ArrayList<>();
        for (Entry entry : entries) {
            ClientTransaction transaction =
                    entry.record().content().transaction().orElse(null);
            if (transaction == null) {
                continue;
            }
            LogRecord first =
                    firsts.putIfAbsent(new TransactionKey(transaction.scope(), transaction.id()), entry.record());
            if (first == null) {
                reservations.add(entry.record());
            } else {
                String digest = first.content().transaction().orElseThrow().digest();
                duplicates.put(entry.record().lsn(), new Taken(entry.record().lsn(), first.lsn(), digest));
            }
        }
        return reservations;
    }

    /** Strikes out the records whose ids are taken, and repeats of those within the batch. */
    void refuse(List<Taken> taken) {
        Map<Long, Taken> byLsn = new HashMap<>();
        taken.forEach(one -> byLsn.put(one.refusedLsn(), one));
        duplicates.replaceAll((lsn, repeat) -> {
            Taken holder = byLsn.get(repeat.holderLsn());
            return holder == null ? repeat : new Taken(lsn, holder.holderLsn(), holder.holderDigest());
        });
        duplicates.putAll(byLsn);
    }

    /** The only record, if it is small and reserves no client transaction id; else null. */
    @Nullable
    LogRecord lone() {
        if (entries.size() != 1) {
            return null;
        }
        LogRecord record = entries.getFirst().record();
        boolean plain = record.content().transaction().isEmpty();
        return plain && record.bodyBytes() <= MAX_LONE_BYTES ? record : null;
    }

    /** The records to insert: all but the struck out. */
    List<LogRecord> survivors() {
        return entries.stream()
                .map(Entry::record)
                .filter(entry -> !duplicates.containsKey(entry.lsn()))
                .toList();
    }

    Map<Long, Taken> duplicates() {
        return duplicates;
    }

    /** Whether a COMMIT was sent whose answer is not known. */
    boolean inDoubt() {
        return inDoubt;
    }

    void inDoubt(boolean doubt) {
        inDoubt = doubt;
    }

    /** While it cannot be tried and is not in doubt, its records may be withdrawn. */
    void release() {
        if (!inDoubt) {
            entries.forEach(entry -> entry.append().release());
        }
    }

    /** Claims its records again; returns how many were withdrawn and are gone from it. */
    int retake() {
        int before = entries.size();
        if (!inDoubt) {
            entries.removeIf(entry -> !entry.append().retake());
        }
        return before - entries.size();
    }

    boolean divisible() {
        return entries.size() + groups.size() > 1;
    }

    /** Two batches that together are this one, in order: records first. Only for one that is not in doubt. */
    List<Batch> split() {
        if (!entries.isEmpty() && !groups.isEmpty()) {
            return List.of(part(entries, List.of()), part(List.of(), groups));
        }
        int records = entries.size() / 2;
        int changes = groups.size() / 2;
        return List.of(
                part(entries.subList(0, records), groups.subList(0, changes)),
                part(entries.subList(records, entries.size()), groups.subList(changes, groups.size())));
    }

    private Batch part(List<Entry> someEntries, List<ChangeGroup> someGroups) {
        return new Batch(settings, new ArrayList<>(someEntries), someGroups, now);
    }
}
