package org.chromaproxy.wal.append;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.NewRecord;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the writer. Any thread puts in, the writer thread takes out and sleeps here.
 *
 * <p>Records are bounded by count and bytes, counted until their batch is settled. Changes are bounded by construction:
 * each has an owner that waits for it or coalesces, so refusing one would only lose progress already made.
 */
final class Inbox {
    /** Changes submitted together. */
    record ChangeGroup(List<? extends Change> changes, boolean urgent, ChangeListener listener) {}

    /** An append between its producer and the writer. Whoever wins the compare-and-set decides: withdrawn or taken. */
    static final class PendingAppend implements AppendTicket {
        private enum Stage {
            QUEUED,
            WITHDRAWN,
            TAKEN
        }

        private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
        private final int weight;
        private final AppendListener listener;
        private final Consumer<PendingAppend> onWithdrawn;
        /** Given up when it is withdrawn or taken: whoever keeps the ticket must not keep a body. */
        private volatile @Nullable NewRecord content;

        private volatile long lsn;

        PendingAppend(NewRecord content, AppendListener listener, Consumer<PendingAppend> onWithdrawn) {
            this.content = content;
            this.listener = listener;
            this.onWithdrawn = onWithdrawn;
            this.weight = content.weight();
        }

        @Override
        public boolean withdraw() {
            if (!stage.compareAndSet(Stage.QUEUED, Stage.WITHDRAWN)) {
                return false;
            }
            content = null;
            onWithdrawn.accept(this);
            return true;
        }

        /** Writer thread: claims the append; empty if it was withdrawn before. */
        @Nullable
        NewRecord take() {
            if (!stage.compareAndSet(Stage.QUEUED, Stage.TAKEN)) {
                return null;
            }
            NewRecord taken = content;
            content = null;
            return taken;
        }

        /** Writer thread: it was not committed and may be taken back until it is claimed again. */
        void release() {
            stage.set(Stage.QUEUED);
        }

        /** Writer thread: claims it again; false if it was withdrawn meanwhile. */
        boolean retake() {
            return stage.compareAndSet(Stage.QUEUED, Stage.TAKEN);
        }

        boolean withdrawn() {
            return stage.get() == Stage.WITHDRAWN;
        }

        void assign(long assigned) {
            lsn = assigned;
        }

        @Override
        public long lsn() {
            return lsn;
        }

        int weight() {
            return weight;
        }

        AppendListener listener() {
            return listener;
        }
    }

    private static final int CHUNK = 1024;
    private static final int RUNNING = 0;
    /** Asleep with nothing to do: anything wakes. */
    private static final int IDLE = 1;
    /** Asleep until lazy changes are due: only records and urgent changes wake. */
    private static final int LINGERING = 2;

    private final MpscAtomicArrayQueue<PendingAppend> records;
    private final MpscUnboundedAtomicArrayQueue<ChangeGroup> changes = new MpscUnboundedAtomicArrayQueue<>(CHUNK);
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger sleep = new AtomicInteger(RUNNING);
    private final AtomicInteger urgentChanges = new AtomicInteger();
    private final WriterSettings settings;
    private volatile @Nullable Thread writer;

    Inbox(WriterSettings settings) {
        this.settings = settings;
        this.records = new MpscAtomicArrayQueue<>(Math.max(2, settings.queue().records()));
    }

    /** @return false at a bound; nothing was queued then */
    boolean offer(PendingAppend append) {
        if (!admit(append.weight())) {
            return false;
        }
        if (!records.offer(append)) {
            throw new IllegalStateException("the queue is smaller than its count bound");
        }
        wake(IDLE, LINGERING);
        return true;
    }

