package org.chromaproxy.lane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane does about a request that its instance does not answer. First another instance decides, and the answer is still
 * waited for; then, while the instance applies other writes, that one connection is reset. What was sent may have its effect a
 * little later all the same: so the head is sent again only after another write to the same collection, and compared.
 * Confined to the group's loop.
 */
final class Silence {
    private static final Logger LOG = LoggerFactory.getLogger(Silence.class);
    /** A request is waited for so many times as long as the client is before another instance decides. */
    private static final int TIMES = 3;

    private static final LaneState SETTLING = new LaneState.Asking(
            "another write has to be answered there first, as the record was not: that may still have its effect");

    private final Lanes group;
    private final LaneSemantics semantics;

    Silence(Lanes group, LaneSemantics semantics) {
        this.group = group;
        this.semantics = semantics;
    }

    /** Called about once a second. */
    void watch() {
        group.lanes().forEach(this::watch);
    }

    private void watch(Lane lane) {
        Write head = lane.head();
        if (head != null && isSilent(lane)) {
            tooLong(lane, head);
        }
        Flight flight = lane.sending.flight();
        if (flight == null) {
            return;
        }
        long waited = group.io().nanoTime() - flight.sentAt();
        long most = TIMES * patience(lane);
        boolean others = lane.instance.writes().applied() != flight.appliedBefore();
        if (waited > most && lane.takesWrites() && others) {
            reset(lane, flight, waited);
            return;
        }
        if (waited > most && lane.takesWrites()) {
            // Nobody else writes there now: the proxy tries it.
            lane.instance.writes().doubted();
        }
        if (head == flight.first() && isSilent(lane)) {
            lane.stands(
                    group.toString(),
                    "record " + head.lsn()
                            + " is not answered there; in the end its connection is reset, and it is sent" + " again",
                    Optional.of(Duration.ofNanos(most)));
        }
    }

    /** Leadership moves; the connection stays open, and that lane shut. */
    private void tooLong(Lane lane, Write head) {
        String why = "record " + head.lsn() + " is unanswered for too long";
        lane.instance.writes().unanswered(lane.attempts().appliedAtSend(), why);
        // Nobody else has to wait for it.
        group.endCatchUp(lane);
        lane.sending.yieldTurn();
        if (group.decides(lane, head)) {
            lane.attempts().putInDoubt();
            group.yieldTo(why + " by " + lane, other -> !isSilent(other));
        }
    }

    /** Whether its head was sent so long ago, and has had no usable answer. */
    private boolean isSilent(Lane lane) {
        return lane.attempts().unansweredFor(patience(lane));
    }

    private void reset(Lane lane, Flight flight, long waited) {
        Write head = lane.head();
        LOG.warn(
                "{} on {}: record {} was not answered within {} s, though other writes were; its connection is reset",
                group,
                lane,
                flight.first().lsn(),
                TimeUnit.NANOSECONDS.toSeconds(waited));
        if (head == flight.first()) {
            lane.attempts().silenced();
        }
        flight.answer().cancel(false);
        if (head == flight.first() && lane.head() == head) {
            semantics.cutOff(lane);
        }
    }

    /** Whether the head may be sent: what was sent of it before has had its effect by now, or never will. */
    boolean mayGo(Lane lane, Write write) {
        if (!lane.attempts().needsBarrier()) {
            return true;
        }
        lane.occupy(SETTLING);
        lane.sending.endTurn();
        semantics.proveSound(
                lane,
                write,
                settled -> group.guarded(lane, write, () -> {
                    if (lane.head() != write || lane.detached()) {
                        return;
                    }
                    lane.free();
                    if (settled) {
                        lane.attempts().passedBarrier();
                        group.pump(lane);
                    } else {
                        group.fault(lane, write, "no answer, nor to another write to the same collection");
                    }
                }));
        return false;
    }

    /** A server executes what it was sent one after the other. */
    private long patience(Lane lane) {
        long mebibytes = lane.instance.writes().bytesUnderWay() >> 20;
        return group.services().unansweredNanos() + TimeUnit.SECONDS.toNanos(mebibytes);
    }
}
