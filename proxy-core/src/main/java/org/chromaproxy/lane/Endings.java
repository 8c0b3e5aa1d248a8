package org.chromaproxy.lane;

import org.chromaproxy.lane.Turns.Turn;
import org.chromaproxy.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * How often a lane's head was under way, and cut off, when its instance ended or was lost. A server may end for any reason;
 * from the second time on, such heads are sent one at a time on each instance, so that it shows whose the reason is. Confined to
 * the group's loop.
 */
final class Endings {
    /** From so many on, it is sent alone among its like. */
    private static final int SUSPECT = 2;
    /** With so many it is taken for the reason: at least the last ones were while it was alone. */
    private static final int PROVED = 4;

    private final long lsn;
    private final Clock clock;
    private int count;
    private long lastNanos;
    /** Cut off, and not known yet whether that was the instance's end. */
    private boolean cutOff;

    private long lossesAtSend;
    private @Nullable Turn turn;

    Endings(long lsn, Clock clock) {
        this.lsn = lsn;
        this.clock = clock;
    }

    boolean of(Write write) {
        return write.lsn() == lsn;
    }

    /** @param lossesAtSend how often the instance had been lost when the head was sent */
    void cutOff(long lossesAtSend) {
        if (!cutOff) {
            cutOff = true;
            this.lossesAtSend = lossesAtSend;
        }
    }

    /** The head was answered: the instance outlived it. */
    void survived() {
        cutOff = false;
        count = 0;
        endTurn();
    }

    /** @param losses how often the instance has been lost so far */
    void look(long losses) {
        if (cutOff && losses != lossesAtSend) {
            cutOff = false;
            count++;
            lastNanos = clock.nanoTime();
        }
    }

    /** Whether it is to be sent alone among its like. */
    boolean suspect() {
        return count >= SUSPECT;
    }

    /** Whether it is not to be sent there again. */
    boolean proved() {
        return count >= PROVED;
    }

    int count() {
        return count;
    }

    /** Nanoseconds since the last of them became known. */
    long sinceNanos() {
        return clock.nanoTime() - lastNanos;
    }

    boolean hasTurn() {
        return turn != null;
    }

    void begin(Turn granted) {
        turn = granted;
    }

    void endTurn() {
        if (turn != null) {
            turn.end();
            turn = null;
        }
    }
}
