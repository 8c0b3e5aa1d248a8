package org.chromaproxy.lane;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;

/**
 * What records mean, as a test wants it. Unless it says otherwise each record is sent to {@code /LSN} and changes nothing
 * but cursors, and every instance that is up may lead.
 */
final class ScriptedSemantics implements LaneSemantics {
    private final Lanes lanes;
    /** What became of records that were not simply applied or refused, such as {@code giveUp 1 on primary}. */
    final List<String> told = new ArrayList<>();
    /** Which records have left which lane, such as {@code 1 on primary}. */
    final List<String> left = new ArrayList<>();
    /** Who waits to hear whether a server is sound. */
    final Deque<Consumer<Boolean>> proofs = new ArrayDeque<>();

    BiFunction<Lane, Write, Plan> plan = (lane, write) -> new Plan.Send("POST", "/" + write.lsn());
    Predicate<Lane> canLead = lane -> lane.instance.preferable() && !lane.detached();
    /** What each record changes in the log, which its client is told only then; empty: nothing. */
    List<Change> effects = List.of();
    /** How many neighbours are sent as one. */
    int together = 1;

    int preferred;
    int brokenAttempts = MAX_FOLLOWER_FAULTS;
    long brokenNanos = TimeUnit.SECONDS.toNanos(6);
    boolean mayDecide = true;
    boolean mayLinger;
    /** What else is done when a record is to be given up. */
    Runnable givingUp = () -> {};

    ScriptedSemantics(Lanes lanes) {
        this.lanes = lanes;
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        return plan.apply(lane, write);
    }

    /** Several have their LSNs as their body: {@code 2+3}. */
    @Override
    public Batch batch(Lane lane, Write write, byte[] body) {
        if (lane.alone() || lane.attempts().faults() > 0) {
            return Batch.of(write, body);
        }
        List<Write> writes = lane.queue.stream()
                .limit(together)
                .takeWhile(each -> each.decided() == write.decided() && !each.refused())
                .toList();
        String lsns = writes.stream().map(each -> String.valueOf(each.lsn())).collect(Collectors.joining("+"));
        return writes.size() < 2 ? Batch.of(write, body) : new Batch(writes, lsns.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Footprint footprint(Write write) {
        Footprint known = write.footprint();
        return known == null ? Footprints.of(write.kind(), Objects.requireNonNull(write.body())) : known;
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        boolean decides = lanes.decides(lane, write);
        Runnable decision = () -> {
            if (decides) {
                lanes.decide(write, Write.Decision.APPLIED, WriteResult.of(answer));
            }
        };
        if (effects.isEmpty()) {
            decision.run();
            lanes.pass(lane, write);
            lanes.pumpAll();
        } else {
            lanes.settle(lane, write, new Effects(List.of(), effects, decision));
        }
    }

    @Override
    public void refused(Lane lane, Write write, UpstreamResponse answer) {
        lanes.takeRefusal(lane, write, answer);
    }

    @Override
    public void missing(Lane lane, Write write, UpstreamResponse answer) {
        lanes.contradicted(lane, write, "it is missing");
    }

    @Override
    public void proveSound(Lane lane, Write write, Consumer<Boolean> asks) {
        proofs.add(asks);
    }

    @Override
    public void diverge(Lane lane, Write write, String reason) {
        told.add("diverge " + write.lsn() + " on " + lane);
        lanes.detach(lane);
        lanes.pumpAll();
    }

    @Override
    public void giveUp(Lane lane, Write write, String why) {
        told.add("giveUp " + write.lsn() + " on " + lane);
        givingUp.run();
        lanes.conclude(lane, write, TransactionState.ABANDONED, WriteResult.of(ProxyError.WRITE_FAILED, why));
    }

    @Override
    public void cutOff(Lane lane) {
        told.add("cutOff " + lane);
    }

    @Override
    public void left(Lane lane, Write write) {
        left.add(write.lsn() + " on " + lane);
    }

    @Override
    public int brokenAttempts() {
        return brokenAttempts;
    }

    @Override
    public long brokenNanos() {
        return brokenNanos;
    }

    @Override
    public boolean mayDecide(Write write) {
        return mayDecide;
    }

    @Override
    public boolean canLead(Lane lane) {
        return canLead.test(lane);
    }

    @Override
    public int preferredLeader() {
        return preferred;
    }

    @Override
    public boolean mayLinger(Lane lane, Write head) {
        return mayLinger;
    }
}
