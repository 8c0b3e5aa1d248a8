package org.chromaproxy.admin.page;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places for short work that many ask for: so many at once, the others wait in rotation between those who ask, so that what one asks for
 * keeps another waiting for one piece of it at most. Thread-safe; work begins on the thread that asks or that frees a place.
 */
final class Rotation {
    private final int places;
    private final int waitingEach;
    private final int waitingAll;
    /** By who asks, whose turn comes next in front; each has some. Guarded by this, as the rest. */
    private final Map<Object, ArrayDeque<Runnable>> lines = new LinkedHashMap<>();

    private int taken;
    private int waiting;

    /**
     * @param places how much is under way at once
     * @param waitingEach how much of one may wait
     * @param waitingAll how much of all
     */
    Rotation(int places, int waitingEach, int waitingAll) {
        this.places = places;
        this.waitingEach = waitingEach;
        this.waitingAll = waitingAll;
    }

    /**
     * Begins the work, now or when its turn comes; it must lead to {@link #free}.
     *
     * @return false if too much waits: then it never begins
     */
    boolean take(Object key, Runnable work) {
        synchronized (this) {
            if (taken == places) {
                ArrayDeque<Runnable> line = lines.computeIfAbsent(key, _ -> new ArrayDeque<>());
                boolean room = line.size() < waitingEach && waiting < waitingAll;
                if (room) {
                    line.add(work);
                    waiting++;
                }
                if (line.isEmpty()) {
                    lines.remove(key);
                }
                return room;
            }
            taken++;
        }
        work.run();
        return true;
    }

    /** Some work is done. */
    void free() {
        Runnable next;
        synchronized (this) {
            next = next();
            if (next == null) {
                taken--;
            }
        }
        if (next != null) {
            next.run();
        }
    }

    private @Nullable Runnable next() {
        Iterator<Map.Entry<Object, ArrayDeque<Runnable>>> inOrder =
                lines.entrySet().iterator();
        if (!inOrder.hasNext()) {
            return null;
        }
        Map.Entry<Object, ArrayDeque<Runnable>> first = inOrder.next();
        inOrder.remove();
        Runnable next = first.getValue().remove();
        waiting--;
        if (!first.getValue().isEmpty()) {
            lines.put(first.getKey(), first.getValue());
        }
        return next;
    }
}
