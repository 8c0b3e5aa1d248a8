package org.chromaproxy.lane;

import java.util.ArrayDeque;
import org.chromaproxy.instance.Instance;
import org.jspecify.annotations.Nullable;

/** The ordered stream of records of one group on one instance. A plain state holder, confined to its group's loop. */
final class Lane {
    final Instance instance;
    final ArrayDeque<Write> queue = new ArrayDeque<>();
    final DoubtWindow doubt = new DoubtWindow();
    /** Something is under way for the head: a request, a body being read, a cursor being flushed, a pause. */
    boolean busy;
    /** The head was sent here without an answer, or may have been before a restart. */
    boolean headInDoubt;
    /** Attempts at the head that ended without a usable answer while the instance was up. */
    int faults;
    /** Takes no records: the collection is not (any more) to be kept on this instance. */
    boolean detached;
    /** Filled by a copy: nothing is sent until it is released. */
    boolean held;
    /** Records beyond this LSN wait. */
    long barrier = Long.MAX_VALUE;

    @Nullable
    Runnable onBarrier;

    long applied;
    long durable;
    /** Nothing more is sent before the cursor is durable. */
    boolean awaitsFlush;
    /** The cursor's last submission that is not durable yet; at most one is under way. */
    long flushing;

    Lane(Instance instance) {
        this.instance = instance;
    }

    @Nullable
    Write head() {
        return queue.peek();
    }

    /** Whether nothing is left before the barrier. */
    boolean drainedToBarrier() {
        Write head = queue.peek();
        return !busy && (head == null || head.lsn() > barrier);
    }

    /** The head is done: forgets its troubles. */
    void nextHead() {
        headInDoubt = false;
        faults = 0;
    }

    int index() {
        return instance.index();
    }

    @Override
    public String toString() {
        return instance.name();
    }
}
