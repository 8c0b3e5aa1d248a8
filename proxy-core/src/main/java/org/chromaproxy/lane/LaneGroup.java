package org.chromaproxy.lane;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All lanes of one collection, or of the catalog, with their leader.
 *
 * <p>Each lane sends one record at a time, in LSN order. The leader's answer decides a record; followers send it only
 * then. A record leaves a lane when that instance has applied it or rightly never will. Confined to one event loop.
 */
abstract class LaneGroup {
    /** Attempts at one record that may end without a usable answer before another instance is asked. */
    static final int MAX_FAULTS = 2;
    /** The same for a follower, which has nobody to ask: then its lane is diverged. */
    static final int MAX_FOLLOWER_FAULTS = 6;

    private static final Logger LOG = LoggerFactory.getLogger(LaneGroup.class);
    private static final byte[] EMPTY_OBJECT = {'{', '}'};
    private static final long SETTLE_MS = 200;
    private static final long MAX_PAUSE_MS = 5_000;

    private final UUID id;
    private final EventLoop loop;
    private final LaneServices services;
    private final ReadGate gate;
    private final List<Lane> lanes;
    private final Leadership leadership;
    private final Cursors cursors;

    LaneGroup(UUID id, EventLoop loop, LaneServices services, ReadGate gate, long term) {
        this.id = id;
        this.loop = loop;
        this.services = services;
        this.gate = gate;
        this.lanes = services.instances().stream().map(Lane::new).toList();
        this.leadership = new Leadership(this, gate.leader(), term);
        this.cursors = new Cursors(id, loop, services.log(), this::pump);
    }

    /** What to do with this record, the lane's head, on this instance now. */
    abstract Plan plan(Lane lane, Write write);

    /** The instance answered 2xx. Must end in {@link #settle} or {@link #pass}. */
    abstract void applied(Lane lane, Write write, UpstreamResponse answer);

    /** The instance answered 404. */
    abstract void missing(Lane lane, Write write, UpstreamResponse answer);

    /** Turns a record that cannot be repeated into one that can, before it is sent; true while that is under way. */
    boolean resolve(Lane lane, Write write, byte[] body) {
        return false;
    }

    /** What the record touches, for the question whether it commutes. */
    abstract Footprint footprint(Write write);

    /** Whether that instance holds, or will hold, everything this group is about. */
    abstract boolean canLead(Lane lane);

    /** The instance cannot follow this group any more. */
    abstract void diverge(Lane lane, Write write, String reason);

    /** A record has left a lane, whatever became of it. */
    void left(Lane lane, Write write) {}

    /** The instance that leads when all is well. */
    abstract int preferredLeader();

    /** Takes in a record found in the log at start, for the lanes whose cursor has not passed it; in LSN order. */
    void offerRecovered(Write write, boolean refused) {
        int taken = 0;
        String target = write.subject().target();
        for (Lane lane : lanes) {
            boolean mine = target.isEmpty() || target.equals(lane.instance.name());
            if (!lane.detached && mine && write.lsn() > lane.durable) {
                lane.queue.add(write);
                taken++;
            }
        }
        if (taken == 0) {
            return;
        }
        write.queuedOn(taken);
        services.stats().queued(0);
        if (refused) {
            write.decide(Write.Decision.REFUSED);
        } else if (!target.isEmpty() || lane(gate.leader()).durable >= write.lsn()) {
            write.decide(Write.Decision.APPLIED);
        }
        gate.recovering(write.lsn());
    }

    /** Where the lane of an instance stood when the log was last written. */
    void restoreCursor(int instance, long lsn) {
        Lane lane = lane(instance);
        lane.applied = Math.max(lane.applied, lsn);
        lane.durable = Math.max(lane.durable, lsn);
        gate.applied(instance, lane.applied);
    }

    /** Takes in a committed record; called in LSN order. */
    void offer(Write write) {
        String target = write.subject().target();
        int taken = 0;
        for (Lane lane : lanes) {
            if (!lane.detached && (target.isEmpty() || target.equals(lane.instance.name()))) {
                lane.queue.add(write);
                taken++;
            }
        }
        write.queuedOn(taken);
        if (!target.isEmpty()) {
            write.decide(Write.Decision.APPLIED);
        }
        byte[] body = write.body();
        services.stats().queued(body == null ? 0 : body.length);
        if (taken == 0) {
            finished(write);
            write.result().complete(WriteResult.json(503, ProxyError.NO_INSTANCE.body()));
        }
        pumpAll();
    }

    void pumpAll() {
        lanes.forEach(this::pump);
    }

    /** Lets a lane do all it can now. */
    void pump(Lane lane) {
        boolean more = true;
        while (more && !lane.busy && !lane.detached && !lane.held) {
            Write head = lane.head();
            if (head == null || head.lsn() > lane.barrier) {
                break;
            }
            more = advance(lane, head);
        }
        Runnable reached = lane.onBarrier;
        if (reached != null && (lane.detached || lane.drainedToBarrier())) {
            lane.onBarrier = null;
            reached.run();
        }
        leadership.settleHandover(preferredLeader());
    }