    private boolean admit(int weight) {
        if (count.incrementAndGet() > settings.queue().records()) {
            count.decrementAndGet();
            return false;
        }
        long before = bytes.getAndAdd(weight);
        if (before > 0 && before + weight > settings.queue().bytes()) {
            bytes.addAndGet(-weight);
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    void offer(ChangeGroup group) {
        if (group.urgent()) {
            urgentChanges.incrementAndGet();
            changes.offer(group);
            wake(IDLE, LINGERING);
        } else {
            changes.offer(group);
            wake(IDLE, IDLE);
        }
    }

    /**
     * The producer's half of the hand-shake with {@link #await}: a queue's offer moves its producer index by a volatile
     * compare-and-set before it reads {@code sleep}; the writer publishes {@code sleep} before it reads that index. One
     * of the two always sees the other.
     */
    private void wake(int one, int other) {
        int now = sleep.get();
        if (now != RUNNING && (now == one || now == other) && sleep.compareAndSet(now, RUNNING)) {
            LockSupport.unpark(writer);
        }
    }

    /** Wakes the writer whatever it waits for. */
    void wakeAlways() {
        sleep.set(RUNNING);
        LockSupport.unpark(writer);
    }

    /** Frees the bytes of a withdrawn record. Its slot is freed when the writer comes across it. */
    void withdrawn(PendingAppend append) {
        bytes.addAndGet(-append.weight());
    }

    /** Frees what a settled record was counted for. */
    void settled(PendingAppend append) {
        bytes.addAndGet(-append.weight());
        count.decrementAndGet();
    }

    /** Frees the slots of records that were withdrawn after they had been drained. */
    void dropped(int records) {
        count.addAndGet(-records);
    }

    int queuedRecords() {
        return count.get();
    }

    long queuedBytes() {
        return bytes.get();
    }

    // ---- writer thread only below ----

    void enter() {
        writer = Thread.currentThread();
    }

    /**
     * Takes the next batch, possibly empty. Changes first: they have reserved room.
     *
     * @param lazy whether changes that are not urgent go along; they always do before an urgent one
     */
    void drainTo(Batch batch, boolean lazy) {
        boolean due = lazy || urgentChanges.get() > 0;
        while (due && !batch.changesFull()) {
            ChangeGroup group = changes.poll();
            if (group == null) {
                break;
            }
            if (group.urgent()) {
                urgentChanges.decrementAndGet();
            }
            batch.add(group);
        }
        while (!batch.recordsFull()) {
            PendingAppend append = records.poll();
            if (append == null) {
                break;
            }
            NewRecord content = append.take();
            if (content == null) {
                count.decrementAndGet();
            } else {
                batch.add(append, content);
            }
        }
    }

    /** Empties both queues; the changes are forgotten. */
    void sweep(Consumer<PendingAppend> swept) {
        for (PendingAppend append = records.poll(); append != null; append = records.poll()) {
            if (append.take() == null) {
                count.decrementAndGet();
            } else {
                swept.accept(append);
            }
        }
        for (ChangeGroup group = changes.poll(); group != null; group = changes.poll()) {
            if (group.urgent()) {
                urgentChanges.decrementAndGet();
            }
        }
    }

    /** Drops withdrawn appends from the head of the queue, so that they do not fill it while the log is down. */
    void dropWithdrawn() {
        for (PendingAppend head = records.peek(); head != null && head.withdrawn(); head = records.peek()) {
            records.poll();
            count.decrementAndGet();
        }
    }

    /** Whether only changes wait that may still wait for company. */
    boolean onlyLazyChanges() {
        return records.isEmpty() && urgentChanges.get() == 0 && !changes.isEmpty();
    }

    /** Whether changes wait, urgent or not. */
    boolean hasChanges() {
        return !changes.isEmpty();
    }

    boolean isEmpty() {
        return records.isEmpty() && changes.isEmpty();
    }

    /**
     * Sleeps until there is work, or for at most {@code nanos}; may return early.
     *
     * @param lingering whether further lazy changes shall not wake
     */
    void await(long nanos, boolean lingering) {
        sleep.set(lingering ? LINGERING : IDLE);
        boolean work = lingering ? !records.isEmpty() || urgentChanges.get() > 0 : !isEmpty();
        if (!work && nanos > 0) {
            LockSupport.parkNanos(this, nanos);
        }
        sleep.set(RUNNING);
    }
}
