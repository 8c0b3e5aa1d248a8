package org.chromaproxy.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.lane.LaneIo;
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

    /** Between two probes that suspicion alone asks for. */
    private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int NOT_FOUND = 404;
    private static final int RISE = 2;
    private static final int RECHECK_PROBES = 10;

    private final Instance instance;
    private final LaneIo io;
    private final HealthChecker.Admission admission;
    private final BusyProbe busy;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean probing;
    private long begunAt;
    private boolean suspected;
    private boolean asked;
    private long askedSince;
    private boolean admitting;
    private int risen;
    private long resetAt;
    private boolean forced;
    private long forcedUntil;
    /** For people. */
    private String lastFailure = "";

    Probe(Instance instance, LaneIo io, HealthChecker.Admission admission) {
        this.instance = instance;
        this.io = io;
        this.admission = admission;
        this.busy = new BusyProbe(instance, io);
        this.begunAt = io.nanoTime() - CALM_NANOS;
        this.resetAt = io.nanoTime() - SETTLE_NANOS;
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
        long begun = io.nanoTime();
        begunAt = begun;
        if (!asked) {
            asked = true;
            askedSince = begun;
        }
        instance.probing();
        io.ask(instance, UpstreamRequest.get(PATH), TIMEOUT_MS).whenComplete((answer, error) -> {
            probing = false;
            heard(answer, error, begun);
            instance.look();
            List<Runnable> told = List.copyOf(waiting);
            waiting.clear();
            told.forEach(Runnable::run);
        });
    }

    /**
     * A connection was refused or broke. Where connecting fails at once, as on the loopback or without descriptors, the
     * probe's own failure comes back here: without the pause it would never end.
     */
    void suspected() {
        boolean outOfUse = switch (instance.state()) {
            case DOWN, MAINTENANCE -> true;
            case STARTING, UP, DRAINING, NEEDS_RESYNC -> false;
        };
        if (suspected || outOfUse) {
            return;
        }
        suspected = true;
        long pause = Math.max(0, begunAt + CALM_NANOS - io.nanoTime());
        io.schedule(this::lookAgain, pause, TimeUnit.NANOSECONDS);
    }

    /** All its connections were closed: its process has ended, or whatever is on the way. */
    void restarted() {
        if (instance.usable()) {
            risen = 0;
            down("it closed all its connections: it was restarted, or something on the way was");
            begin();
        }
    }

    private void lookAgain() {
        suspected = false;
        begin();
    }

    private void heard(@Nullable UpstreamResponse answer, @Nullable Throwable error, long begun) {
        if (answer != null && sound(answer)) {
            instance.checked(true);
            asked = false;
            well(begun);
            return;
        }
        instance.checked(false);
        risen = 0;
        if (error instanceof UpstreamException cause && cause.refused()) {
            down(cause.refusal());
            return;
        }
        lastFailure = answer != null
                ? "; the latest probe was answered " + answer.status() + ": " + answer.brief()
                : "; the latest probe: " + (error == null ? "no answer" : error.getMessage());
        if (instance.silentNanos() > SILENCE_NANOS) {
            silent();
        }
    }

    /** Whether it is Chroma's answer: a page or a refusal of something on the way says nothing of the server. */
    private static boolean sound(UpstreamResponse answer) {
        return answer.success()
                ? answer.tree().path("name").isTextual()
                : answer.status() == NOT_FOUND && answer.chromaError();
    }

    /** Notices silence while a probe is out: waiting for the time-out of a second one would take twice as long. */
    void look() {
        long now = io.nanoTime();
        if (asked) {
            busy.look(now, askedSince);
        }
        boolean unanswered = asked && now - askedSince > SILENCE_NANOS;
        if (unanswered && instance.silentNanos() > SILENCE_NANOS && instance.state() != InstanceState.DOWN) {
            risen = 0;
            silent();
        }
    }

    private void silent() {
        down("no usable answer for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s" + lastFailure);
    }

    private void well(long begun) {
        if (begun - resetAt < SETTLE_NANOS || forced()) {
            return;
        }
        risen++;
        boolean due = switch (instance.state()) {
            case STARTING -> true;
            case DOWN -> risen >= RISE;
            case NEEDS_RESYNC -> risen % RECHECK_PROBES == 0;
            case UP, DRAINING, MAINTENANCE -> false;
        };
        if (due && !admitting) {
            admitting = true;
            long asOf = resetAt;
            admission.check(instance).whenComplete((reason, error) -> io.execute(() -> admitted(reason, error, asOf)));
        }
    }

    private boolean forced() {
        forced &= io.nanoTime() - forcedUntil < 0;
        return forced;
    }

    String forceDown(Duration time) {
        switch (instance.state()) {
            case NEEDS_RESYNC, MAINTENANCE, DRAINING -> {
                return instance + " is " + instance.state() + " (" + instance.reason() + "): it is left at that";
            }
            case STARTING, UP, DOWN -> {}
        }
        forced = true;
        forcedUntil = io.nanoTime() + time.toNanos();
        risen = 0;
        down("forced down by an operator for " + time.toMillis() + " ms");
        io.schedule(() -> begin(), time.toNanos() + 1, TimeUnit.NANOSECONDS);
        return "";
    }

    boolean endForce() {
        boolean was = forced();
        forced = false;
        begin();
        return was;
    }

    private void admitted(@Nullable String reason, @Nullable Throwable error, long asOf) {
        admitting = false;
        if (resetAt != asOf || instance.state() == InstanceState.MAINTENANCE) {
            // What was seen of its data is older than its latest failure, or not wanted any more.
            return;
        }
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
        switch (instance.state()) {
            case DOWN -> instance.explain(InstanceState.DOWN, why);
            case MAINTENANCE -> {}
            case DRAINING -> out(InstanceState.MAINTENANCE, "drained, and then " + why);
            case STARTING, UP, NEEDS_RESYNC -> out(InstanceState.DOWN, why);
        }
    }

    private void out(InstanceState state, String why) {
        instance.become(state, why);
        resetAt = io.nanoTime();
        io.reset(instance);
    }
}
