package org.chromaproxy.lane;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What came of the comparisons of one lane with its leader: each that comes to nothing has the next one wait longer. A server
 * may end for any reason; but from the second comparison on that a server did not outlive, it is made while nothing else is
 * suspected. Confined to the group's loop.
 */
final class Comparisons {
    /** So many that are not done in time are enough. */
    private static final int MOST_LATE = 3;
    /** So many that a server did not outlive are enough. */
    private static final int MOST_ENDINGS = 4;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_SHIFTS = 6;
    /** That a server has ended is known so soon after its connections broke. */
    static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Clock clock;
    private int failed;
    private int late;
    private int endings;
    private long failedAt;
    private long notBefore;
    private long losses;
    /** Of the last one, as long as a server may be found to have ended on it; empty if not. */
    private List<Lane> compared = List.of();

    private boolean running;
    private Turns.@Nullable Turn alone;

    Comparisons(Clock clock) {
        this.clock = clock;
        this.notBefore = clock.nanoTime();
    }

    /** Whether it may be tried now; what has become of the last one is known by then. */
    boolean due() {
        look();
        return clock.nanoTime() - notBefore >= 0;
    }

    /** Looks whether a server ended on the last one; to be called so long after it failed, too, as that takes to be known. */
    void look() {
        if (running || compared.isEmpty()) {
            return;
        }
        if (losses(compared) != losses) {
            compared = List.of();
            endings++;
        } else if (clock.nanoTime() - failedAt >= KNOWN_NANOS) {
            compared = List.of();
        }
    }

    /** Whether it is to be made while nothing else is under way that a server may not outlive. */
    boolean suspect() {
        return endings > 0;
    }

    /** One begins. */
    void begin(Lane leader, Lane lane) {
        compared = List.of(leader, lane);
        losses = losses(compared);
        running = true;
    }

    /** @param granted ended with this comparison */
    void alone(Turns.Turn granted) {
        alone = granted;
    }

    /** It came to nothing. */
    void failed(boolean tooLate) {
        running = false;
        failedAt = clock.nanoTime();
        notBefore = failedAt + (FIRST_PAUSE_NANOS << Math.min(MOST_SHIFTS, failed));
        failed++;
        late += tooLate ? 1 : 0;
    }

    /** It has ended, in whatever way. */
    void end() {
        running = false;
        if (alone != null) {
            alone.end();
            alone = null;
        }
    }

    /** There is nothing to be compared any more. */
    void clear() {
        failed = 0;
        late = 0;
        endings = 0;
        compared = List.of();
        running = false;
        notBefore = clock.nanoTime();
    }

    /** Whether there is too much to be compared while writes wait. */
    boolean tooLong() {
        return late >= MOST_LATE;
    }

    /** Whether a server ends on it. */
    boolean endsServer() {
        return endings >= MOST_ENDINGS;
    }

    private static long losses(List<Lane> lanes) {
        return lanes.stream().mapToLong(lane -> lane.instance.losses()).sum();
    }
}
