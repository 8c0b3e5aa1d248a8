package org.chromaproxy.lane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.WriteHealth;
import org.chromaproxy.upstream.ServerFault;
import org.chromaproxy.upstream.UpstreamResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane does when an instance that lives does not apply the head: again after a pause, then elsewhere. Only a record
 * that keeps failing while the instance applies others is poison; until then it may be the instance that is sick, and
 * nothing is given up. Confined to the group's loop.
 */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final long SETTLE_MS = 200;
    private static final long MAX_PAUSE_MS = 5_000;
    private static final long QUICK_MS = 20;
    /** While it is busy, it is asked about twice a second. */
    private static final int BUSY_SHIFT = 2;
    /** So long the leader may be too busy for a record that another could decide. */
    private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A follower that cannot be seen to be sound so long after it first failed a record is not waited for. */
    private static final long PROOF_NANOS = TimeUnit.SECONDS.toNanos(90);

    private static final LaneState PROVING = new LaneState.Asking("the server is asked whether it takes other writes");
    private static final LaneState AWAITING_TRIAL = new LaneState.AwaitingPlace(
            "the server ended on the record before, and is sent it once nothing else is tried there");

    private final Lanes group;
    private final LaneSemantics semantics;

    Faults(Lanes group, LaneSemantics semantics) {
        this.group = group;
        this.semantics = semantics;
    }

    /** The head is in doubt there. */
    void fault(Lane lane, Write write, String why) {
        failed(lane, write, why, true);
    }

    /**
     * The head is in doubt there, by what something on the way answered instead of the instance: whether that takes writes
     * has to be tried.
     */
    void unrecognized(Lane lane, Write write, String why) {
        lane.attempts().answeredByAnother();
        failed(lane, write, why, false);
    }

    /**
     * It is too busy for the head, or something on the way says so. That is no fault of the record's: it is sent again, and
     * another instance decides when this goes on. Some say so after they have passed the request on.
     */
    void busy(Lane lane, Write write, String why) {
        lane.attempts().putInDoubt();
        lane.attempts().answeredBusy();
        lane.instance.writes().doubted();
        lane.stands(group.toString(), why, Optional.empty());
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (!write.decided() && lane.attempts().busyNanos() > BUSY_NANOS) {
            group.yieldTo("record " + write.lsn() + " waits for " + lane + ": " + why);
        }
        pause(lane, why);
    }

    private void failed(Lane lane, Write write, String why, boolean itself) {
        lane.attempts().putInDoubt();
        group.services().stats().countFault();
        if (!lane.instance.usable()) {
            if (!group.leftToAnother(lane, write)) {
                group.pump(lane);
            }
            return;
        }
        WriteHealth health = lane.instance.writes();
        HeadAttempts attempts = lane.attempts();
        attempts.failed(health.applied());
        if (attempts.silencedTooOften()) {
            attempts.countFaults(Math.max(attempts.faults(), LaneSemantics.MAX_FOLLOWER_FAULTS));
        }
        attempts.toldOfServer(ServerFault.toldBy(why));
        if (suspicious(lane, write)) {
            write.suspect();
        }
        lane.stands(
                group.toString(),
                "record " + write.lsn() + " is not applied there: " + why,
                write.decided() ? Optional.of(Duration.ofNanos(PROOF_NANOS)) : Optional.empty());
        LOG.warn(
                "{} on {}: record {} in doubt (attempt {}): {}",
                group,
                lane,
                write.lsn(),
                lane.attempts().faults(),
                why);
        if (itself) {
            health.faulted("record " + write.lsn() + ": " + why, write.culprit());
        } else {
            health.doubted();
        }
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (write.decided()) {
            follower(lane, write, why);
        } else {
            leader(lane, write, why);
        }
    }

    private void follower(Lane lane, Write write, String why) {
        if (lane.attempts().faults() < LaneSemantics.MAX_FOLLOWER_FAULTS || !poisoned(lane, write)) {
            pause(lane, why);
        } else if (lane.attempts().sound() || lane.attempts().sinceFirstFault() > PROOF_NANOS) {
            semantics.diverge(lane, write, "record " + write.lsn() + " could not be applied: " + why);
        } else {
            lane.occupy(PROVING);
            semantics.proveSound(lane, write, sound -> soundOrNot(lane, write, sound, why));
        }
    }

    /** Seen to be sound, it is sent the record once more. */
    private void soundOrNot(Lane lane, Write write, boolean sound, String why) {
        if (lane.head() != write || lane.detached()) {
            return;
        }
        lane.free();
        lane.attempts().proved(sound);
        if (sound) {
            group.pump(lane);
        } else {
            pause(lane, why);
        }
    }

    private void leader(Lane lane, Write write, String why) {
        boolean moved = lane.attempts().faults() >= LaneSemantics.MAX_FAULTS
                && group.yieldTo("record " + write.lsn() + " got no usable answer from " + lane + ": " + why);
        if (!moved && hopeless(lane, write)) {
            semantics.giveUp(lane, write, why);
        } else {
            pause(lane, why);
        }
    }

    /** Whether every instance that could take the record now was shown it and failed it, for no fault of its own. */
    private boolean hopeless(Lane leader, Write write) {
        boolean all = true;
        for (Lane lane : group.lanes()) {
            if (!lane.takesWrites()) {
                all = false;
            } else if (semantics.canLead(lane) && !poisoned(lane, write)) {
                return false;
            }
        }
        Endings endings = leader.attempts().endings();
        boolean alone = leader.attempts().faults() >= LaneSemantics.MAX_FOLLOWER_FAULTS
                || (endings != null && endings.proved() && endings.sinceNanos() > PROOF_NANOS);
        return poisoned(leader, write) && (all || alone);
    }

    /**
     * Whether the record itself may be at fault: this instance failed it more than once and applied others meanwhile, and every
     * other one that could take it failed it too. A network that breaks to one server is no reason to suspect anybody.
     */
    private boolean suspicious(Lane lane, Write write) {
        return lane.attempts().faults() >= LaneSemantics.MAX_FAULTS
                && !lane.attempts().sick()
                && lane.attempts().othersApplied(lane.instance.writes().applied())
                && group.lanes().stream()
                        .filter(other -> other != lane && other.takesWrites() && semantics.canLead(other))
                        .allMatch(other ->
                                other.head() == write && other.attempts().faults() > 0);
    }

    /** Whether that instance failed this record while it applied others, or ends on it. */
    boolean poisoned(Lane lane, Write write) {
        if (lane.head() == write && lane.endsServer(write)) {
            return true;
        }
        HeadAttempts attempts = lane.attempts();
        boolean unanswered = attempts.unanswered();
        return lane.head() == write
                && attempts.faults() >= (unanswered ? semantics.brokenAttempts() : LaneSemantics.MAX_FAULTS)
                // Connections that break say little of the record.
                && !(unanswered && attempts.sinceFirstFault() < semantics.brokenNanos())
                && !attempts.sick()
                && attempts.othersApplied(lane.instance.writes().applied());
    }

    /**
     * Whether the head may be sent there now. One that was under way when the instance ended, again and again, is sent when no
     * other such record is, and in the end not at all: then it is given up, or the follower that cannot take it.
     */
    boolean mayGo(Lane lane, Write write) {
        Endings endings = lane.attempts().endings();
        if (endings == null || !endings.of(write)) {
            return true;
        }
        endings.look(lane.instance.losses());
        if (endings.proved()) {
            endings.endTurn();
            ended(lane, write, endings.count());
            return false;
        }
        if (!endings.suspect() || endings.hasTurn()) {
            return true;
        }
        long step = lane.occupy(AWAITING_TRIAL);
        // Who has that turn may wait for a turn to write.
        lane.sending.endTurn();
        group.services().work().suspects().on(lane.instance).await(group.io(), turn -> {
            if (!lane.isAt(step)) {
                turn.end();
                return;
            }
            endings.begin(turn);
            lane.free();
            group.pump(lane);
        });
        return false;
    }

    private void ended(Lane lane, Write write, int times) {
        String why = "the server ended, or was lost, " + times + " times while it executed this";
        write.suspect();
        lane.stands(
                group.toString(), "record " + write.lsn() + " is not sent there any more: " + why, Optional.empty());
        LOG.warn("{} on {}: record {} is not sent there any more: {}", group, lane, write.lsn(), why);
        if (write.decided()) {
            lane.attempts().failedByEnding(LaneSemantics.MAX_FOLLOWER_FAULTS);
            follower(lane, write, why);
        } else {
            lane.attempts().failedByEnding(LaneSemantics.MAX_FAULTS);
            leader(lane, write, why);
        }
    }

    /** Tries again later: later after each fault, and not at the same moment as all the other lanes. */
    void pause(Lane lane, String why) {
        lane.sending.endTurn();
        if (lane.attempts().faults() < LaneSemantics.MAX_FAULTS && ownFailure(lane)) {
            // It answered, and nothing is on the way: the one retry can be at once.
            again(lane, QUICK_MS, why);
            return;
        }
        long longest = Math.min(
                MAX_PAUSE_MS,
                SETTLE_MS
                        << Math.max(
                                Math.min(5, lane.attempts().faults()),
                                Math.min(BUSY_SHIFT, lane.attempts().busyAnswers())));
        long delay = longest / 2 + group.io().random(longest / 2 + 1);
        LOG.debug("{} on {} pauses {} ms: {}", group, lane, delay, why);
        again(lane, delay, why);
    }

    private static boolean ownFailure(Lane lane) {
        UpstreamResponse told = lane.attempts().answer();
        return lane.attempts().faults() > 0 && told != null && Verdict.ownFailure(told);
    }

    private void again(Lane lane, long delay, String why) {
        long until = group.io().nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay);
        long step = lane.occupy(new LaneState.BackingOff(why, until));
        Runnable resume = () -> {
            if (lane.isAt(step)) {
                lane.free();
                group.pump(lane);
            }
        };
        group.io().schedule(resume, delay, TimeUnit.MILLISECONDS);
    }
}
