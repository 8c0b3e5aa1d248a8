package org.chromaproxy.lane;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.capability.Needs;
import org.chromaproxy.completion.Mark;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.instance.WriteHealth;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.PlainDelete;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heads of one group's lanes and listens to what the instances say. What an answer means for the record is the
 * group's business, what becomes of doubt that of {@link Faults}. Confined to the group's loop.
 */
final class Dispatch {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private static final int BYTES_OF_AN_ID = 64;
    private static final LaneState SENDING = new LaneState.Sending();
    private static final LaneState LOADING = new LaneState.LoadingBody();
    private static final LaneState AWAITING_LARGE_BODY =
            new LaneState.AwaitingPlace("the record is large, and waits until no other large one is in memory");

    private final Lanes group;
    private final LaneSemantics semantics;
    private final Cursors cursors;
    private final Faults faults;
    private final Silence silence;
    private final HeadTrial heads;

    Dispatch(Lanes group, LaneSemantics semantics, Cursors cursors, Faults faults) {
        this.group = group;
        this.semantics = semantics;
        this.cursors = cursors;
        this.faults = faults;
        this.silence = new Silence(group, semantics);
        this.heads = new HeadTrial(group, semantics);
    }

    /** Called about once a second: nothing is waited for without an end. */
    void watch() {
        silence.watch();
    }

