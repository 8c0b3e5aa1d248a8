package org.chromaproxy.lane;

/**
 * Where a lane stands: up to which LSN its instance has applied everything, how much of that is durable, and what was sent or executed
 * beyond it. Confined to the loop of its group.
 */
final class LaneCursor {
    private static final long NONE = 0;

    private final DoubtWindow window = new DoubtWindow();
    private final Unsettled unsettled = new Unsettled();
    private long applied;
    private long durable;
    /** The last submission that is not durable yet; at most one is under way. */
    private long flushing = NONE;

    private long doubtTo;

    /** What was sent since the durable cursor. */
    DoubtWindow window() {
        return window;
    }

    /** What is executed and neither durable nor applied yet; the queue begins behind it. */
    Unsettled unsettled() {
        return unsettled;
    }

    /** Everything up to there is applied. */
    long applied() {
        return applied;
    }

    /** Everything up to there is applied, and durably so. */
    long durable() {
        return durable;
    }

    boolean isDurable() {
        return applied <= durable;
    }

    /** The log says that it stood there. */
    void restore(long lsn) {
        applied = Math.max(applied, lsn);
        durable = Math.max(durable, lsn);
    }

    void advance(long lsn) {
        applied = lsn;
    }

    /** Whether a submission is under way. */
    boolean isFlushing() {
        return flushing != NONE;
    }

    /** A submission begins; the LSN it carries. */
    long beginFlush() {
        flushing = applied;
        return applied;
    }

    /** The cursor is durable up to there. */
    void becomeDurable(long lsn) {
        durable = Math.max(durable, lsn);
        window.durable(lsn);
        if (flushing <= lsn) {
            flushing = NONE;
        }
    }

    /** Everything up to there may have been sent without an answer. */
    long doubtTo() {
        return doubtTo;
    }

    void doubt(long lsn) {
        doubtTo = Math.max(doubtTo, lsn);
    }

    void endDoubt() {
        doubtTo = 0;
    }

    /** Up to where it has executed or passed everything. */
    long reached() {
        return unsettled.isEmpty() ? applied : unsettled.lastLsn();
    }
}