    /** One step with the head; false when the lane has to wait for something. */
    private boolean advance(Lane lane, Write head) {
        if (head.refused()) {
            pass(lane, head);
            return true;
        }
        boolean leads = leadership.leads(lane);
        if (!head.decided() && !leads) {
            return false;
        }
        if (!lane.instance.usable()) {
            if (leads) {
                leadership.elect();
            }
            return false;
        }
        if (!head.decided() && leadership.paused()) {
            return false;
        }
        switch (plan(lane, head)) {
            case Plan.Skip skip -> {
                if (!head.decided()) {
                    decide(head, Write.Decision.APPLIED, WriteResult.json(200, EMPTY_OBJECT));
                }
                pass(lane, head);
                return true;
            }
            case Plan.Wait wait -> {}
            case Plan.Refuse refuse -> refuse(lane, head, refuse.result());
            case Plan.Diverge diverged -> diverge(lane, head, diverged.reason());
            case Plan.Send send -> prepare(lane, head, send);
        }
        return false;
    }

    private void prepare(Lane lane, Write write, Plan.Send send) {
        byte[] body = write.body();
        if (body == null) {
            load(lane, write);
            return;
        }
        if (resolve(lane, write, body)) {
            return;
        }
        Footprint footprint = footprint(write);
        if (!lane.doubt.holds(write.lsn()) && !lane.doubt.admits(footprint)) {
            cursors.flush(lane);
            return;
        }
        lane.busy = true;
        if (write.recovered()) {
            lane.headInDoubt = true;
        }
        lane.doubt.sending(write.lsn(), footprint);
        gate.sending(write.lsn());
        UpstreamRequest request = new UpstreamRequest(send.method(), send.path(), headers(write), body);
        services.upstream()
                .send(loop, lane.instance, request, 0)
                .whenComplete((answer, error) -> heard(lane, write, answer, error));
    }

    private void load(Lane lane, Write write) {
        lane.busy = true;
        services.bodies().load(write.lsn(), loop).whenComplete((body, error) -> {
            lane.busy = false;
            if (error != null) {
                pause(lane, "its body cannot be read from the log: " + error.getMessage());
                return;
            }
            services.stats().loaded(body.length);
            write.body(body);
            pump(lane);
        });
    }

    private static HttpHeaders headers(Write write) {
        HttpHeaders headers = new DefaultHttpHeaders().add(write.clientHeaders());
        String contentType = write.record().content().request().contentType();
        if (!contentType.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        return headers;
    }

    private void heard(Lane lane, Write write, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        if (lane.head() != write) {
            return;
        }
        lane.busy = false;
        if (answer == null) {
            unanswered(lane, write, error);
            return;
        }
        if (!write.decided() && !leadership.leads(lane)) {
            // Leadership moved while this was under way: the new leader decides, then it is sent here again.
            lane.headInDoubt = true;
            pump(lane);
            return;
        }
        switch (Verdict.of(answer)) {
            case APPLIED -> applied(lane, write, answer);
            case REFUSED -> refused(lane, write, answer);
            case MISSING -> missing(lane, write, answer);
            case BUSY -> pause(lane, "it is busy (" + answer.status() + ")");
            case FAULT -> fault(lane, write, "it answered " + answer.status() + ": " + brief(answer));
        }
    }

    private void unanswered(Lane lane, Write write, @Nullable Throwable error) {
        if (error instanceof UpstreamException upstream && upstream.neverSent()) {
            pause(lane, String.valueOf(upstream.getMessage()));
            return;
        }
        fault(lane, write, error == null ? "no answer" : String.valueOf(error.getMessage()));
    }

    /** The instance refused it for good. */
    void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (write.decided()) {
            diverge(lane, write, "refused what the leader applied: " + answer.status() + " " + brief(answer));
            return;
        }
        refuse(lane, write, told(write, answer));
    }

    /** Makes the refusal durable, then tells it; nobody else is ever sent the record. */
    void refuse(Lane lane, Write write, WriteResult result) {
        lane.busy = true;
        Change.Outcome outcome =
                new Change.Outcome(write.lsn(), TransactionState.FAILED, result.status(), text(result), result.body());
        services.log()
                .submit(
                        List.of(outcome),
                        true,
                        () -> loop.execute(() -> {
                            lane.busy = false;
                            services.stats().countRefused();
                            decide(write, Write.Decision.REFUSED, result);
                            pass(lane, write);
                            pumpAll();
                        }));
    }

    /** In doubt on an instance that is up: again after a pause, then elsewhere, then given up for good. */
    void fault(Lane lane, Write write, String why) {
        lane.headInDoubt = true;
        services.stats().countFault();
        if (!lane.instance.usable()) {
            pump(lane);
            return;
        }
        lane.faults++;
        boolean follower = write.decided();
        LOG.warn("{} on {}: record {} in doubt (attempt {}): {}", this, lane, write.lsn(), lane.faults, why);
        if (!follower && lane.faults >= MAX_FAULTS) {
            if (!leadership.yieldTo("record " + write.lsn() + " got no usable answer from " + lane + ": " + why)) {
                refuse(
                        lane,
                        write,
                        WriteResult.json(
                                500,
                                ProxyError.WRITE_FAILED.body("Every usable instance failed this write alike (" + why
                                        + "). It is recorded as failed; no instance is sent it again.")));
                return;
            }
        } else if (follower && lane.faults >= MAX_FOLLOWER_FAULTS) {
            diverge(lane, write, "record " + write.lsn() + " could not be applied: " + why);
            return;
        }
        pause(lane, why);
    }

