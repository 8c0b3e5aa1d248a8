package org.chromaproxy.drill.fault;

import java.time.Duration;
import org.chromaproxy.drill.net.CutPoint;
import org.chromaproxy.drill.net.Link;
import org.chromaproxy.drill.net.LinkMode;

/** Faults of one link. */
final class NetworkFaults {
    private static final Duration LONG_WAY = Duration.ofMillis(150);
    private static final int NARROW_BYTES = 20_000;
    /** One in three exchanges is hit, so that retries get through in the end. */
    private static final int EVERY = 3;

    private NetworkFaults() {}

    static Injection of(Fault fault, Link link) {
        LinkMode mode = mode(fault);
        return Injection.of(() -> link.set(mode), link::heal);
    }

    private static LinkMode mode(Fault fault) {
        return switch (fault) {
            case BLACK_HOLE -> new LinkMode.BlackHole(true, true, false);
            case LATE -> new LinkMode.BlackHole(true, true, true);
            case DEAF -> new LinkMode.BlackHole(false, true, false);
            case SLOW -> new LinkMode.Slow(LONG_WAY, Integer.MAX_VALUE);
            case NARROW -> new LinkMode.Slow(Duration.ZERO, NARROW_BYTES);
            case HALF_OPEN -> new LinkMode.HalfOpen();
            case REFUSE -> new LinkMode.Refuse();
            case RESET_CONNECT -> cut(CutPoint.CONNECT);
            case RESET_REQUEST_HEAD -> cut(CutPoint.REQUEST_HEAD);
            case RESET_REQUEST_BODY -> cut(CutPoint.REQUEST_BODY);
            case RESET_AFTER_REQUEST -> cut(CutPoint.AFTER_REQUEST);
            case RESET_BEFORE_ANSWER -> cut(CutPoint.BEFORE_ANSWER);
            case RESET_ANSWER_HEAD -> cut(CutPoint.ANSWER_HEAD);
            case RESET_ANSWER_BODY -> cut(CutPoint.ANSWER_BODY);
            case RESET_BEFORE_COMMIT -> cut(CutPoint.BEFORE_COMMIT);
            case RESET_AFTER_COMMIT -> cut(CutPoint.AFTER_COMMIT);
            default -> throw new IllegalArgumentException(fault + " does not happen to a network");
        };
    }

    private static LinkMode cut(CutPoint point) {
        return new LinkMode.Cut(point, EVERY);
    }
}
