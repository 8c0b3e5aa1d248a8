package org.chromaproxy.lane.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to catch up: so many lanes at a time per instance, round-robin by page, so that a server that returns is
 * not overrun and no collection starves. Turns go round the tenants, and round the collections of each, so that what one has left
 * in the log keeps another waiting for a page. Thread-safe; a turn is given on the thread that frees it.
 */
public final class CatchUp {
    private volatile int workers;
    private final List<Line> lines = new ArrayList<>();

    /** Those who wait for one instance. */
    private static final class Line {
        /** By tenant, whose turn comes next in front; each has some. */
        private final Map<String, ArrayDeque<Runnable>> waiting = new LinkedHashMap<>();

        private int turns;

        private void add(String tenant, Runnable turn) {
            waiting.computeIfAbsent(tenant, each -> new ArrayDeque<>()).add(turn);
        }

        private @Nullable Runnable poll() {
            Map.Entry<String, ArrayDeque<Runnable>> first =
                    waiting.isEmpty() ? null : waiting.entrySet().iterator().next();
            if (first == null) {
                return null;
            }
            ArrayDeque<Runnable> own = first.getValue();
            waiting.remove(first.getKey());
            Runnable turn = own.poll();
            if (!own.isEmpty()) {
                waiting.put(first.getKey(), own);
            }
            return turn;
        }
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

    /**
     * Waits in line.
     *
     * @param tenant whose collection it is
     * @param turn is run once, later or at once, and must lead to {@link #done}
     */
    public void await(Instance instance, String tenant, Runnable turn) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            if (line.turns >= workers) {
                line.add(tenant, turn);
                return;
            }
            line.turns++;
        }
        turn.run();
    }

    /** A turn is over: the next in line takes it. */
    public void done(Instance instance) {
        Line line = lines.get(instance.index());
        @Nullable Runnable next;
        synchronized (line) {
            next = line.turns > workers ? null : line.poll();
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
            return line.waiting.values().stream().mapToInt(ArrayDeque::size).sum();
        }
    }
}
