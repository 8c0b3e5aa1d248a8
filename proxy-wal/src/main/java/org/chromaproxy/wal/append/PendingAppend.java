package org.chromaproxy.wal.append;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.NewRecord;
import org.jspecify.annotations.Nullable;

/** An append between its producer and the writer. Whoever wins the compare-and-set decides: withdrawn or taken. */
final class PendingAppend implements AppendTicket {
    private enum Stage {
        QUEUED,
        WITHDRAWN,
        TAKEN
    }

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
    private final int weight;
    private final AppendListener listener;
    private final Consumer<PendingAppend> onWithdrawn;
    /** Given up on withdrawal, so that a body does not stay in memory for as long as the log is down. */
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
        return stage.compareAndSet(Stage.QUEUED, Stage.TAKEN) ? content : null;
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
