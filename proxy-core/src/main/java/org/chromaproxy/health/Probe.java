package org.chromaproxy.health;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/** The watch on one instance. Confined to the health checker's loop. */
final class Probe {
    /** Neither heartbeat nor healthcheck touches SQLite; this does. */
    private static final String PATH = "/api/v2/tenants/default_tenant";

    private static final long TIMEOUT_MS = 2_500;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** After its connections were reset, nothing old may still be on its way when its lanes reopen. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int RISE = 2;
    private static final int RECHECK_PROBES = 10;

    private final Instance instance;
    private final EventLoop loop;
    private final UpstreamClient upstream;
    private final HealthChecker.Admission admission;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean probing;
    private boolean admitting;
    private int risen;
    private long resetAt = System.nanoTime() - SETTLE_NANOS;

    Probe(Instance instance, EventLoop loop, UpstreamClient upstream, HealthChecker.Admission admission) {
        this.instance = instance;
        this.loop = loop;
        this.upstream = upstream;
        this.admission = admission;
    }

    void begin(Runnable done) {
        waiting.add(done);
        begin();
    }

    void begin() {
        if (probing) {
            return;
        }
        probing = true;
        long begun = System.nanoTime();
        upstream.send(loop, instance, UpstreamRequest.get(PATH), TIMEOUT_MS).whenComplete((answer, error) -> {
            probing = false;
            heard(answer, error, begun);
            List<Runnable> told = List.copyOf(waiting);
            waiting.clear();
            told.forEach(Runnable::run);
        });
    }

    private void heard(@Nullable UpstreamResponse answer, @Nullable Throwable error, long begun) {
        if (answer != null && answer.status() < 500) {
            instance.checked(true);
            well(begun);
            return;
        }
        instance.checked(false);
        risen = 0;
        boolean refused = error instanceof UpstreamException cause && cause.refused();
        if (refused) {
            down("it refuses connections");
        } else if (instance.silentNanos() > SILENCE_NANOS) {
            down("no answer of any kind for " + SILENCE_NANOS / 1_000_000_000 + " s");
        }
    }

    private void well(long begun) {
        if (instance.state() == InstanceState.UP || begun - resetAt < SETTLE_NANOS) {
            return;
        }
        risen++;
        boolean due = switch (instance.state()) {
            case STARTING, UP -> true;
            case DOWN -> risen >= RISE;
            case NEEDS_RESYNC -> risen % RECHECK_PROBES == 0;
        };
        if (due && !admitting) {
            admitting = true;
            admission.check(instance).whenComplete((reason, error) -> loop.execute(() -> admitted(reason, error)));
        }
    }

    private void admitted(@Nullable String reason, @Nullable Throwable error) {
        admitting = false;
        if (reason == null) {
            risen = 0;
            HealthChecker.log(instance, "its witness cannot be checked yet: " + error);
        } else if (reason.isEmpty()) {
            instance.become(InstanceState.UP, "");
        } else {
            if (instance.state() != InstanceState.NEEDS_RESYNC) {
                HealthChecker.log(
                        instance,
                        "needs resync: " + reason + ". It is neither read nor written until its data is restored or"
                                + " copied anew.");
            }
            instance.become(InstanceState.NEEDS_RESYNC, reason);
        }
    }

    private void down(String why) {
        if (instance.state() == InstanceState.DOWN) {
            return;
        }
        instance.become(InstanceState.DOWN, why);
        resetAt = System.nanoTime();
        upstream.reset(instance);
    }
}
