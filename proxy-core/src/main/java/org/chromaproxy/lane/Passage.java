package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.RetiredNames;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.Unsettled.Executed;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;

/** How a record leaves a lane, and is forgotten with the last one. Confined to the group's loop. */
final class Passage {
    private final Lanes group;
    private final LaneSemantics semantics;
    private final Leadership leadership;
    private final Cursors cursors;
    private final Consumer<Write> forgotten;

    /** @param forgotten told of each record that no lane holds any more */
    Passage(Lanes group, LaneSemantics semantics, Leadership leadership, Cursors cursors, Consumer<Write> forgotten) {
        this.group = group;
        this.semantics = semantics;
        this.leadership = leadership;
        this.cursors = cursors;
        this.forgotten = forgotten;
    }

    /** See {@link LaneGroup#pass}. */
    void pass(Lane lane, Write write) {
        lane.removeHead();
        if (!lane.cursor.unsettled().isEmpty()) {
            // The cursor must not pass those before it are behind.
            lane.cursor.unsettled().add(write, Effects.NONE);
            commit(lane);
            return;
        }
        leave(lane, write);
        cursors.moved(lane);
        if (group.services().stats().crowded()) {
            group.services().stats().freed(write.dropBody());
        }
    }

    /** Up to there nothing is for this lane. */
    void skip(Lane lane, long lsn) {
        lane.cursor.advance(lsn);
        group.gate().applied(lane.index(), lsn);
        cursors.moved(lane);
    }

    /** See {@link LaneGroup#settle}. */
    void settle(Lane lane, Write write, Effects effects) {
        lane.removeHead();
        lane.cursor.unsettled().add(write, effects);
        lane.free();
        commit(lane);
        // The next one may go beside it.
        group.io().execute(() -> group.pump(lane));
    }

    /** Whether the head commutes with all that the instance has executed and the log does not hold yet; if not, it waits. */
    boolean goesBeside(Lane lane, Write head) {
        if (lane.cursor.unsettled().isEmpty()) {
            return true;
        }
        boolean alone = lane.alone()
                || lane.cursor.unsettled().full()
                || lane.cursor.unsettled().condemned();
        return !alone
                && (lane.cursor.window().holds(head.lsn())
                        || lane.cursor.window().admits(semantics.footprint(head)));
    }

    /** Has everything committed that waits for it, unless a commit of the lane is under way: then that goes first. */
    private void commit(Lane lane) {
        lane.cursor.unsettled().nextGroup().ifPresent(next -> commit(lane, next));
    }

    private void commit(Lane lane, Unsettled.Group next) {
        List<MappingEdit> edits = new ArrayList<>();
        List<Change> others = new ArrayList<>();
        next.executed().forEach(each -> {
            edits.addAll(each.effects().edits());
            others.addAll(each.effects().others());
        });
        group.services().catalog().changes().begin(edits, begun -> {
            others.addAll(RetiredNames.by(group.services().catalog(), begun));
            List<Change> all = new ArrayList<>(others);
            begun.forEach(each -> all.add(new Change.PutMapping(each.mapping())));
            all.add(cursors.at(lane, next.lastLsn()));
            ChangeListener listener = ChangeListener.of(
                    () -> group.io().execute(() -> committed(lane, next, others, begun)),
                    reason -> group.io().execute(() -> refused(lane, next, begun, reason)));
            group.services().log().submit(all, awaited(lane), listener);
        });
    }

    /**
     * Whether a client or the lane itself waits for what was executed to be durable. On a follower it rides with the transaction of what
     * the leader has still before it, which comes in milliseconds; if there is nothing, a client may wait for the follower alone.
     */
    private boolean awaited(Lane lane) {
        Write head = lane.head();
        boolean stopped = head != null && !goesBeside(lane, head);
        return stopped || group.leads(lane) || group.lane(group.gate().leader()).head() == null;
    }

    private void committed(Lane lane, Unsettled.Group durable, List<Change> others, List<MappingChanges.Begun> begun) {
        semantics.durable(others);
        List<CollectionEntry> entries = group.services().catalog().changes().durable(begun);
        boolean attached = lane.cursor.unsettled().commits(durable);
        for (Executed each : durable.executed()) {
            each.effects().durable().run();
            if (attached) {
                lane.cursor.unsettled().settled();
                leave(lane, each.write());
            }
        }
        semantics.changed(entries);
        if (attached) {
            lane.cursor.unsettled().committed();
            cursors.durable(lane, durable.lastLsn());
            commit(lane);
        }
        leadership.settled(lane);
        group.pumpAll();
    }

    /** An effect was made for a catalog that has changed meanwhile: in doubt, and so planned again by what it says then. */
    private void refused(Lane lane, Unsettled.Group tried, List<MappingChanges.Begun> begun, String reason) {
        group.services().catalog().changes().refused(begun);
        if (!lane.cursor.unsettled().commits(tried)) {
            return;
        }
        boolean alone = lane.cursor.unsettled().size() == 1 && !lane.isOccupied();
        lane.cursor.unsettled().condemn();
        takeBack(lane);
        if (alone) {
            group.fault(lane, tried.executed().getFirst().write(), "the log refuses its effect: " + reason);
        } else {
            group.pump(lane);
        }
    }

    /** What the log refused goes back into the queue, to be executed again one by one, once nothing is under way for the head. */
    void takeBack(Lane lane) {
        if (lane.cursor.unsettled().condemned() && !lane.isOccupied()) {
            lane.takeBack();
            leadership.settled(lane);
        }
    }

    /** What is left of a record's way when everything about it is durable or need not be. */
    private void leave(Lane lane, Write write) {
        lane.passed(write.lsn());
        group.gate().applied(lane.index(), write.lsn());
        lane.instance.pending().done(write.record().bodyBytes());
        group.services().stats().countApplied();
        semantics.left(lane, write);
        if (write.targeted() && write.addresses(lane.instance)) {
            write.result().complete(WriteResult.json(200, new byte[0]));
        }
        if (write.passedOne()) {
            finished(write);
        }
    }

    /** The only instance that it is for follows no more: whoever waits for it is told. */
    void abandonTargeted(Lane lane, Write write) {
        if (write.targeted() && write.addresses(lane.instance)) {
            write.result().complete(WriteResult.of(ProxyError.NO_INSTANCE, ProxyError.NO_INSTANCE.message()));
        }
    }

    /** No instance will ever take it: its client is told, once the log holds that as its outcome. */
    void untaken(Write write) {
        finished(write);
        WriteResult result = WriteResult.of(ProxyError.NO_INSTANCE, ProxyError.NO_INSTANCE.message());
        if (write.decided()) {
            write.result().complete(result);
            return;
        }
        Change refused =
                new Change.Outcome(write.lsn(), TransactionState.FAILED, result.status(), result.text(), result.body());
        group.services()
                .log()
                .submit(List.of(refused), true, () -> write.result().complete(result));
    }

    /** No lane holds it in memory any more. */
    void finished(Write write) {
        forgotten.accept(write);
        group.services().stats().freed(write.dropBody());
        write.everywhere().run();
    }
}
