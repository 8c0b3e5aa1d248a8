package org.chromaproxy.instance;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.time.Clock;

/** The lanes of one instance that do not go on, and why: for operators. Bounded; thread-safe. */
public final class Holds {
    private static final int KEPT = 1_000;

    private final Clock clock;
    private final Map<String, Hold> held = new ConcurrentHashMap<>();

    Holds(Clock clock) {
        this.clock = clock;
    }

    /**
     * One of them.
     *
     * @param what the collection, or the catalog
     * @param until when it ends at the latest; empty while nothing but an answer ends it
     */
    public record Hold(String what, String reason, Instant since, Optional<Instant> until) {}

    /** Notes that it stands still, or stands still for another reason now; of more than are kept nothing is noted. */
    public void hold(String what, String reason, Optional<Duration> longest) {
        Instant now = clock.now();
        held.computeIfPresent(what, (same, hold) -> new Hold(what, reason, hold.since(), hold.until()));
        if (held.size() < KEPT) {
            held.putIfAbsent(what, new Hold(what, reason, now, longest.map(now::plus)));
        }
    }

    /** Notes that it goes on. */
    public void release(String what) {
        held.remove(what);
    }

    /** All of now, the oldest first. */
    public List<Hold> all() {
        return held.values().stream().sorted(Comparator.comparing(Hold::since)).toList();
    }
}
