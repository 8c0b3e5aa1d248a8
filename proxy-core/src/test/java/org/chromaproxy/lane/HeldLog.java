package org.chromaproxy.lane;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.Subject;

/** A log whose commits the test holds back, refuses, or loses in a crash. Thread-safe. */
final class HeldLog implements WriteAheadLog {
    /** One transaction of changes. */
    private record Group(List<? extends Change> changes, ChangeListener listener) {}

    /** A lane's cursor. */
    record Where(UUID lane, String instance) {}

    /** A record of the proxy's own in the queue, and who hears of it. */
    private record Appending(NewRecord record, AppendListener listener) {}

    /** A record that stays in the queue. */
    private record Queued() implements AppendTicket {
        @Override
        public boolean withdraw() {
            return false;
        }

        @Override
        public long lsn() {
            return 0;
        }
    }

    private final List<String> events;
    private final List<LogRecord> records = new ArrayList<>();
    private final Map<UUID, Mapping> mappings = new LinkedHashMap<>();
    private final Map<Where, Change.Cursor> cursors = new LinkedHashMap<>();
    private final Map<UUID, Change.Lead> leaders = new LinkedHashMap<>();
    private final Map<Long, Change.Outcome> outcomes = new LinkedHashMap<>();
    private final List<Change> others = new ArrayList<>();
    private List<Group> waiting = new ArrayList<>();
    private boolean held;
    private final List<NewRecord> appended = new ArrayList<>();
    private final ArrayDeque<Appending> appending = new ArrayDeque<>();
    private final IdentityHashMap<NewRecord, AppendListener> appenders = new IdentityHashMap<>();
    private int committed;
    private boolean room;
    private int turnedAway;
    private Predicate<List<? extends Change>> refused = changes -> false;

    /** @param events told of every transaction that has effects on mappings, or a leader */
    HeldLog(List<String> events) {
        this.events = events;
    }

    /** Commits nothing from now on. */
    synchronized void hold() {
        held = true;
    }

    /** Commits what waits, and all that comes. */
    synchronized void release() {
        held = false;
        List<Group> now = waiting;
        waiting = new ArrayList<>();
        now.forEach(this::commit);
    }

    /** Commits the first transaction that waits. */
    synchronized void commitNext() {
        commit(waiting.removeFirst());
    }

    /** Transactions that wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Refuses, once, the next transaction that is like that. */
    synchronized void refuseNext(Predicate<List<? extends Change>> which) {
        refused = which;
    }

    /** The process ends: what waits is lost, and nobody hears of anything. */
    synchronized void crash() {
        waiting.clear();
        held = false;
    }

    synchronized void append(LogRecord record) {
        records.add(record);
    }

    /** The records of that lane behind {@code after}. */
    synchronized List<LoggedRecord> page(UUID lane, long after) {
        return records.stream()
                .filter(record -> record.lsn() > after
                        && record.content().subject().lane().equals(lane))
                .map(record -> new LoggedRecord(record, false, Optional.ofNullable(outcomes.get(record.lsn()))))
                .toList();
    }

    /** The record of that LSN. */
    synchronized LogRecord record(long lsn) {
        return records.stream()
                .filter(record -> record.lsn() == lsn)
                .findFirst()
                .orElseThrow();
    }

    synchronized List<Mapping> mappings() {
        return List.copyOf(mappings.values());
    }

    synchronized List<Change.Cursor> cursors() {
        return List.copyOf(cursors.values());
    }

    synchronized long cursor(UUID lane, String instance) {
        Change.Cursor cursor = cursors.get(new Where(lane, instance));
        return cursor == null ? 0 : cursor.lsn();
    }

    /** The catalog lane of that instance begins anew at the next start. */
    synchronized void forgetCursor(String instance) {
        cursors.keySet()
                .removeIf(where ->
                        where.instance().equals(instance) && where.lane().equals(Subject.CATALOG));
    }

    synchronized List<Change.Lead> leaders() {
        return List.copyOf(leaders.values());
    }

    synchronized List<Change> others() {
        return List.copyOf(others);
    }

    @Override
    public synchronized void submit(List<? extends Change> changes, boolean urgent, ChangeListener listener) {
        Group group = new Group(changes, listener);
        if (held) {
            waiting.add(group);
        } else {
            commit(group);
        }
    }

    private void commit(Group group) {
        if (refused.test(group.changes)) {
            refused = changes -> false;
            events.add("refuse");
            group.listener.refused("a test");
            return;
        }
        group.changes.forEach(this::store);
        group.listener.durable();
    }

    private void store(Change change) {
        switch (change) {
            case Change.PutMapping put -> {
                mappings.put(put.mapping().publicId(), put.mapping());
                events.add("commit " + put.mapping().path().name());
            }
            case Change.DropMapping drop -> mappings.remove(drop.publicId());
            case Change.Cursor cursor ->
                cursors.merge(
                        new Where(cursor.lane(), cursor.instance()),
                        cursor,
                        (before, now) -> now.lsn() > before.lsn() ? now : before);
            case Change.Lead lead -> {
                leaders.put(lead.lane(), lead);
                events.add("lead " + lead.instance());
            }
            case Change.Outcome outcome -> outcomes.put(outcome.lsn(), outcome);
            default -> others.add(change);
        }
    }

    @Override
    public synchronized Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
        if (!room) {
            turnedAway++;
            return Optional.empty();
        }
        appended.add(record);
        appending.add(new Appending(record, listener));
        appenders.put(record, listener);
        return Optional.of(new Queued());
    }

    /** Its queue takes records of the proxy's own from now on; they stay in it. */
    synchronized void makeRoom() {
        room = true;
    }

    /** Commits the oldest record in its queue. */
    void commitAppended() {
        Appending next = nextAppending();
        int bytes = next.record.request().body().length;
        next.listener.committed(new LogRecord(durableLsn() + 1, Instant.EPOCH, next.record, bytes));
    }

    /** The oldest record in its queue is never logged. */
    void failAppended() {
        nextAppending().listener.failed("a test");
    }

    private synchronized Appending nextAppending() {
        return appending.remove();
    }

    /** Records of the proxy's own that its queue did not take. */
    synchronized int turnedAway() {
        return turnedAway;
    }

    /** Takes out of its queue those that are in it. */
    synchronized List<NewRecord> takeAppended() {
        List<NewRecord> taken = List.copyOf(appended.subList(committed, appended.size()));
        committed = appended.size();
        return taken;
    }

    /** Commits one of these. */
    synchronized void commit(LogRecord record) {
        records.add(record);
        Objects.requireNonNull(appenders.get(record.content())).committed(record);
    }

    /** Those that it took. */
    synchronized List<NewRecord> appended() {
        return List.copyOf(appended);
    }

    @Override
    public LogState state() {
        return LogState.OPEN;
    }

    @Override
    public long batchBegunNanos() {
        return System.nanoTime();
    }

    @Override
    public synchronized long durableLsn() {
        return records.isEmpty() ? 0 : records.getLast().lsn();
    }
}
