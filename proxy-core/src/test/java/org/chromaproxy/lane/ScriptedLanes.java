package org.chromaproxy.lane;

import java.util.List;
import java.util.Optional;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;

/** Bare lanes in a {@link LaneBed}, whose records mean what the test says. */
final class ScriptedLanes {
    final LaneBed bed;
    final LaneGroup<ScriptedSemantics> group;
    final ScriptedSemantics script;

    /** On a primary and a replica. */
    ScriptedLanes() {
        this(new LaneBed());
    }

    ScriptedLanes(LaneBed bed) {
        this.bed = bed;
        this.group = bed.group(ScriptedSemantics::new);
        this.script = group.semantics();
    }

    /** On one server. */
    static ScriptedLanes alone() {
        return new ScriptedLanes(new LaneBed("only"));
    }

    /** Of the first server, which leads at the beginning. */
    Lane primary() {
        return group.lane(0);
    }

    Lane replica() {
        return group.lane(1);
    }

    /** Offers it, and runs what is due. */
    Write offer(Write write) {
        group.offer(write);
        bed.io.runDue();
        return write;
    }

    /** Offers an upsert of one record. */
    Write upsert(String record) {
        return offer(bed.upsert(record));
    }

    /** The only request that is not answered there. */
    VirtualIo.Sent only(Lane lane) {
        return bed.io.only(lane.instance);
    }

    /** Whether no request is unanswered there. */
    boolean idle(Lane lane) {
        return bed.io.open().stream().noneMatch(each -> each.instance == lane.instance);
    }

    /** What was sent there so far: LSNs, {@code 2+3} for two in one request, and GETs as such. */
    List<String> sentTo(Lane lane) {
        return bed.io.sent().stream()
                .filter(each -> each.instance == lane.instance)
                .map(ScriptedLanes::words)
                .toList();
    }

    private static String words(VirtualIo.Sent sent) {
        String uri = sent.request.uri();
        if (!sent.request.method().equals("POST")) {
            return sent.request.method() + " " + uri;
        }
        return sent.body().startsWith("{") ? uri.substring(1) : sent.body();
    }

    /** The server applies a write of some other lanes. */
    void appliesAnother(Lane lane) {
        lane.instance.writes().succeeded();
    }

    void goesDown(Lane lane) {
        becomes(lane, InstanceState.DOWN);
    }

    void comesUp(Lane lane) {
        becomes(lane, InstanceState.UP);
    }

    void becomes(Lane lane, InstanceState state) {
        lane.instance.become(state, "a test");
        group.instanceChanged(lane.instance);
        bed.io.runDue();
    }

    /** Leadership is to move there. */
    boolean elect(Lane next) {
        boolean begun = group.elect(lane -> lane == next, "a test");
        bed.io.runDue();
        return begun;
    }

    /** The log commits the first transaction that waits. */
    void commitNext() {
        bed.log.commitNext();
        bed.io.runDue();
    }

    /** The log refuses the first transaction that waits. */
    void refuseNext() {
        bed.log.refuseNext(changes -> true);
        commitNext();
    }

    /** The log commits all that waits, and all that comes. */
    void release() {
        bed.log.release();
        bed.io.runDue();
    }

    /** So much time passes, and the group is called each second. */
    void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            bed.io.runFor(1_000);
            group.tick();
            bed.io.runDue();
        }
    }

    /** What the log holds as its outcome. */
    Optional<Change.Outcome> outcome(Write write) {
        return bed.log.page(bed.id, write.lsn() - 1).getFirst().outcome();
    }
}
