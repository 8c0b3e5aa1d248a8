package org.chromaproxy.bench.row;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a row has started, to be ended in the opposite order. */
public final class Running implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Running.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    public <T extends AutoCloseable> T add(T process) {
        started.push(process);
        return process;
    }

    /** The targets in this round's order: each one comes first equally often. */
    public static <T> List<T> rotated(List<T> targets, int round) {
        List<T> order = new ArrayList<>(targets);
        Collections.rotate(order, round);
        return order;
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                // The others are to be ended all the same; the kernel ends this one when we are gone.
                LOG.warn("a process of the benchmark could not be ended", e);
            }
        }
    }
}
