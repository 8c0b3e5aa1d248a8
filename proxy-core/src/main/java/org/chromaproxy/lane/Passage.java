package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.lane.write.Write;
import org.chromaproxy.lane.write.WriteResult;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;

/** How a record leaves a lane, and is forgotten with the last one. Confined to the group's loop. */
final class Passage {
    private final LaneGroup group;
    private final Cursors cursors;

    Passage(LaneGroup group, Cursors cursors) {
        this.group = group;
        this.cursors = cursors;
    }

    /** See {@link LaneGroup#pass}. */
    void pass(Lane lane, Write write) {
        leave(lane, write);
        cursors.moved(lane);
        if (group.services().stats().crowded()) {
            group.services().stats().freed(write.dropBody());
        }
    }

    /** Up to there nothing is for this lane. */
    void skip(Lane lane, long lsn) {
        lane.applied = lsn;
        group.gate().applied(lane.index(), lsn);
        cursors.moved(lane);
    }

    /** See {@link LaneGroup#settle}. */
    void settle(Lane lane, Write write, List<Change> effects, Settled settled) {
        lane.busy = true;
        List<Change> all = new ArrayList<>(effects);
        all.add(cursors.at(lane, write.lsn()));
        ChangeListener listener = ChangeListener.of(
                () -> group.loop().execute(() -> settled(lane, write, settled)),
                reason -> group.loop().execute(() -> refused(lane, write, settled, reason)));
        group.services().log().submit(all, true, listener);
    }

    private void settled(Lane lane, Write write, Settled effects) {
        lane.busy = false;
        effects.durable();
        leave(lane, write);
        cursors.durable(lane, write.lsn());
        group.pumpAll();
    }

    /** The effect was made for a catalog that has changed meanwhile: in doubt, and so planned again by what it says then. */
    private void refused(Lane lane, Write write, Settled effects, String reason) {
        lane.busy = false;
        effects.refused();
        group.fault(lane, write, "the log refuses its effect: " + reason);
    }

    private void leave(Lane lane, Write write) {
        lane.queue.poll();
        lane.nextHead();
        lane.applied = write.lsn();
        lane.passedAt = System.nanoTime();
        lane.linger.passed();
        group.gate().applied(lane.index(), write.lsn());
        lane.instance.pending().done(write.record().bodyBytes());
        group.services().stats().countApplied();
        group.left(lane, write);
        if (LaneGroup.targeted(write) && write.addresses(lane.instance)) {
            write.result().complete(WriteResult.json(200, new byte[0]));
        }
        if (write.passedOne()) {
            finished(write);
        }
    }

    /** No lane holds it in memory any more. */
    void finished(Write write) {
        group.intake().forget(write);
        group.services().stats().freed(write.dropBody());
        write.everywhere().run();
    }
}
