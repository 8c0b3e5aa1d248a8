package org.chromaproxy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.chromaproxy.lane.Backlog;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;

/**
 * One process's way to the log: what is queued is committed together, in its order, a moment later; sometimes much later. When the
 * process ends, what is in a commit may be durable or not, and nobody hears of it.
 */
final class LogWriter implements WriteAheadLog, LaneServices.Bodies, Backlog {
    /** A record or changes. */
    private sealed interface Item {}

    private record Append(NewRecord record, AppendListener listener) implements Item {}

    private record Changes(List<? extends Change> changes, ChangeListener listener) implements Item {}

    private static final long IDLE_MS = 50;
    private static final int GAP = 3;

    private final Timeline time;
    private final Life life;
    private final World world;
    private final DurableLog durable;
    private List<Item> queue = new ArrayList<>();
    private List<Item> committing = List.of();
    /** What those who wait for a commit are to be told, once it is durable; null before. */
    private @Nullable List<Runnable> stored;

    private boolean urgent;
    private long next;
    private long published;
    private long begun;
    private @Nullable Runnable inCommit;

    LogWriter(Timeline time, Life life, World world) {
        this.time = time;
        this.life = life;
        this.world = world;
        this.durable = world.log();
        // An owner leaves out some positions of those before it.
        this.published = durable.lastLsn();
        this.next = durable.lastLsn() + 1 + time.here("owner").below(GAP);
    }

    @Override
    public Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
        queue.add(new Append(record, listener));
        hurry();
        return Optional.of(new AppendTicket() {
            @Override
            public boolean withdraw() {
                return false;
            }

            @Override
            public long lsn() {
                return 0;
            }
        });
    }

    @Override
    public void submit(List<? extends Change> changes, boolean now, ChangeListener listener) {
        queue.add(new Changes(List.copyOf(changes), listener));
        if (now) {
            hurry();
        } else if (!urgent) {
            time.afterMs(IDLE_MS, this::drain);
        }
    }

    private void hurry() {
        if (!urgent) {
            urgent = true;
            time.after(time.here("drain").between(10_000, 200_000), this::drain);
        }
    }

    private void drain() {
        if (!life.alive() || !committing.isEmpty() || queue.isEmpty()) {
            return;
        }
        committing = queue;
        queue = new ArrayList<>();
        urgent = false;
        begun = time.nanoTime();
        long nanos = world.commitNanos();
        time.after(nanos, this::commit);
        Runnable task = inCommit;
        if (task != null) {
            inCommit = null;
            time.after(nanos / 2, task);
        }
    }

    /** Runs a task in the middle of the next commit. */
    void inNextCommit(Runnable task) {
        inCommit = task;
    }

    private void commit() {
        if (!life.alive()) {
            return;
        }
        Chance own = time.here("commit");
        boolean fails = own.happens(world.commitFailures());
        if (fails) {
            committing.forEach(item -> met(item, LaneEvent.COMMIT_FAILED));
        }
        if (stored == null && (!fails || own.happens(0.5))) {
            stored = stored(committing);
        }
        List<Runnable> told = stored;
        if (fails || told == null) {
            // The connection broke: it is tried again, and found to be there if it was durable.
            time.afterMs(own.between(20, 1_000), this::commit);
            return;
        }
        committing = List.of();
        stored = null;
        // Whoever listens is the writer's thread, and no loop.
        life.on(null, () -> told.forEach(Runnable::run));
        if (!queue.isEmpty()) {
            drain();
        }
    }

    private List<Runnable> stored(List<Item> items) {
        List<Runnable> told = new ArrayList<>();
        for (Item item : items) {
            told.add(store(item));
        }
        return told;
    }

    private void met(Item item, LaneEvent event) {
        switch (item) {
            case Append append -> world.observer().met(life, append.record, event);
            case Changes(List<? extends Change> changes, ChangeListener listener) ->
                changes.forEach(change -> world.observer().met(life, change, event));
        }
    }

    private Runnable store(Item item) {
        return switch (item) {
            case Append append -> store(append);
            case Changes(List<? extends Change> changes, ChangeListener listener) -> {
                Optional<String> refusal = durable.refuses(changes);
                if (refusal.isPresent()) {
                    met(item, LaneEvent.CHANGE_REFUSED);
                    world.judge().note(() -> "the log refuses " + changes + ": " + refusal.get());
                    yield () -> listener.refused(refusal.get());
                }
                met(item, LaneEvent.CHANGE_DURABLE);
                changes.forEach(durable::store);
                changes.forEach(this::note);
                yield listener::durable;
            }
        };
    }

    private void note(Change change) {
        if (change instanceof Change.Outcome outcome && outcome.state() == TransactionState.ABANDONED) {
            world.judge().givenUp(outcome.lsn());
        }
    }

    private Runnable store(Append append) {
        Optional<LogRecord> earlier = append.record.transaction().flatMap(own -> durable.byTransaction(own.id()));
        if (earlier.isPresent()) {
            long lsn = earlier.get().lsn();
            met(append, LaneEvent.RETRY);
            return () -> append.listener.duplicate(lsn, true);
        }
        LogRecord record = new LogRecord(
                next, time.now(), append.record, append.record.request().body().length);
        Chance gap = time.element("gap", next);
        next += 1 + (gap.happens(0.1) ? gap.below(GAP) : 0);
        world.observer().logged(life, record);
        durable.append(record);
        world.judge().committed(record);
        return () -> {
            append.listener.committed(record);
            published = record.lsn();
        };
    }

    /** Up to here every record that is durable was told to its listener. */
    long publishedLsn() {
        return published;
    }

    /** The process ends: of what is in a commit nobody knows. */
    void die() {
        committing.forEach(item -> met(item, LaneEvent.COMMIT_UNKNOWN));
        if (stored == null && !committing.isEmpty() && time.here("death").happens(0.5)) {
            int entries = committing.size();
            world.judge().note(() -> "the last commit of a dead process is durable: " + entries + " entries");
            committing.forEach(this::store);
        }
        committing = List.of();
    }

    @Override
    public LogState state() {
        return LogState.OPEN;
    }

    @Override
    public long batchBegunNanos() {
        return begun;
    }

    @Override
    public long durableLsn() {
        return durable.lastLsn();
    }

    @Override
    public CompletableFuture<byte[]> load(long lsn, Executor loop) {
        UUID lane = durable.record(lsn).orElseThrow().content().subject().lane();
        return read(
                loop, () -> durable.body(lsn).clone(), () -> world.observer().bodyNotRead(life, lane, lsn));
    }

    @Override
    public CompletableFuture<List<LoggedRecord>> read(UUID lane, long after, int records, long bytes, Executor loop) {
        return read(
                loop,
                () -> durable.page(lane, after, records, bytes),
                () -> world.observer().pageNotRead(life, lane));
    }

    /** What is read is what is there at one moment; it is told a little later. */
    private <T> CompletableFuture<T> read(Executor loop, java.util.function.Supplier<T> query, Runnable failed) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Chance own = time.here("read");
        time.after(own.between(50_000, 2_000_000), () -> {
            if (own.happens(world.readFailures())) {
                failed.run();
                time.after(
                        10_000,
                        () -> loop.execute(() ->
                                result.completeExceptionally(new IllegalStateException("the log cannot be read now"))));
                return;
            }
            T found = query.get();
            time.after(own.between(10_000, 1_000_000), () -> loop.execute(() -> result.complete(found)));
        });
        return result;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
