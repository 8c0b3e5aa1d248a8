package org.chromaproxy.drill.check;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Trouble;

/** Which errors the faults at hand make unavoidable. */
final class Excuses {
    /** How long after a heal its consequences may still be felt: a start, a recovery, a probe and its settling. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(15);

    private final List<Trouble> troubles;

    Excuses(List<Trouble> troubles) {
        this.troubles = troubles;
    }

    /** Whether the proxy itself was away. */
    boolean proxyGone(Attempt attempt) {
        return any("PROXY", attempt) || any("OWNER", attempt);
    }

    /** Whether the proxy, the log, or every instance at once was away. */
    boolean nobodyToServe(Attempt attempt) {
        return proxyGone(attempt) || any("POSTGRES", attempt) || noInstance(attempt);
    }

    private boolean any(String target, Attempt attempt) {
        return troubles.stream()
                .anyMatch(trouble ->
                        trouble.target().contains(target) && trouble.overlaps(attempt.begin(), attempt.end(), GRACE));
    }

    private boolean noInstance(Attempt attempt) {
        return troubles.stream()
                .filter(trouble ->
                        trouble.target().contains("PRIMARY") || trouble.target().contains("BOTH"))
                .filter(trouble -> trouble.overlaps(attempt.begin(), attempt.end(), GRACE))
                .anyMatch(primary -> primary.target().contains("BOTH")
                        || troubles.stream()
                                .filter(trouble -> trouble.target().contains("REPLICA"))
                                .anyMatch(replica -> replica.overlaps(primary.injected(), primary.healed(), GRACE)
                                        && replica.overlaps(attempt.begin(), attempt.end(), GRACE)));
    }
}
