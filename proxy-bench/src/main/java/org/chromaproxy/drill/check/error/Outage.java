package org.chromaproxy.drill.check.error;

import java.util.Optional;
import org.chromaproxy.drill.history.Attempt;

/** A time in which something was away, from its first fault to the sign that it is back. */
record Outage(long from, long to) {
    /** Whether some of the attempt fell into it. */
    boolean touches(Attempt attempt) {
        return attempt.begin() <= to && attempt.end() >= from;
    }

    Optional<Outage> overlap(Outage other) {
        Outage both = new Outage(Math.max(from, other.from), Math.min(to, other.to));
        return both.from <= both.to ? Optional.of(both) : Optional.empty();
    }
}
