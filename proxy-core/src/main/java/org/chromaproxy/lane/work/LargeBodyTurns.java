package org.chromaproxy.lane.work;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which lane may have a large body in memory: one at a time, in the order of asking. A committed large body is in the log,
 * where it waits; a lane reads it when it can send it, and drops it with the answer. Thread-safe.
 */
public final class LargeBodyTurns {
    /** Bytes from which a body is large: some hundred records with embeddings stay below. */
    public static final int LARGE = 4 << 20;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean taken;

    private record Waiting(Executor loop, Consumer<Turn> granted) {}

    /** The right to have one large body in memory, until {@link #end}. */
    public final class Turn {
        private final AtomicBoolean over = new AtomicBoolean();

        private Turn() {}

        /** The body is not in memory any more: the next in line gets its turn. Ending it again does nothing. */
        public void end() {
            if (over.compareAndSet(false, true)) {
                next();
            }
        }
    }

    /** Whether a body of so many bytes needs a turn. */
    public static boolean needed(int bytes) {
        return bytes > LARGE;
    }

    /**
     * Waits in line.
     *
     * @param granted run on {@code loop} when the turn has come, which must be ended
     */
    public void await(Executor loop, Consumer<Turn> granted) {
        synchronized (waiting) {
            if (taken) {
                waiting.add(new Waiting(loop, granted));
                return;
            }
            taken = true;
        }
        grant(new Waiting(loop, granted));
    }

    private void grant(Waiting first) {
        first.loop.execute(() -> first.granted.accept(new Turn()));
    }

    private void next() {
        @Nullable Waiting first;
        synchronized (waiting) {
            first = waiting.poll();
            taken = first != null;
        }
        if (first != null) {
            grant(first);
        }
    }

    /** Lanes that wait for their turn. */
    public int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }
}
