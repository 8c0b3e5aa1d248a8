package org.chromaproxy.lane;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.write.Batch;
import org.chromaproxy.lane.write.Plan;
import org.chromaproxy.lane.write.Verdict;
import org.chromaproxy.lane.write.Write;
import org.chromaproxy.lane.write.WriteResult;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heads of one group's lanes and listens to what the instances say. What an answer means for the record is the
 * group's business; this class knows doubt, pauses and retries. Confined to the group's loop.
 */
final class Dispatch {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);
    private static final long SETTLE_MS = 200;
    private static final long MAX_PAUSE_MS = 5_000;

    private final LaneGroup group;
    private final Cursors cursors;

    Dispatch(LaneGroup group, Cursors cursors) {
        this.group = group;
        this.cursors = cursors;
    }

    /** Sends the lane's head, once its body is here and everything it conflicts with is behind the durable cursor. */
    void send(Lane lane, Write write, Plan.Send send) {
        byte[] body = write.body();
        if (body == null) {
            load(lane, write);
            return;
        }
        if (group.resolve(lane, write, body)) {
            return;
        }
        Footprint footprint = group.footprint(write);
        if (!lane.doubt.holds(write.lsn()) && !lane.doubt.admits(footprint)) {
            cursors.flush(lane);
            return;
        }
        Batch batch = group.batch(lane, write, body);
        lane.busy = true;
        if (lane.waitingSince == 0) {
            lane.waitingSince = System.nanoTime();
        }
        if (write.recovered()) {
            lane.headInDoubt = true;
        }
        batch.writes().forEach(each -> lane.doubt.sending(each.lsn(), group.footprint(each)));
        group.gate().sending(batch.lastLsn());
        group.services().stats().countRequest();
        UpstreamRequest request = new UpstreamRequest(send.method(), send.path(), headers(write), batch.body());
        group.services()
                .upstream()
                .send(group.loop(), lane.instance, request, 0)
                .whenComplete((answer, error) -> heard(lane, batch, answer, error));
    }

    private void load(Lane lane, Write write) {
        lane.busy = true;
        group.services().bodies().load(write.lsn(), group.loop()).whenComplete((body, error) -> {
            if (lane.head() != write) {
                return;
            }
            lane.busy = false;
            if (error != null) {
                pause(lane, "its body cannot be read from the log: " + error.getMessage());
                return;
            }
            if (write.body() == null) {
                group.services().stats().held(body.length);
                write.body(body);
            }
            group.pump(lane);
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

    private void heard(Lane lane, Batch batch, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        Write write = batch.first();
        if (lane.head() != write) {
            return;
        }
        lane.busy = false;
        if (!batch.merged()) {
            heard(lane, write, answer, error);
        } else if (answer != null && Verdict.of(answer) == Verdict.APPLIED) {
            group.together(() -> appliedAll(lane, batch, answer));
        } else if (answer != null && Verdict.of(answer) == Verdict.BUSY) {
            heard(lane, write, answer, error);
        } else {
            split(lane, batch, answer, error);
        }
    }

    /** Each record of the batch is applied, unless the lane's turn of events has taken it away meanwhile. */
    private void appliedAll(Lane lane, Batch batch, UpstreamResponse answer) {
        for (Write write : batch.writes()) {
            if (lane.head() != write || lane.detached) {
                lane.doubtTo = Math.max(lane.doubtTo, batch.lastLsn());
                return;
            }
            heard(lane, write, answer, null);
        }
    }

    /** What was refused or failed together is tried one by one: it may be the fault of one of them. */
    private void split(Lane lane, Batch batch, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        lane.solo = batch.writes().size();
        boolean neverSent = error instanceof UpstreamException upstream && upstream.neverSent();
        boolean refused = answer != null && Verdict.of(answer) != Verdict.FAULT;
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
            lane.doubtTo = Math.max(lane.doubtTo, batch.lastLsn());
        }
        heard(lane, batch.first(), answer, error);
    }

    private void heard(Lane lane, Write write, @Nullable UpstreamResponse answer, @Nullable Throwable error) {
        if (answer == null) {
            unanswered(lane, write, error);
            return;
        }
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (write.refused() && Verdict.of(answer) == Verdict.APPLIED) {
            group.diverge(lane, write, "applied what the leader refused");
            return;
        }
        switch (Verdict.of(answer)) {
            case APPLIED -> group.applied(lane, write, answer);
            case REFUSED -> group.refused(lane, write, answer);
            case MISSING -> group.missing(lane, write, answer);
            case BUSY -> pause(lane, "it is busy (" + answer.status() + ")");
            case FAULT -> fault(lane, write, "it answered " + answer.status() + ": " + answer.brief());
        }
    }

    private void unanswered(Lane lane, Write write, @Nullable Throwable error) {
        if (error instanceof UpstreamException upstream && upstream.neverSent()) {
            pause(lane, String.valueOf(upstream.getMessage()));
            return;
        }
        fault(lane, write, error == null ? "no answer" : String.valueOf(error.getMessage()));
    }

    /** In doubt on an instance that is up: again after a pause, then elsewhere, then given up for good. */
    void fault(Lane lane, Write write, String why) {
        lane.headInDoubt = true;
        group.services().stats().countFault();
        if (group.leftToAnother(lane, write)) {
            return;
        }
        if (!lane.instance.usable()) {
            group.pump(lane);
            return;
        }
        lane.faults++;
        boolean follower = write.decided();
        LOG.warn("{} on {}: record {} in doubt (attempt {}): {}", group, lane, write.lsn(), lane.faults, why);
        if (!follower && lane.faults >= LaneGroup.MAX_FAULTS) {
            boolean moved = group.leadership()
                    .yieldTo("record " + write.lsn() + " got no usable answer from " + lane + ": " + why);
            if (!moved
                    && (group.lanes().stream().allMatch(each -> each.instance.usable())
                            || lane.faults >= LaneGroup.MAX_FOLLOWER_FAULTS)) {
                group.refuse(
                        lane,
                        write,
                        WriteResult.json(
                                500,
                                ProxyError.WRITE_FAILED.body("Every usable instance failed this write alike (" + why
                                        + "). It is recorded as failed; no instance is sent it again.")));
                return;
            }
        } else if (follower && lane.faults >= LaneGroup.MAX_FOLLOWER_FAULTS) {
            group.diverge(lane, write, "record " + write.lsn() + " could not be applied: " + why);
            return;
        }
        pause(lane, why);
    }

    /** Tries again later; longer after each fault. */
    void pause(Lane lane, String why) {
        lane.busy = true;
        long delay = Math.min(MAX_PAUSE_MS, SETTLE_MS << Math.min(5, lane.faults));
        LOG.debug("{} on {} pauses {} ms: {}", group, lane, delay, why);
        long pause = ++lane.pauses;
        lane.endPause = () -> resume(lane, pause);
        group.loop().schedule(() -> resume(lane, pause), delay, TimeUnit.MILLISECONDS);
    }

    private void resume(Lane lane, long pause) {
        if (lane.endPause != null && lane.pauses == pause) {
            lane.endPause = null;
            lane.busy = false;
            group.pump(lane);
        }
    }
}
