package org.chromaproxy.lane;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The pause that one follower's lane makes before it sends, so that what is decided meanwhile goes along: a request costs a
 * Chroma server much more than one more record in it, and its processor and disk are often those of the leader. It is made
 * only while writes keep coming, and ends early when enough of them wait. Confined to the group's loop.
 */
final class Linger {
    /** With so many waiting, more gain little. */
    static final int MAX_RECORDS = 100;

    static final int MAX_BYTES = 1 << 20;
    /** A write is followed by another if the one before it came no earlier than so many pauses ago. */
    private static final int RECENT_PAUSES = 4;

    private final LongSupplier clock;
    private boolean passed;
    private long passedAt;
    private boolean pausing;
    private long until;

    /** @param clock nanoseconds */
    Linger(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Whether the head is to wait now.
     *
     * @param queue the lane's records, its decided head first
     * @param longest nanoseconds of a pause; 0 for none
     * @param again called when a pause begins, with the nanoseconds until the lane has to be looked at again
     */
    boolean holds(Iterable<Write> queue, long longest, LongConsumer again) {
        long now = clock.getAsLong();
        if (pausing) {
            pausing = now - until < 0 && mayGrow(queue);
        } else if (passed && now - passedAt < RECENT_PAUSES * longest && mayGrow(queue)) {
            pausing = true;
            until = now + longest;
            again.accept(longest);
        }
        return pausing;
    }

    /** The lane is done with a record. */
    void passed() {
        passed = true;
        passedAt = clock.getAsLong();
    }

    /** What the lane has before it now has waited already: it was away, or behind. */
    void overdue() {
        passed = false;
        pausing = false;
    }

    boolean pausing() {
        return pausing;
    }

    /** There is a reason not to wait. */
    void end() {
        pausing = false;
    }

    /** Whether one more write might go along with those that could be sent now. */
    private static boolean mayGrow(Iterable<Write> queue) {
        int records = 0;
        long bytes = 0;
        Write first = null;
        for (Write write : queue) {
            if (!write.decided()) {
                break;
            }
            first = first == null ? write : first;
            records++;
            bytes += write.record().bodyBytes();
            if (write.kind() != first.kind() || records >= MAX_RECORDS || bytes >= MAX_BYTES) {
                return false;
            }
        }
        return true;
    }
}