    /** Tries again later; longer after each fault. */
    void pause(Lane lane, String why) {
        lane.busy = true;
        long delay = Math.min(MAX_PAUSE_MS, SETTLE_MS << Math.min(5, lane.faults));
        LOG.debug("{} on {} pauses {} ms: {}", this, lane, delay, why);
        loop.schedule(
                () -> {
                    lane.busy = false;
                    pump(lane);
                },
                delay,
                TimeUnit.MILLISECONDS);
    }

    /** Decides a record and, for the exceptions, keeps its outcome; then tells the client. */
    void decide(Write write, Write.Decision decision, WriteResult result) {
        write.decide(decision);
        if (decision == Write.Decision.APPLIED && write.keepsOutcome()) {
            boolean late = write.abandoned() || write.recovered();
            TransactionState state = late ? TransactionState.RECOVERED : TransactionState.COMPLETED;
            services.log()
                    .submit(
                            List.of(new Change.Outcome(write.lsn(), state, result.status(), "", result.body())),
                            false,
                            () -> {});
        }
        if (write.recovered() || write.abandoned()) {
            services.stats().countRecovered();
        }
        tell(write, result);
    }

    /** Tells the client; a group may wait a little for its followers. */
    void tell(Write write, WriteResult result) {
        write.result().complete(result);
    }

    /** This lane is done with its head; the cursor follows lazily. */
    void pass(Lane lane, Write write) {
        leave(lane, write);
        cursors.moved(lane);
        if (services.stats().crowded()) {
            services.stats().freed(write.dropBody());
        }
    }

    /** This lane is done with its head once these changes and its cursor are durable. */
    void settle(Lane lane, Write write, List<Change> effects, Runnable whenDurable) {
        lane.busy = true;
        List<Change> all = new ArrayList<>(effects);
        all.add(cursors.at(lane, write.lsn()));
        services.log()
                .submit(
                        all,
                        true,
                        () -> loop.execute(() -> {
                            lane.busy = false;
                            whenDurable.run();
                            leave(lane, write);
                            cursors.durable(lane, write.lsn());
                            pumpAll();
                        }));
    }

    private void leave(Lane lane, Write write) {
        lane.queue.poll();
        lane.nextHead();
        lane.applied = write.lsn();
        gate.applied(lane.index(), write.lsn());
        services.stats().countApplied();
        left(lane, write);
        if (targeted(write)) {
            write.result().complete(WriteResult.json(200, new byte[0]));
        }
        if (write.passedOne()) {
            finished(write);
        }
    }

    private void finished(Write write) {
        services.stats().freed(write.dropBody());
        services.stats().done();
        write.everywhere().run();
    }

    /** Takes the lane out of the group: its records are no longer its business. */
    void detach(Lane lane) {
        lane.detached = true;
        for (Write write : lane.queue) {
            if (write.passedOne()) {
                finished(write);
            }
        }
        lane.queue.clear();
        lane.busy = false;
    }

    /** What the client is told of this answer. */
    WriteResult told(Write write, UpstreamResponse answer) {
        String contentType = answer.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return new WriteResult(answer.status(), answer.headers(), contentType, answer.body());
    }

    /** Whether this lane's answer decides the record. */
    boolean decides(Lane lane, Write write) {
        return !write.decided() && leadership.leads(lane);
    }

    /** An instance went up or down. */
    void instanceChanged(Instance instance) {
        Lane lane = lane(instance.index());
        if (leadership.leads(lane) && !instance.usable() && lane.head() != null) {
            leadership.elect();
        }
        pumpAll();
    }

    void tick() {
        leadership.tick(preferredLeader());
    }

    /** The LSN of the oldest record some instance has still to apply, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        long oldest = Long.MAX_VALUE;
        for (Lane lane : lanes) {
            Write head = lane.head();
            if (head != null) {
                oldest = Math.min(oldest, head.lsn());
            } else if (lane.applied > lane.durable) {
                oldest = Math.min(oldest, lane.applied);
            }
        }
        return oldest;
    }

    static boolean targeted(Write write) {
        return !write.subject().target().isEmpty();
    }

    private static String text(WriteResult result) {
        return new String(result.body(), StandardCharsets.UTF_8);
    }

    static String brief(UpstreamResponse answer) {
        String text = answer.text();
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    UUID id() {
        return id;
    }

    EventLoop loop() {
        return loop;
    }

    LaneServices services() {
        return services;
    }

    ReadGate gate() {
        return gate;
    }

    List<Lane> lanes() {
        return lanes;
    }

    Lane lane(int index) {
        return lanes.get(index);
    }

    Leadership leadership() {
        return leadership;
    }
}
