package org.chromaproxy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.simulation.ModelServer.Effect;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/** The way from one process to its servers: what is sent arrives, late, in part, or not at all, as the weather is. */
final class Network {
    private static final long QUICK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long SERVICE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** An answer that takes so long, or longer, is late. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a server may be at what it was sent, after the connection is gone. */
    private static final long LATE_MS = 100;

    private final Timeline time;
    private final Life life;
    private final World world;
    private final List<Exchange> open = new ArrayList<>();

    Network(Timeline time, Life life, World world) {
        this.time = time;
        this.life = life;
        this.world = world;
    }

    /** One request under way. */
    private final class Exchange {
        private final SimulatedLoop loop;
        private final Instance instance;
        private final ModelServer server;
        private final int boot;
        private final UpstreamRequest request;
        private final CompletableFuture<UpstreamResponse> future = new CompletableFuture<>();
        private final Optional<LaneObserver.Asked> asked;
        private final long identity;
        private final Chance chance;
        private boolean executed;
        private boolean over;

        Exchange(SimulatedLoop loop, Instance instance, UpstreamRequest request) {
            this.loop = loop;
            this.instance = instance;
            this.server = world.server(instance.index());
            this.boot = server.boots();
            this.request = request;
            long like = Chance.hash(
                    0, server, request.method(), request.uri(), new String(request.body(), StandardCharsets.UTF_8));
            this.identity = Chance.hash(like, world.count(like));
            this.chance = time.element("request", identity);
            this.asked = world.observer().asked(life, server, request);
        }

        UpstreamResponse execute(Effect effect) {
            executed = true;
            return server.execute(request, effect, chance);
        }

        private void met(LaneEvent event) {
            if (!over) {
                asked.ifPresent(lane -> {
                    boolean late = event == LaneEvent.APPLIED && time.nanoTime() - lane.sentNanos() >= LATE_NANOS;
                    world.observer().met(life, lane.lane(), server, late ? LaneEvent.LATE : event);
                });
            }
        }

        boolean sameBoot() {
            return server.up() && server.boots() == boot;
        }

        void answer(UpstreamResponse answer, long nanos, LaneEvent event) {
            time.after(nanos, () -> {
                if (!sameBoot()) {
                    cut("closed the connection before its answer was complete");
                    return;
                }
                if (server.hung() && answer.json()) {
                    // Something on the way still answers.
                    server.leave(() -> answer(answer, 0, event));
                    return;
                }
                met(event);
                if (end()) {
                    instance.answered(answer.status() < 500 && answer.status() != 429 && answer.json());
                    loop.execute(() -> future.complete(answer));
                }
            });
        }

        void cut(String why) {
            met(executed ? LaneEvent.CUT_DONE : LaneEvent.CUT);
            fail(() -> new UpstreamException(server + " " + why, false));
        }

        void fail(Supplier<UpstreamException> why) {
            if (end()) {
                instance.failed();
                life.suspects(instance);
                loop.execute(() -> future.completeExceptionally(why.get()));
            }
        }

        void givenUp() {
            met(LaneEvent.RESET);
            if (end()) {
                instance.failed();
            }
        }

        private boolean end() {
            boolean first = !over;
            over = true;
            open.remove(this);
            return first;
        }
    }

    CompletableFuture<UpstreamResponse> send(SimulatedLoop loop, Instance instance, UpstreamRequest request) {
        Exchange exchange = new Exchange(loop, instance, request);
        instance.started();
        open.add(exchange);
        exchange.asked.ifPresent(
                lane -> time.aside(LaneObserver.PATIENCE_NANOS, () -> exchange.met(LaneEvent.SILENCE)));
        // Whoever no longer waits has reset the connection.
        exchange.future.whenComplete((answer, error) -> exchange.givenUp());
        if (!exchange.server.up()) {
            exchange.met(LaneEvent.NEVER_SENT);
            time.after(
                    QUICK_NANOS,
                    () -> exchange.fail(() -> UpstreamException.refused(exchange.server + " refused the connection")));
        } else {
            time.after(back(exchange), () -> arrive(exchange));
        }
        return exchange.future;
    }

    private void arrive(Exchange exchange) {
        if (exchange.over) {
            // Reset before it was delivered: nothing of it is in the network any more.
            return;
        }
        if (exchange.server.hung()) {
            exchange.server.leave(() -> arrive(exchange));
            return;
        }
        Fate fate = fate(exchange);
        long service = exchange.chance.between(SERVICE_NANOS / 4, SERVICE_NANOS);
        time.after(exchange.server.turn(service), () -> {
            if (exchange.sameBoot() && exchange.server.hung()) {
                exchange.server.leave(() -> befall(exchange, fate));
            } else if (exchange.sameBoot()) {
                befall(exchange, fate);
            } else {
                exchange.cut("closed the connection before its answer was complete");
            }
        });
    }

