package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.adopt.Repairs;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceEvent;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.instance.MixedReleases;
import org.chromaproxy.instance.PendingCounts;
import org.chromaproxy.lane.WriteTurns;
import org.chromaproxy.upstream.LaneConnections;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** How each instance stands, how far it is behind, and what happened to it; from memory alone. */
public final class InstancePages {
    private static final int SHOWN = 100;
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Event(Instance instance, InstanceEvent event) {}

    private final AdminServices services;
    private final Readiness readiness;

    public InstancePages(AdminServices services) {
        this.services = services;
        this.readiness = new Readiness(services);
    }

    public Answer instances() {
        Instances instances = services.proxy().instances();
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("instances");
        for (Instance instance : instances) {
            list.add(instance(instance)
                    .put("priority", instances.size() - instance.index())
                    .put("successful_requests", instance.successes()));
        }
        body.put("healthy_count", instances.usable()).put("total_count", instances.size());
        return Answers.json(200, body);
    }

    ObjectNode instance(Instance instance) {
        Instance.Shown shown = instance.shown();
        ObjectNode node = Answers.object()
                .put("name", instance.name())
                .put("url", instance.uri().getScheme() + "://" + instance.authority())
                .put("healthy", instance.usable())
                .put("success_rate", Answers.percent(instance.successes(), instance.requests()))
                .put("total_requests", instance.requests())
                .put("consecutive_failures", instance.consecutiveFailures())
                .put("last_health_check", Answers.time(instance.lastCheck()))
                .put("state", state(instance))
                .put("reason", shown.reason())
                .put("state_since", shown.since().toString())
                .put("outstanding_requests", instance.outstanding());
        node.set("capabilities", capabilities(instance.capabilities()));
        node.setAll(progress(instance));
        return node.setAll(readiness.of(instance));
    }

    /** What the server can do, as last seen: null where that is not known. */
    private static ObjectNode capabilities(Capabilities seen) {
        ObjectNode node = Answers.object()
                .put("known", seen.known())
                .put("routes", seen.routes().size());
        for (Feature feature : Feature.values()) {
            Boolean present = seen.has(feature) ? Boolean.TRUE : seen.lacks(feature) ? Boolean.FALSE : null;
            node.put(feature.code(), present);
        }
        return node;
    }

    /** In what the servers differ, and what becomes of writes that need it. */
    ObjectNode mixedReleases() {
        MixedReleases releases = services.proxy().instances().releases();
        Set<Feature> differences = releases.differences();
        ObjectNode node = Answers.object()
                .put("mixed", !differences.isEmpty())
                .put("policy", releases.refuses() ? "refuse" : "warn");
        ArrayNode list = node.putArray("differences");
        differences.forEach(feature -> list.add(feature.code()));
        return node;
    }

    /** How far every instance is behind. */
    ArrayNode progress() {
        ArrayNode list = Answers.JSON.createArrayNode();
        for (Instance instance : services.proxy().instances()) {
            list.add(Answers.object()
                    .put("name", instance.name())
                    .put("state", state(instance))
                    .setAll(progress(instance)));
        }
        return list;
    }

    private ObjectNode progress(Instance instance) {
        PendingCounts pending = instance.pending();
        ObjectNode node = Answers.object();
        node.putObject("lag")
                .put("records", pending.records())
                .put("bytes", pending.bytes())
                .put("seconds", pending.ageMs() / 1000.0);
        WriteTurns.Line line = services.proxy().work().writes().line(instance);
        node.putObject("write_turns")
                .put("waiting", line.writes())
                .put("clients", line.clients())
                .put("oldest_wait_seconds", Answers.rounded(line.oldestNanos() / NANOS))
                .put("under_way", line.underWay())
                .put("most", line.places());
        LaneConnections connections = services.upstream().ofLanes(instance);
        node.putObject("write_connections")
                .put("open", connections.open())
                .put("most", connections.most())
                .put("waiting", connections.waiting());
        OptionalDouble left = pending.secondsLeft();
        return node.put("catch_up_rate", Answers.rounded(pending.rate()))
                .put("estimated_seconds_left", left.isEmpty() ? null : Answers.rounded(left.getAsDouble()))
                .put("lanes_behind", pending.lanesBehind())
                .put("lanes_diverged", places(instance, PlaceState.DIVERGED))
                .put("collections_whole", places(instance, PlaceState.READY))
                .put("let_go", instance.letGo());
    }

    private long places(Instance instance, PlaceState state) {
        return services.proxy().catalog().counts().places(instance, state);
    }

    /** The latest repairs, newest first. */
    ArrayNode repairs() {
        ArrayNode list = Answers.JSON.createArrayNode();
        services.hooks().repairs().jobs().forEach(job -> list.add(repair(job)));
        return list;
    }

    /** One repair as operators see it. */
    public static ObjectNode repair(Repairs.Job job) {
        Instant ended = job.ended();
        return Answers.object()
                .put("what", job.what())
                .put("instance", job.instance())
                .put("step", job.step())
                .put("began", job.began().toString())
                .put("ended", ended == null ? null : ended.toString())
                .put("failure", job.failure());
    }

    /** The newest events of all instances, newest first. */
    public Answer events(AdminRequest request) {
        ArrayNode list = Answers.JSON.createArrayNode();
        List<Event> all = services.proxy().instances().stream()
                .flatMap(instance -> instance.history().events().stream().map(event -> new Event(instance, event)))
                .sorted(Comparator.comparing((Event each) -> each.event().at()).reversed())
                .toList();
        all.stream()
                .limit(request.number("limit", SHOWN))
                .forEach(each -> list.add(event(each.instance(), each.event())));
        ObjectNode body = Answers.object();
        body.set("events", list);
        return Answers.json(200, body.put("total_events", all.size()));
    }

    private static ObjectNode event(Instance instance, InstanceEvent event) {
        return Answers.object()
                .put("time", event.at().toString())
                .put("instance", instance.name())
                .put("kind", event.kind().name().toLowerCase(Locale.ROOT))
                .put("from", event.from())
                .put("to", event.to())
                .put("reason", event.reason())
                .put("count", event.count());
    }

    static String state(Instance instance) {
        return instance.shown().standing().name().toLowerCase(Locale.ROOT);
    }
}
