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

    private final LaneGroup group;

    Faults(LaneGroup group) {
        this.group = group;
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
        lane.unanswered = true;
        failed(lane, write, why, false);
    }

    /**
     * It is too busy for the head, or something on the way says so. That is no fault of the record's: it is sent again, and
     * another instance decides when this goes on. Some say so after they have passed the request on.
     */
    void busy(Lane lane, Write write, String why) {
        lane.headInDoubt = true;
        lane.busyAnswers++;
        long now = group.io().nanoTime();
        if (lane.busySince == 0) {
            lane.busySince = now;
        }
        lane.instance.writes().doubted();
        lane.stands(group.toString(), why, Optional.empty());
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (!write.decided() && now - lane.busySince > BUSY_NANOS) {
            group.leadership().yieldTo("record " + write.lsn() + " waits for " + lane + ": " + why);
        }
        pause(lane, why);
    }

    private void failed(Lane lane, Write write, String why, boolean itself) {
        lane.headInDoubt = true;
        group.services().stats().countFault();
        if (!lane.instance.usable()) {
            if (!group.leftToAnother(lane, write)) {
                group.pump(lane);
            }
            return;
        }
        WriteHealth health = lane.instance.writes();
        if (lane.faults == 0) {
            lane.appliedAtFault = health.applied();
            lane.firstFaultAt = group.io().nanoTime();
        }
        lane.faults++;
        if (Silence.endless(lane)) {
            lane.faults = Math.max(lane.faults, LaneGroup.MAX_FOLLOWER_FAULTS);
        }
        lane.sick = ServerFault.toldBy(why);
        if (suspicious(lane, write)) {
            write.suspect();
        }
        lane.stands(
                group.toString(),
                "record " + write.lsn() + " is not applied there: " + why,
                write.decided() ? Optional.of(Duration.ofNanos(PROOF_NANOS)) : Optional.empty());
        LOG.warn("{} on {}: record {} in doubt (attempt {}): {}", group, lane, write.lsn(), lane.faults, why);
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
        if (lane.faults < LaneGroup.MAX_FOLLOWER_FAULTS || !poisoned(lane, write)) {
            pause(lane, why);
        } else if (lane.sound || group.io().nanoTime() - lane.firstFaultAt > PROOF_NANOS) {
            group.diverge(lane, write, "record " + write.lsn() + " could not be applied: " + why);
        } else {
            lane.busy = true;
            group.proveSound(lane, write, sound -> soundOrNot(lane, write, sound, why));
        }
    }

    /** Seen to be sound, it is sent the record once more. */
    private void soundOrNot(Lane lane, Write write, boolean sound, String why) {
        if (lane.head() != write || lane.detached) {
            return;
        }
        lane.busy = false;
        lane.sound = sound;
        if (sound) {
            group.pump(lane);
        } else {
            pause(lane, why);
        }
    }

    private void leader(Lane lane, Write write, String why) {
        boolean moved = lane.faults >= LaneGroup.MAX_FAULTS
                && group.leadership()
                        .yieldTo("record " + write.lsn() + " got no usable answer from " + lane + ": " + why);
        if (!moved && hopeless(lane, write)) {
            group.giveUp(lane, write, why);
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
            } else if (group.canLead(lane) && !poisoned(lane, write)) {
                return false;
            }
        }
        Endings endings = leader.endings;
        boolean alone = leader.faults >= LaneGroup.MAX_FOLLOWER_FAULTS
                || (endings != null && endings.proved() && endings.sinceNanos() > PROOF_NANOS);
        return poisoned(leader, write) && (all || alone);
    }

    /**
     * Whether the record itself may be at fault: this instance failed it more than once and applied others meanwhile, and every
     * other one that could take it failed it too. A network that breaks to one server is no reason to suspect anybody.
     */
    private boolean suspicious(Lane lane, Write write) {
        return lane.faults >= LaneGroup.MAX_FAULTS
                && !lane.sick
                && lane.instance.writes().applied() > lane.appliedAtFault
                && group.lanes().stream()
                        .filter(other -> other != lane && other.takesWrites() && group.canLead(other))
                        .allMatch(other -> other.head() == write && other.faults > 0);
    }

    /** Whether that instance failed this record while it applied others, or ends on it. */
    boolean poisoned(Lane lane, Write write) {
        if (lane.head() == write && lane.endsServer(write)) {
            return true;
        }
        return lane.head() == write
                && lane.faults >= (lane.unanswered ? group.brokenAttempts() : LaneGroup.MAX_FAULTS)
                // Connections that break say little of the record.
                && !(lane.unanswered && group.io().nanoTime() - lane.firstFaultAt < group.brokenNanos())
                && !lane.sick
                && lane.instance.writes().applied() > lane.appliedAtFault;
    }

    /**
     * Whether the head may be sent there now. One that was under way when the instance ended, again and again, is sent when no
     * other such record is, and in the end not at all: then it is given up, or the follower that cannot take it.
     */
    boolean mayGo(Lane lane, Write write) {
        Endings endings = lane.endings;
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
        lane.busy = true;
        // Who has that turn may wait for a turn to write.
        lane.endWriteTurn();
        group.services().work().suspects().on(lane.instance).await(group.io(), turn -> {
            if (lane.head() != write || lane.endings != endings || endings.hasTurn()) {
                turn.end();
                return;
            }
            endings.begin(turn);
            lane.busy = false;
            group.pump(lane);
        });
        return false;
    }

    private void ended(Lane lane, Write write, int times) {
        String why = "the server ended, or was lost, " + times + " times while it executed this";
        if (lane.faults == 0) {
            lane.firstFaultAt = group.io().nanoTime();
        }
        write.suspect();
        lane.stands(
                group.toString(), "record " + write.lsn() + " is not sent there any more: " + why, Optional.empty());
        LOG.warn("{} on {}: record {} is not sent there any more: {}", group, lane, write.lsn(), why);
        if (write.decided()) {
            lane.faults = Math.max(lane.faults, LaneGroup.MAX_FOLLOWER_FAULTS);
            follower(lane, write, why);
        } else {
            lane.faults = Math.max(lane.faults, LaneGroup.MAX_FAULTS);
            leader(lane, write, why);
        }
    }

    /** Tries again later: later after each fault, and not at the same moment as all the other lanes. */
    void pause(Lane lane, String why) {
        lane.busy = true;
        lane.endWriteTurn();
        if (lane.faults < LaneGroup.MAX_FAULTS && ownFailure(lane)) {
            // It answered, and nothing is on the way: the one retry can be at once.
            again(lane, QUICK_MS);
            return;
        }
        long longest = Math.min(
                MAX_PAUSE_MS, SETTLE_MS << Math.max(Math.min(5, lane.faults), Math.min(BUSY_SHIFT, lane.busyAnswers)));
        long delay = longest / 2 + group.io().random(longest / 2 + 1);
        LOG.debug("{} on {} pauses {} ms: {}", group, lane, delay, why);
        again(lane, delay);
    }

    private static boolean ownFailure(Lane lane) {
        UpstreamResponse told = lane.told;
        return lane.faults > 0 && told != null && Verdict.ownFailure(told);
    }

    private void again(Lane lane, long delay) {
        long pause = ++lane.pauses;
        lane.endPause = () -> resume(lane, pause);
        group.io().schedule(() -> resume(lane, pause), delay, TimeUnit.MILLISECONDS);
    }

    private void resume(Lane lane, long pause) {
        if (lane.endPause != null && lane.pauses == pause) {
            lane.endPause = null;
            lane.busy = false;
            group.pump(lane);
        }
    }
}
