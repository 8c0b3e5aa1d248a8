package org.chromaproxy.simulation;

import java.util.Arrays;

/**
 * What is to happen, the earliest first, and of what happens at the same moment the one of the lowest number. A heap in arrays: with a
 * thousand timers in it, most of which come to nothing, comparing objects of its own was what a history took longest for.
 */
final class Agenda {
    private long[] moments = new long[256];
    private long[] numbers = new long[256];
    private Runnable[] actions = new Runnable[256];
    private int size;

    /** @param number no other has it */
    void add(long moment, long number, Runnable action) {
        if (size == moments.length) {
            moments = Arrays.copyOf(moments, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            actions = Arrays.copyOf(actions, 2 * size);
        }
        int hole = size++;
        while (hole > 0 && isBefore(moment, number, (hole - 1) / 2)) {
            move((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        put(hole, moment, number, action);
    }

    /** When the first one is due; there is one. */
    long moment() {
        return moments[0];
    }

    /** Which one is first. */
    long number() {
        return numbers[0];
    }

    /** Takes out the first one. */
    Runnable remove() {
        Runnable first = actions[0];
        int last = --size;
        int hole = 0;
        int child = smaller(hole);
        while (child < last && !isBefore(moments[last], numbers[last], child)) {
            move(child, hole);
            hole = child;
            child = smaller(hole);
        }
        put(hole, moments[last], numbers[last], actions[last]);
        actions[last] = Agenda::nothing;
        return first;
    }

    private static void nothing() {}

    /** The child that comes first; not within the heap if there is none. */
    private int smaller(int parent) {
        int left = 2 * parent + 1;
        int right = left + 1;
        return right < size && isBefore(moments[right], numbers[right], left) ? right : left;
    }

    private boolean isBefore(long moment, long number, int other) {
        return moment != moments[other] ? moment < moments[other] : number < numbers[other];
    }

    private void move(int from, int to) {
        put(to, moments[from], numbers[from], actions[from]);
    }

    private void put(int at, long moment, long number, Runnable action) {
        moments[at] = moment;
        numbers[at] = number;
        actions[at] = action;
    }
}
