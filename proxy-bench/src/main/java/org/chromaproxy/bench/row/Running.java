package org.chromaproxy.bench.row;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** What a row has started, to be ended in the opposite order. */
final class Running implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T process) {
        started.push(process);
        return process;
    }

    /** The targets in this round's order: each one comes first equally often. */
    static <T> List<T> rotated(List<T> targets, int round) {
        List<T> order = new java.util.ArrayList<>(targets);
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
                continue;
            }
        }
    }
}
