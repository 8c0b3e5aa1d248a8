package org.chromaproxy.admin.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Readiness;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Standing;
import org.chromaproxy.lane.WriteTurns;
import org.chromaproxy.upstream.LaneConnections;
import org.chromaproxy.upstream.LoopCensus;
import org.chromaproxy.upstream.LoopCensus.PoolCount;

/** What is known of each instance, and of the connections to it. */
final class InstanceMetrics {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AdminServices services;
    private final Readiness readiness;

    InstanceMetrics(AdminServices services) {
        this.services = services;
        this.readiness = new Readiness(services);
    }

    private void use(Exposition page, String name, String help, Function<Instance, Readiness.Use> use) {
        gauges(page, name, help, it -> use.apply(it).possible() ? 1 : 0);
    }

    private LaneConnections lanes(Instance instance) {
        return services.upstream().ofLanes(instance);
    }

    private WriteTurns.Line line(Instance instance) {
        return services.proxy().work().writes().line(instance);
    }

    private record Stood(Instance instance, Standing standing) {}

    void all(Exposition page, List<LoopCensus> loops) {
        gauges(page, "instance_up", "Whether an instance takes requests.", it -> it.usable() ? 1 : 0);
        use(page, "instance_usable_for_reads", "Whether it is read.", readiness::reads);
        use(page, "instance_usable_for_writes", "Whether its writes succeed, or would.", readiness::writes);
        use(page, "instance_redundant", "Whether it holds everything, in step.", readiness::redundant);
        gauges(
                page,
                "instance_holds",
                "Lanes that do not go on there.",
                it -> it.holds().all().size());
        gauges(
                page,
                "instance_takes_writes",
                "Whether its writes succeed.",
                it -> it.writes().down() ? 0 : 1);
        List<Stood> standings = new ArrayList<>();
        for (Instance instance : services.proxy().instances()) {
            for (Standing standing : Standing.values()) {
                standings.add(new Stood(instance, standing));
            }
        }
        page.gauges(
                "instance_state",
                "How an instance stands: 1 for the state it is in.",
                standings,
                one -> Labels.of(
                        "instance",
                        one.instance().name(),
                        "state",
                        one.standing().name().toLowerCase(Locale.ROOT)),
                one -> one.instance().shown().standing() == one.standing() ? 1 : 0);
        counters(page, "instance_requests_total", "Requests sent to an instance.", Instance::requests);
        counters(
                page,
                "instance_answers_total",
                "Requests an instance has answered with any status.",
                Instance::answers);
        gauges(page, "instance_outstanding", "Requests an instance has not answered yet.", Instance::outstanding);
        gauges(page, "instance_writes_waiting", "Writes that wait for their turn there.", it -> line(it).writes());
        gauges(
                page,
                "instance_writes_wait_seconds",
                "For how long the oldest of them has waited.",
                it -> line(it).oldestNanos() / NANOS);
        gauges(page, "instance_writes_under_way", "Writes that have their turn.", it -> line(it).underWay());
        lag(page);
        pools(page, loops);
    }

    private void lag(Exposition page) {
        gauges(
                page,
                "instance_lag_records",
                "Records it has not applied yet.",
                it -> it.pending().records());
        gauges(
                page,
                "instance_lag_bytes",
                "Bytes of their bodies.",
                it -> it.pending().bytes());
        gauges(
                page,
                "instance_lag_seconds",
                "Age of the oldest of them.",
                it -> it.pending().ageMs() / 1000.0);
        gauges(
                page,
                "instance_lag_lanes",
                "Collections it is behind in.",
                it -> it.pending().lanesBehind());
        gauges(
                page,
                "instance_apply_rate",
                "Records applied per second lately.",
                it -> it.pending().rate());
    }

    private void gauges(Exposition page, String name, String help, ToDoubleFunction<Instance> value) {
        page.gauges(name, help, services.proxy().instances(), InstanceMetrics::label, value);
    }

    private void counters(Exposition page, String name, String help, ToDoubleFunction<Instance> value) {
        page.counters(name, help, services.proxy().instances(), InstanceMetrics::label, value);
    }

    private static Labels label(Instance instance) {
        return Labels.of("instance", instance.name());
    }

    private void pools(Exposition page, List<LoopCensus> loops) {
        gauges(page, "pool_connections", "Open connections to an instance.", sum(loops, PoolCount::open));
        gauges(page, "pool_idle", "Those that carry no request.", sum(loops, PoolCount::idle));
        gauges(page, "pool_waiting", "Requests that wait for a connection.", sum(loops, PoolCount::waiting));
        gauges(
                page,
                "pool_write_connections",
                "Those that lanes and copies have.",
                it -> lanes(it).open());
        gauges(
                page,
                "pool_write_connections_most",
                "How many of these there may be.",
                it -> lanes(it).most());
        gauges(
                page,
                "pool_write_waiting",
                "Requests that wait for one, writes left out.",
                it -> lanes(it).waiting());
        page.counter(
                "pool_hits_total",
                "Requests that found an idle connection.",
                services.upstream().stats().hits());
        page.counter(
                "pool_misses_total",
                "Requests that had to connect or wait for a connection.",
                services.upstream().stats().misses());
    }

    private static ToDoubleFunction<Instance> sum(List<LoopCensus> loops, ToDoubleFunction<PoolCount> count) {
        return instance -> loops.stream()
                .filter(loop -> !loop.pools().isEmpty())
                .mapToDouble(loop -> count.applyAsDouble(loop.pools().get(instance.index())))
                .sum();
    }
}
