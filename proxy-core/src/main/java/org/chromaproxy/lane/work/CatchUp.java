package org.chromaproxy.lane.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/**
 * Whose turn it is to catch up: so many lanes at a time per instance, round-robin by page, so that a server that returns is
 * not overrun and no collection starves. Thread-safe; a turn is given on the thread that frees it.
 */
public final class CatchUp {
    private volatile int workers;
    private final List<Line> lines = new ArrayList<>();

    /** Those who wait for one instance. */
    private static final class Line {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private int turns;
    }

    /** @param workers lanes that catch up at once on one instance */
    public CatchUp(Instances instances, int workers) {
        this.workers = workers;
        instances.forEach(instance -> lines.add(new Line()));
    }

    /** Another bound from now on, met as turns end and begin. */
    public void change(int newWorkers) {
        workers = newWorkers;
    }

    /** Waits in line; {@code turn} is run once, later or at once, and must lead to {@link #done}. */
    public void await(Instance instance, Runnable turn) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            if (line.turns >= workers) {
                line.waiting.add(turn);
                return;
            }
            line.turns++;
        }
        turn.run();
    }

    /** A turn is over: the next in line takes it. */
    public void done(Instance instance) {
        Line line = lines.get(instance.index());
        Runnable next;
        synchronized (line) {
            next = line.turns > workers ? null : line.waiting.poll();
            if (next == null) {
                line.turns--;
                return;
            }
        }
        next.run();
    }

    /** Lanes catching up on that instance now. */
    public int turns(Instance instance) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            return line.turns;
        }
    }

    /** Lanes waiting for their turn there. */
    public int waiting(Instance instance) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            return line.waiting.size();
        }
    }
}