    /** Sends the lane's head, once its body is here and everything it conflicts with is behind the durable cursor. */
    void send(Lane lane, Write write, Plan.Send send) {
        if (!faults.mayGo(lane, write) || !silence.mayGo(lane, write)) {
            return;
        }
        byte[] body = write.body();
        if (body == null) {
            fetch(lane, write);
            return;
        }
        Set<Feature> awaited = group.services().instances().releases().awaited(lane.instance);
        if (!awaited.isEmpty() && awaitsUpgrade(lane, write, body, awaited)) {
            return;
        }
        if (!begun(lane) && semantics.resolve(lane, write, body)) {
            return;
        }
        Footprint footprint = semantics.footprint(write);
        if (!lane.cursor.window().holds(write.lsn()) && !lane.cursor.window().admits(footprint)) {
            cursors.flush(lane);
            return;
        }
        Batch batch = batch(lane, write, body, awaited);
        byte[] other = send.body();
        byte[] sent = other == null ? batch.body() : other;
        // Everybody waits behind the catalog's records: these wait for nobody's large ones.
        if (!hasTurn(lane, write, write.kind().catalog() ? WriteTurns.CATALOG : weight(write, sent))) {
            return;
        }
        lane.occupy(SENDING);
        lane.attempts().sending(lane.instance.writes().applied());
        if (write.recovered()) {
            lane.attempts().putInDoubt();
        }
        batch.writes().forEach(each -> {
            lane.cursor.window().sending(each.lsn(), semantics.footprint(each));
            each.trail().asked(lane.instance.name());
        });
        group.gate().sending(batch.lastLsn());
        group.services().stats().countRequest();
        HttpHeaders headers = headers(batch);
        if (other != null) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        }
        transmit(lane, batch, new UpstreamRequest(send.method(), send.path(), headers, sent));
    }

    /** Whether the instance has executed a part of the head: what it is sent is settled. */
    private static boolean begun(Lane lane) {
        return lane.attempts().pieces().filter(DeleteInPieces::begun).isPresent();
    }

    /** Bytes, by what the instance has to do: an id to be deleted is as good as a longer text. */
    private int weight(Write write, byte[] sent) {
        int ids = write.kind() == OpKind.DELETE ? semantics.footprint(write).records() : 0;
        return Math.max(sent.length, BYTES_OF_AN_ID * Math.min(ids, PlainDelete.PIECE));
    }

    /** Its body is in the log only. A large one is read when it can be sent, and while no other is in memory. */
    private void fetch(Lane lane, Write write) {
        if (!write.large()) {
            load(lane, write);
        } else if (hasTurn(lane, write, write.record().bodyBytes())) {
            if (!lane.sending.holdsLargeBody()) {
                awaitTurn(lane);
            } else {
                load(lane, write);
            }
        }
    }

    private void transmit(Lane lane, Batch batch, UpstreamRequest request) {
        WriteHealth health = lane.instance.writes();
        WriteTurns.Turn turn = lane.sending.turn();
        lane.attempts().pieces().ifPresent(DeleteInPieces::sent);
        int bytes = request.body().length;
        health.begun(bytes);
        lane.transmits();
        CompletableFuture<UpstreamResponse> response = group.io().sendInTurn(lane.instance, request);
        Flight flight = new Flight(batch.first(), response, group.io().nanoTime(), health.applied());
        lane.sending.begin(flight);
        // One step: a later one would be told of any failure as of a CompletionException.
        response.whenComplete((answer, error) -> {
            health.ended(bytes);
            if (turn != null) {
                turn.end();
            }
            lane.sending.end(flight);
            group.guarded(lane, batch.first(), () -> heard(lane, batch, request, answer, error));
        });
    }

    /** Whether it is the head's turn among the writes of all lanes there; if not, the lane waits for it. */
    private boolean hasTurn(Lane lane, Write write, int bytes) {
        if (lane.sending.hasTurn(bytes)) {
            return true;
        }
        lane.sending.endTurn();
        WriteTurns turns = group.services().work().writes().on(lane.instance, group.io());
        WriteTurns.Turn now = turns.take(write.sender(), bytes);
        if (now != null) {
            hold(lane, now, bytes);
            return true;
        }
        long step = lane.occupy(new LaneState.AwaitingWriteTurn(write));
        turns.await(write.sender(), bytes, group.io(), turn -> {
            if (!lane.isAt(step)) {
                turn.end();
                return;
            }
            lane.free();
            hold(lane, turn, bytes);
            group.pump(lane);
        });
        return false;
    }

    /** A write that is not answered for too long keeps nobody else waiting. */
    private void hold(Lane lane, WriteTurns.Turn turn, int bytes) {
        lane.sending.holdTurn(turn);
        if (bytes >= WriteTurns.SMALL) {
            long longest = group.services().unansweredNanos() + TimeUnit.SECONDS.toNanos(bytes >> 20);
            group.io().schedule(turn::overdue, longest, TimeUnit.NANOSECONDS);
        }
    }

    private void awaitTurn(Lane lane) {
        long step = lane.occupy(AWAITING_LARGE_BODY);
        group.services().work().largeBodies().await(group.io(), turn -> {
            if (!lane.isAt(step)) {
                turn.end();
                return;
            }
            lane.free();
            lane.sending.holdLargeBody(turn);
            group.pump(lane);
        });
    }

    /** A request is answered. Where it was a piece its record's body is needed again, unless others wait for theirs. */
    private void endTurn(Lane lane, Write write, @Nullable UpstreamResponse answer) {
        boolean more = answer != null
                && answer.success()
                && lane.attempts().pieces().filter(DeleteInPieces::hasMore).isPresent();
        if (more && group.services().work().largeBodies().waiting() == 0) {
            lane.sending.endTurn();
        } else {
            endTurn(lane, write);
        }
    }

    /** The lane sends nothing now: others may, and may have their large bodies in memory. */
    void endTurn(Lane lane, @Nullable Write write) {
        lane.sending.endTurn();
        if (lane.sending.holdsLargeBody()) {
            if (write != null) {
                group.services().stats().freed(write.dropBody());
            }
            lane.sending.endLargeBody();
        }
    }

    /**
     * Holds the head back from an instance that runs an older release and would refuse it, or execute half of it: another one
     * decides it, and this lane goes on when its instance is upgraded.
     */
    private boolean awaitsUpgrade(Lane lane, Write write, byte[] body, Set<Feature> awaited) {
        Set<Feature> lacked = lacked(write, body, awaited);
        if (lacked.isEmpty()) {
            return false;
        }
        lane.attempts().awaitUpgrade(lacked);
        lane.stands(
                group.toString(),
                "the server runs an older Chroma and waits for its upgrade: record " + write.lsn() + " needs "
                        + lacked.stream().map(Feature::words).collect(Collectors.joining("; ")),
                Optional.empty());
        LOG.warn(
                "{} on {}: record {} and what follows wait until that server is upgraded: it needs {}",
                group,
                lane,
                write.lsn(),
                lacked);
        if (group.leads(lane)) {
            group.elect();
        }
        return true;
    }

    /**
     * Whether the instance refused, after the leader's word, what it is known to lack: then it waits for its upgrade too. The
     * leader's own upgrade may not have been noticed yet when this was sent.
     */
    private boolean awaitsUpgrade(Lane lane, Write write) {
        byte[] body = write.body();
        if (!write.decided() || write.refused() || body == null) {
            return false;
        }
        Set<Feature> newer = EnumSet.noneOf(Feature.class);
        lane.instance.capabilities().missing().stream().filter(Feature::newer).forEach(newer::add);
        return !newer.isEmpty() && awaitsUpgrade(lane, write, body, newer);
    }

    private static Set<Feature> lacked(Write write, byte[] body, Set<Feature> awaited) {
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        needs.addAll(Needs.of(write.kind(), body));
        needs.retainAll(awaited);
        return needs;
    }

    /** Neighbours go together unless one of them has to wait: it must not be sent along. */
    private Batch batch(Lane lane, Write write, byte[] body, Set<Feature> awaited) {
        Batch batch = semantics.batch(lane, write, body);
        if (awaited.isEmpty() || !batch.merged()) {
            return batch;
        }
        boolean mixed = batch.writes().stream().anyMatch(each -> {
            byte[] own = each.body();
            return own != null && !lacked(each, own, awaited).isEmpty();
        });
        if (mixed) {
            lane.goAlone(batch.writes().size());
            return semantics.batch(lane, write, body);
        }
        return batch;
    }

    private void load(Lane lane, Write write) {
        lane.occupy(LOADING);
        group.services().bodies().load(write.lsn(), group.io()).whenComplete((body, error) -> {
            if (lane.head() != write) {
                endTurn(lane, write);
                return;
            }
            lane.free();
            if (error != null) {
                endTurn(lane, write);
                faults.pause(lane, "its body cannot be read from the log: " + error.getMessage());
                return;
            }
            if (write.body() == null) {
                group.services().stats().held(body.length);
                write.body(body);
            }
            group.pump(lane);
        });
    }

    private static HttpHeaders headers(Batch batch) {
        Write write = batch.first();
        HttpHeaders headers = new DefaultHttpHeaders().add(write.clientHeaders());
        if (batch.merged()) {
            // It belongs to several traces, or to none.
            headers.remove(TraceContext.TRACEPARENT).remove(TraceContext.TRACESTATE);
        }
        String contentType = write.record().content().request().contentType();
        if (!contentType.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        return headers;
    }

    private void heard(
            Lane lane,
            Batch batch,
            UpstreamRequest sent,
            @Nullable UpstreamResponse answer,
            @Nullable Throwable error) {
        Write write = batch.first();
        if (lane.head() != write) {
            // It left the lane, which gave up all that it held for it.
            return;
        }
        endTurn(lane, write, answer);
        lane.free();
        lane.attempts().ended();
        if (answer != null) {
            lane.attempts().survived();
        }
        batch.writes().forEach(each -> each.trail().mark(Mark.WHOLE));
        // What was sent before may have been executed, whatever is answered now.
        boolean first = !lane.headInDoubt() && lane.attempts().faults() == 0;
        if (!batch.merged() && first && answer != null && HeadTrial.refused(answer) && group.decides(lane, write)) {
            lane.attempts().putInDoubt();
            lane.attempts().answered(answer);
            heads.begin(lane, write, sent, () -> heard(lane, write, answer, error));
        } else if (!batch.merged()) {
            heard(lane, write, answer, error);
        } else if (answer != null && Verdict.of(write.kind(), answer) == Verdict.APPLIED) {
            group.together(() -> appliedAll(lane, batch, answer));
        } else if (answer != null && Verdict.of(write.kind(), answer) == Verdict.BUSY) {
            heard(lane, write, answer, error);
        } else {
            split(lane, batch, answer, error);
        }
    }

    /** Each record of the batch is applied, unless the lane's turn of events has taken it away meanwhile. */
    private void appliedAll(Lane lane, Batch batch, UpstreamResponse answer) {
        for (Write write : batch.writes()) {
            if (lane.head() != write || lane.detached()) {
                lane.cursor.doubt(batch.lastLsn());
                return;
            }
            heard(lane, write, answer, null);
        }
    }

    /** What was refused or failed together is tried one by one: it may be the fault of one of them. */
    private void split(Lane lane, Batch batch, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        boolean neverSent = UpstreamException.neverSent(error);
        if (!neverSent) {
            lane.goAlone(batch.writes().size());
        }
        boolean refused =
                answer != null && (refusal(Verdict.of(batch.first().kind(), answer)) || HeadTrial.refused(answer));
        if (refused) {
            LOG.debug(
                    "{} on {}: {} merged records are refused and sent alone",
                    group,
                    lane,
                    batch.writes().size());
            group.pump(lane);
            return;
        }
        if (!neverSent) {
            lane.cursor.doubt(batch.lastLsn());
        }
        heard(lane, batch.first(), answer, error);
    }

    private void heard(Lane lane, Write write, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        if (answer == null) {
            unanswered(lane, write, error);
            return;
        }
        Verdict verdict = Verdict.of(write.kind(), answer);
        lane.attempts().answered(answer);
        if (verdict == Verdict.APPLIED) {
            lane.instance.writes().succeeded();
        }
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (write.refused() && verdict == Verdict.APPLIED) {
            semantics.appliedRefused(lane, write);
            return;
        }
        switch (verdict) {
            case APPLIED -> semantics.applied(lane, write, answer);
            case REFUSED -> {
                if (!awaitsUpgrade(lane, write)) {
                    semantics.refused(lane, write, answer);
                }
            }
            case MISSING -> semantics.missing(lane, write, answer);
            case BUSY -> faults.busy(lane, write, "it is busy (" + answer.status() + ")");
            case FAULT -> failed(lane, write, answer);
            case UNRECOGNIZED -> faults.unrecognized(lane, write, foreign(answer));
        }
    }

    private void failed(Lane lane, Write write, UpstreamResponse answer) {
        Runnable fault = () -> faults.fault(lane, write, "it answered " + answer.status() + ": " + answer.brief());
        boolean own = group.decides(lane, write) && Verdict.ownFailure(answer);
        lane.attempts().putInDoubt();
        if (!own || !semantics.examine(lane, write, answer, fault)) {
            fault.run();
        }
    }

    private static boolean refusal(Verdict verdict) {
        return switch (verdict) {
            case REFUSED, MISSING -> true;
            case APPLIED, BUSY, FAULT, UNRECOGNIZED -> false;
        };
    }

    private static String foreign(UpstreamResponse answer) {
        return "something on the way to it answered " + answer.status() + ", not in Chroma's words: " + answer.brief();
    }

    private void unanswered(Lane lane, Write write, @Nullable Throwable error) {
        if (error != null && UpstreamException.neverSent(error)) {
            lane.attempts().neverSent();
            faults.pause(lane, String.valueOf(error.getMessage()));
            return;
        }
        lane.attempts().forgetAnswer();
        lane.attempts().cutOff(write);
        faults.fault(
                lane,
                write,
                error == null || error instanceof CancellationException
                        ? "no answer"
                        : String.valueOf(error.getMessage()));
    }
}
