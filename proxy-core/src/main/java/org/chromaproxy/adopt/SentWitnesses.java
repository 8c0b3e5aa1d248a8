package org.chromaproxy.adopt;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The witnesses that this process has put on one instance, and when the next is due. Each names the log's end, and no other
 * ever the same LSN: so that one which the instance comes back with tells which of them it has. While the log or the instance goes on
 * they stay one LSN behind the end: one more can follow when all is applied. Thread-safe.
 */
final class SentWitnesses {
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** When nothing goes on any more: then all that was applied is known to be on its disk. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int KEPT = 64;

    private static final class Sent {
        private final long lsn;
        private boolean answered;

        Sent(long lsn) {
            this.lsn = lsn;
        }
    }

    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    /** Up to there some are not remembered any more. */
    private long droppedUpTo = Long.MIN_VALUE;

    private long sentNanos;
    private boolean anyStored;
    private long storedNanos;
    private long lastEnd = -1;
    private long lastApplied = -1;

    /**
     * The LSN that a witness should name now; empty if none is due. To be asked every second.
     *
     * @param stored what the log knows the instance to carry
     * @param end of the log
     * @param applied how many writes the instance has applied since this process began
     */
    synchronized OptionalLong due(long now, long stored, long end, long applied) {
        boolean quiet = end == lastEnd && applied == lastApplied;
        lastEnd = end;
        lastApplied = applied;
        long next = quiet ? end : end - 1;
        return next <= stored || (!sent.isEmpty() && now - sentNanos < (quiet ? QUIET_NANOS : REFRESH_NANOS))
                ? OptionalLong.empty()
                : OptionalLong.of(next);
    }

    /** One that names that LSN is about to be sent. */
    synchronized void begin(long lsn, long now) {
        sentNanos = now;
        sent.add(new Sent(lsn));
        if (sent.size() > KEPT) {
            droppedUpTo = sent.remove().lsn;
        }
    }

    /** It was answered. */
    synchronized void answered(long lsn) {
        sent.stream().filter(each -> each.lsn == lsn).forEach(each -> each.answered = true);
    }

    /** The log knows the latest of them. */
    synchronized void stored(long now) {
        anyStored = true;
        storedNanos = now;
    }

    /** Whether one that names that LSN was sent, or may have been: a server that takes no writes is tried again and again. */
    synchronized boolean sent(long lsn) {
        return lsn <= droppedUpTo || sent.stream().anyMatch(each -> each.lsn == lsn);
    }

    /**
     * Whether an instance may carry that earlier witness and have lost nothing: its request ended without an answer, and was executed
     * after a later one.
     *
     * @param upSince when the instance was last let in: whatever is on its disk was seen then
     */
    synchronized boolean late(long lsn, long upSince) {
        return anyStored
                && upSince - storedNanos < 0
                && sent.stream().anyMatch(each -> each.lsn == lsn && !each.answered);
    }
}
