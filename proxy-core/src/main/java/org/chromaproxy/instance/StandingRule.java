package org.chromaproxy.instance;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance.Shown;

/** From an instance's state, traffic and backlog to its standing. Stateless: what matters of before is handed in. */
final class StandingRule {
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Behind by more than this is catching up, by less is following: what lies between stays what it was. */
    private static final long BEHIND_MS = 5_000;

    private static final long FOLLOWING_MS = 1_500;

    private StandingRule() {}

    static Shown of(Instance instance, Shown before, Instant now) {
        return switch (instance.state()) {
            case STARTING -> as(Standing.STARTING, instance.reason(), before, now);
            case DRAINING -> as(Standing.DRAINING, instance.reason(), before, now);
            case MAINTENANCE -> as(Standing.MAINTENANCE, reason(instance), before, now);
            case DOWN -> as(Standing.DOWN, reason(instance), before, now);
            case NEEDS_RESYNC -> as(Standing.NEEDS_RESYNC, instance.reason(), before, now);
            case UP -> up(instance, before, now);
        };
    }

    private static String reason(Instance instance) {
        return instance.letGo()
                ? instance.reason() + "; the log has let go of it meanwhile: it needs a resync"
                : instance.reason();
    }

    private static Shown up(Instance instance, Shown before, Instant now) {
        long failures = instance.consecutiveFailures();
        if (failures > 0) {
            return as(Standing.SUSPECT, failures + " probes or requests in a row got no answer", before, now);
        }
        if (instance.unansweredNanos() > SILENCE_NANOS) {
            return as(Standing.SUSPECT, "nothing heard for more than a second", before, now);
        }
        PendingCounts pending = instance.pending();
        if (pending.records() > 0 && behind(pending, before.standing())) {
            return as(
                    Standing.CATCHING_UP,
                    pending.records() + (pending.records() == 1 ? " record" : " records") + " behind",
                    before,
                    now);
        }
        return as(Standing.UP, "", before, now);
    }

    private static boolean behind(PendingCounts pending, Standing before) {
        return switch (before) {
            case UP, SUSPECT, DRAINING -> pending.ageMs() > BEHIND_MS;
            case CATCHING_UP -> pending.ageMs() > FOLLOWING_MS || !pending.dated();
            case STARTING, MAINTENANCE, DOWN, NEEDS_RESYNC -> true;
        };
    }

    private static Shown as(Standing standing, String reason, Shown before, Instant now) {
        Instant since = standing == before.standing() ? before.since() : now;
        return new Shown(standing, reason, since);
    }
}