    private Fate fate(Exchange exchange) {
        Fate fate = world.weather().fate(exchange.request, exchange.chance);
        if (fate == Fate.WELL) {
            return fate;
        }
        String name = fate + " of " + exchange.request.method() + " on " + exchange.server + " "
                + Long.toHexString(exchange.identity);
        return world.elements().has(Elements.Kind.FATE, name) ? fate : Fate.WELL;
    }

    private void befall(Exchange exchange, Fate fate) {
        if (fate != Fate.WELL) {
            world.judge()
                    .note(() -> fate + " of " + exchange.request.method() + " " + exchange.request.uri() + " on "
                            + exchange.server);
        }
        switch (fate) {
            case WELL -> well(exchange, back(exchange));
            case SLOW -> well(exchange, late(exchange));
            case LOST -> exchange.cut("broke the connection");
            case UNHEARD -> {
                exchange.execute(Effect.EXECUTED);
                time.after(back(exchange), () -> exchange.cut("broke the connection"));
            }
            case HIDDEN -> {
                exchange.execute(Effect.HIDDEN);
                time.after(back(exchange), () -> exchange.cut("broke the connection"));
            }
            case FAILED -> exchange.answer(failure(), lateOrNot(exchange), LaneEvent.FAILED);
            case FAILED_DONE -> {
                boolean done = exchange.execute(Effect.EXECUTED).success();
                exchange.answer(failure(), lateOrNot(exchange), done ? LaneEvent.FAILED_DONE : LaneEvent.FAILED);
            }
            case BUSY ->
                exchange.answer(
                        ModelAnswers.empty(exchange.chance.happens(0.5) ? 429 : 503),
                        lateOrNot(exchange),
                        LaneEvent.BUSY);
            case FOREIGN ->
                exchange.answer(
                        ModelAnswers.page(exchange.chance.happens(0.5) ? 502 : 404),
                        lateOrNot(exchange),
                        LaneEvent.FOREIGN);
            case FOREIGN_DONE -> {
                boolean done = exchange.execute(Effect.EXECUTED).success();
                LaneEvent event = done ? LaneEvent.FOREIGN_DONE : LaneEvent.FOREIGN;
                exchange.answer(
                        ModelAnswers.page(exchange.chance.happens(0.5) ? 504 : 200), lateOrNot(exchange), event);
            }
            case SILENT -> silent(exchange);
        }
    }

    private static UpstreamResponse failure() {
        return ModelAnswers.error(500, "InternalError", "something failed");
    }

    /** Executed, and answered as the server does. */
    private static void well(Exchange exchange, long nanos) {
        UpstreamResponse answer = exchange.execute(Effect.EXECUTED);
        int status = answer.status();
        LaneEvent refused = status == 404 ? LaneEvent.MISSING : status < 500 ? LaneEvent.REFUSED : LaneEvent.FAILED;
        exchange.answer(answer, nanos, answer.success() ? LaneEvent.APPLIED : refused);
    }

    /** Executed at once, later if its connection is still there, or never; and nobody ever says anything. */
    private void silent(Exchange exchange) {
        switch (exchange.chance.below(3)) {
            case 0 -> exchange.execute(Effect.EXECUTED);
            case 1 ->
                time.afterMs(exchange.chance.between(1_000, 150_000), () -> {
                    if (exchange.sameBoot() && !exchange.over) {
                        // What has begun goes on to its end, whether anybody waits for it or not.
                        time.afterMs(exchange.chance.between(0, LATE_MS), () -> {
                            if (exchange.sameBoot()) {
                                exchange.execute(Effect.EXECUTED);
                            }
                        });
                    }
                });
            default -> {}
        }
    }

    private static long back(Exchange exchange) {
        return exchange.chance.between(QUICK_NANOS / 4, QUICK_NANOS);
    }

    /** The same; sometimes only after others have lost their patience. */
    private static long lateOrNot(Exchange exchange) {
        return exchange.chance.happens(0.1) ? late(exchange) : back(exchange);
    }

    private static long late(Exchange exchange) {
        return TimeUnit.MILLISECONDS.toNanos(exchange.chance.between(500, 45_000));
    }

    /** What is under way there for that lane; the oldest first. */
    List<LaneObserver.Asked> under(UUID lane, ModelServer server) {
        return open.stream()
                .filter(each -> each.server == server)
                .flatMap(each -> each.asked.stream())
                .filter(asked -> asked.lane().equals(lane))
                .toList();
    }

    /** Every connection to that server is reset: it is declared down. */
    void reset(Instance instance) {
        for (Exchange each : List.copyOf(open)) {
            if (each.instance == instance) {
                each.cut("is down");
            }
        }
    }

    /** The process is gone: what was not delivered is lost with it, whatever was is executed in its turn. */
    void die() {
        for (Exchange each : List.copyOf(open)) {
            each.over = true;
            each.instance.failed();
        }
        open.clear();
    }
}
