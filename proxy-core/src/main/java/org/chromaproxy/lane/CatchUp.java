package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to catch up: so many lanes at a time per instance, round-robin by page, so that a server that returns is
 * not overrun and no collection starves. Turns go round the tenants, and round the collections of each, so that what one has left
 * in the log keeps another waiting for a page. Thread-safe; a turn is run on the thread that frees it, or on one that hands over
 * others' turns at that moment.
 */
public final class CatchUp {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

    private volatile int workers;
    private final List<Line> lines = new ArrayList<>();

    /** Those who wait for one instance. */
    private static final class Line {
        /** By tenant, whose turn comes next in front; each has some. */
        private final Map<String, ArrayDeque<Runnable>> waiting = new LinkedHashMap<>();

        private int turns;
        /** Whether a thread is in {@link #handOver}: it looks again before it leaves. */
        private boolean handsOver;

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
     * Queues for a turn.
     *
     * @param tenant whose collection it is
     * @param turn is run once, later or before this returns, and must lead to {@link #done}; one that throws ends its turn itself
     */
    void await(Instance instance, String tenant, Runnable turn) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            line.add(tenant, turn);
        }
        handOver(line);
    }

    /** Ends a turn: the next in line takes it. */
    void done(Instance instance) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            line.turns--;
        }
        handOver(line);
    }

    /**
     * Runs what waits while turns are free. One thread at a time does so, in a loop: a turn that ends within its own task, or
     * on another thread meanwhile, is found by that loop, so that the stack does not grow with the line.
     *
     * @throws Error the first that a turn threw, once everybody who can has a turn
     */
    private void handOver(Line line) {
        synchronized (line) {
            if (line.handsOver) {
                return;
            }
            line.handsOver = true;
        }
        @Nullable Error first = null;
        for (Runnable next = take(line); next != null; next = take(line)) {
            try {
                next.run();
            } catch (RuntimeException e) {
                LOG.error("a turn to catch up failed in the proxy", e);
                giveBack(line);
            } catch (Error e) {
                first = first == null ? e : first;
                giveBack(line);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private @Nullable Runnable take(Line line) {
        synchronized (line) {
            Runnable next = line.turns < workers ? line.poll() : null;
            if (next == null) {
                line.handsOver = false;
            } else {
                line.turns++;
            }
            return next;
        }
    }

    private static void giveBack(Line line) {
        synchronized (line) {
            line.turns--;
        }
    }

    /** Lanes catching up on that instance now. */
    int turns(Instance instance) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            return line.turns;
        }
    }

    /** Lanes waiting for their turn there. */
    int waiting(Instance instance) {
        Line line = lines.get(instance.index());
        synchronized (line) {
            return line.waiting.values().stream().mapToInt(ArrayDeque::size).sum();
        }
    }
}
