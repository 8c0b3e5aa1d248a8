package org.chromaproxy.lane;

import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;

/**
 * Whether a follower waits a little for more to send. While anybody may need its position it does not: a read of the collection, a
 * change of leader, a barrier, or a lane's own trouble. Confined to the group's loop.
 */
final class Lingering {
    /** One who read so recently may read again, and from a follower. */
    private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Lanes group;
    private final LaneSemantics semantics;
    /** When somebody last was seen to read what the group is about, by the clock. */
    private long readAt;

    Lingering(Lanes group, LaneSemantics semantics) {
        this.group = group;
        this.semantics = semantics;
        this.readAt = group.io().nanoTime() - READ_NANOS;
    }

    /** Whether the head, which is to be sent there, waits; the lane is pumped when it need not any more. */
    boolean holds(Lane lane, Write head) {
        boolean yes = pauses(lane, head);
        group.gate().lingers(group.lanes().stream().anyMatch(Lane::lingers));
        return yes;
    }

    private boolean pauses(Lane lane, Write head) {
        long now = group.io().nanoTime();
        if (group.gate().takeRead()) {
            readAt = now;
        }
        boolean awaited = now - readAt < READ_NANOS || group.leadershipPaused() || !leaderServes();
        if (awaited || !lane.undisturbed() || group.services().stats().crowded() || !semantics.mayLinger(lane, head)) {
            lane.linger.end();
            return false;
        }
        return lane.linger.holds(
                lane.queue,
                group.services().lingerNanos(),
                nanos -> group.io().schedule(() -> group.pump(lane), nanos, TimeUnit.NANOSECONDS));
    }

    private boolean leaderServes() {
        Lane leader = group.lane(group.gate().leader());
        Instance instance = leader.instance;
        return leader.takesWrites()
                && instance.preferable()
                && !instance.resting()
                && group.gate().readable(instance.index());
    }
}
