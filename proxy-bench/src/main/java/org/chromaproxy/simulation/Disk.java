package org.chromaproxy.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one server's disk may still lose: what was written since something was last forced to it. What it loses is an end of that, however
 * much was answered, as with a write cache that was not flushed.
 */
final class Disk {
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /**
     * Something is about to be written.
     *
     * @param restores undoes it; the later ones are undone first
     */
    void writing(Runnable restores) {
        undo.push(restores);
    }

    /** All that was written is there for ever. */
    void force() {
        undo.clear();
    }

    /** Loses some of the last writes, or none; how many. */
    int lose(Chance chance) {
        int lost = chance.below(undo.size() + 1);
        for (int i = 0; i < lost; i++) {
            undo.pop().run();
        }
        undo.clear();
        return lost;
    }
}
