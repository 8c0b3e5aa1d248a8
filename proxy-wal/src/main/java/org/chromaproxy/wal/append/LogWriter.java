package org.chromaproxy.wal.append;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.wal.append.Inbox.ChangeGroup;
import org.chromaproxy.wal.append.Inbox.PendingAppend;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.LogSession.Taken;
import org.chromaproxy.wal.store.Tenure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's one writer thread and its front. Whatever waits when a commit is done is the next batch, so batches grow
 * with the load and no timer delays a lone record.
 */
public final class LogWriter implements WriteAheadLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final long BACKOFF_MIN_NANOS = 100_000_000;
    private static final long BACKOFF_MAX_NANOS = 2_000_000_000;
    /** How long {@link #close} goes on trying to commit what was queued before. */
    private static final long CLOSE_GRACE_NANOS = 5_000_000_000L;

    private final WriterSettings settings;
    private final LogClock clock;
    private final Inbox inbox;
    private final LogLink link;
    private final Committer committer;
    private final Thread thread;
    private long backoff = BACKOFF_MIN_NANOS;
    /** Changes that are not urgent wait since then. */
    private long lazySince;

    private boolean lazyWaits;
    /** Confined to the writer thread. */
    private long batchBegunNanos;

    private volatile boolean closing;
    private volatile long closeDeadline;
    private volatile boolean terminated;
    private final LongAdder committedRecords = new LongAdder();
    private final LongAdder committedBatches = new LongAdder();
    private final LongAdder committedBytes = new LongAdder();
    /** Written by the writer thread. */
    private volatile long publishedLsn;

    /**
     * Makes the writer; {@link #start} sets it going.
     *
     * @param tenure this process's turn as the log's owner
     */
    public LogWriter(LogSession.Connector connector, Tenure tenure, LogClock clock, WriterSettings settings) {
        this.settings = settings;
        this.clock = clock;
        this.inbox = new Inbox(settings);
        this.link = new LogLink(connector, tenure, clock, settings.heartbeat());
        this.committer = new Committer(link, clock, settings);
        this.thread = Thread.ofPlatform().name("wal-writer").daemon().unstarted(this::run);
    }

    /** Starts the thread. Appends may be queued before. */
    public LogWriter start() {
        thread.start();
        return this;
    }

    @Override
    public Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
        PendingAppend pending = new PendingAppend(record, listener, inbox::withdrawn);
        if (terminated || !inbox.offer(pending)) {
            return Optional.empty();
        }
        // If the thread ended meanwhile, either its last sweep took this append or it can still be taken back.
        return terminated && pending.withdraw() ? Optional.empty() : Optional.of(pending);
    }

    @Override
    public void submit(List<? extends Change> changes, boolean urgent, ChangeListener listener) {
        inbox.offer(new ChangeGroup(List.copyOf(changes), urgent, listener));
    }

    @Override
    public LogState state() {
        return link.state();
    }

    @Override
    public long batchBegunNanos() {
        return batchBegunNanos;
    }

    @Override
    public long durableLsn() {
        return committer.durableLsn();
    }

    /** No LSN up to there is given to a record any more: it may name one that the log has lost. Any thread. */
    public void startAbove(long lsn) {
        committer.startAbove(lsn);
    }

    /** Segments of the log are closed when they hold so many bytes: they are dropped whole. Any thread. */
    public void segmentBytes(long most) {
        committer.segmentBytes(most);
    }

    /** Up to here every record that is durable was told to its listener; 0 before the first connection. */
    public long publishedLsn() {
        return publishedLsn;
    }

    /**
     * When ownership was last confirmed, on the clock's monotonic scale (ns): the moment before the confirming
     * transaction began. Older than the lease: another proxy may own the log by now.
     */
    public long confirmedAtNanos() {
        return link.confirmedAtNanos();
    }

    /** Records that wait or are in a commit. */
    public int queuedRecords() {
        return inbox.queuedRecords();
    }

    /** Their weight in bytes. */
    public long queuedBytes() {
        return inbox.queuedBytes();
    }

    /** Records committed since this writer started. */
    public long committedRecords() {
        return committedRecords.sum();
    }

    /** Their weight in bytes. */
    public long committedBytes() {
        return committedBytes.sum();
    }

    /** Transactions committed since then: records in company, or changes alone. */
    public long committedBatches() {
        return committedBatches.sum();
    }

    /**
     * Commits what is queued, for at most five seconds, fails the rest and ends the thread. Blocks until then (longer
     * by at most the socket time-out of a connection that hangs). Later appends are refused.
     */
    @Override
    public void close() {
        closeDeadline = clock.nanoTime() + CLOSE_GRACE_NANOS;
        closing = true;
        inbox.wakeAlways();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Number of the last transaction known to be durable; 0 before the first connection. */
    public long lastBatch() {
        return committer.lastBatch();
    }

    /** Records that PostgreSQL had forgotten after a fail-over and was given again. */
    long restoredRecords() {
        return committer.restoredRecords();
    }

    private void run() {
        inbox.enter();
        try {
            while (!closing || (!inbox.isEmpty() && !link.stopped() && !graceOver())) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the log's writer died: nothing more is committed", e);
            throw e;
        } finally {
            link.close();
            terminated = true;
            sweep("the log is closed");
        }
    }

    private void turn() {
        if (link.stopped()) {
            sweep(link.state() == LogState.FENCED ? "another proxy owns the log" : "the log was truncated");
            committer.heartbeat();
            inbox.await(settings.heartbeat().toNanos(), false);
        } else if (!committer.open()) {
            if (!link.stopped()) {
                backOff();
            }
        } else {
            backoff = BACKOFF_MIN_NANOS;
            work();
        }
    }

    private void work() {
        if (publishedLsn == 0) {
            publishedLsn = committer.durableLsn();
        }
        if (inbox.isEmpty()) {
            rest(link.heartbeatIn(clock.nanoTime()), false);
            return;
        }
        boolean lazyDue = lazyDue();
        if (!lazyDue && inbox.onlyLazyChanges()) {
            rest(settings.lazyFlush().toNanos(), true);
            lazyDue = lazyDue();
        }
        Batch batch = committer.newBatch();
        inbox.drainTo(batch, lazyDue);
        batchBegunNanos = System.nanoTime();
        committer.drained(batch);
        if (!batch.isEmpty()) {
            settle(batch);
        }
    }

    /**
     * Whether changes that are not urgent have waited long enough. Under load a lane's cursor moves with every record,
     * and in every transaction its row would cost as much as the record's: it goes along once in a while only.
     */
    private boolean lazyDue() {
        if (!inbox.hasChanges()) {
            return false;
        }
        long now = clock.nanoTime();
        if (!lazyWaits) {
            lazyWaits = true;
            lazySince = now;
        }
        boolean due = closing || now - lazySince >= settings.lazyFlush().toNanos();
        lazyWaits = !due;
        return due;
    }

    private void rest(long nanos, boolean lingering) {
        if (nanos > 0) {
            inbox.await(nanos, lingering);
        }
        if (link.heartbeatIn(clock.nanoTime()) <= 0) {
            committer.heartbeat();
        }
    }

    /** Tries until the batch is durable, refused for good, or time is up on closing. */
    private void settle(Batch batch) {
        while (true) {
            switch (committer.attempt(batch)) {
                case DURABLE -> {
                    publish(batch);
                    return;
                }
                case BAD_DATA -> {
                    isolate(batch);
                    return;
                }
                case REFUSED -> {
                    fail(batch, "another proxy owns the log, or it was truncated");
                    return;
                }
                case LEFT_BEHIND -> {
                    leave(batch, "durable, but the log has another owner now");
                    return;
                }
                case LOST -> {
                    if (closing && graceOver()) {
                        giveUp(batch);
                        return;
                    }
                    batch.release();
                    backOff();
                    inbox.dropped(batch.retake());
                    if (batch.isEmpty()) {
                        return;
                    }
                }
            }
        }
    }

    /** Finds the one record or group that PostgreSQL refuses, so that it alone fails; the order of the rest is kept. */
    private void isolate(Batch batch) {
        if (batch.divisible()) {
            batch.split().forEach(this::settle);
            return;
        }
        String reason = committer.refusal();
        for (ChangeGroup group : batch.groups()) {
            LOG.error("changes refused by PostgreSQL: {}: {}", reason, group.changes());
            call(() -> group.listener().refused("PostgreSQL does not take it, the proxy's own log says why"));
        }
        for (Batch.Entry entry : batch.entries()) {
            LOG.error("record {} refused by PostgreSQL: {}", entry.record().lsn(), reason);
            inbox.settled(entry.append());
            call(() -> entry.append().listener().refused());
        }
    }

    private void publish(Batch batch) {
        committedBatches.increment();
        for (Batch.Entry entry : batch.entries()) {
            inbox.settled(entry.append());
            AppendListener listener = entry.append().listener();
            Taken taken = batch.duplicates().get(entry.record().lsn());
            if (taken == null) {
                committedRecords.increment();
                committedBytes.add(entry.append().weight());
                call(() -> listener.committed(entry.record()));
            } else {
                boolean same = entry.record()
                        .content()
                        .transaction()
                        .filter(mine -> mine.digest().equals(taken.holderDigest()))
                        .isPresent();
                call(() -> listener.duplicate(taken.holderLsn(), same));
            }
        }
        publishedLsn = committer.durableLsn();
        for (ChangeGroup group : batch.groups()) {
            call(group.listener()::durable);
        }
    }

    private void fail(Batch batch, String reason) {
        batch.entries().forEach(entry -> fail(entry.append(), reason));
    }

    private void fail(PendingAppend append, String reason) {
        inbox.settled(append);
        call(() -> append.listener().failed(reason));
    }

    private void leave(Batch batch, String reason) {
        for (Batch.Entry entry : batch.entries()) {
            inbox.settled(entry.append());
            call(() -> entry.append().listener().unknown(reason));
        }
    }

    private void giveUp(Batch batch) {
        if (batch.inDoubt()) {
            leave(batch, "the log was closed during a commit");
        } else {
            fail(batch, "the log is closed");
        }
    }

    /** Fails whatever is queued; its changes are dropped: their owner is no owner any more. */
    private void sweep(String reason) {
        inbox.sweep(append -> fail(append, reason));
    }

    private void backOff() {
        long until = clock.nanoTime() + backoff;
        backoff = Math.min(2 * backoff, BACKOFF_MAX_NANOS);
        for (long left = backoff; left > 0 && !(closing && graceOver()); left = until - clock.nanoTime()) {
            inbox.dropWithdrawn();
            LockSupport.parkNanos(this, Math.min(left, BACKOFF_MIN_NANOS));
        }
    }

    private boolean graceOver() {
        return clock.nanoTime() - closeDeadline > 0;
    }

    private static void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a listener of the log threw", e);
        }
    }
}
