package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One lane at a time, in the order of asking. Thread-safe. */
final class Turns {
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean taken;

    private record Waiting(Executor loop, Consumer<Turn> granted) {}

    /** It is this lane's turn, until {@link #end}. */
    final class Turn {
        private final AtomicBoolean over = new AtomicBoolean();

        private Turn() {}

        /** The next in line gets its turn. Ending it again does nothing. */
        void end() {
            if (over.compareAndSet(false, true)) {
                next();
            }
        }
    }

    /**
     * Waits in line.
     *
     * @param granted run on {@code loop} when the turn has come, which must be ended
     */
    void await(Executor loop, Consumer<Turn> granted) {
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
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }
}
