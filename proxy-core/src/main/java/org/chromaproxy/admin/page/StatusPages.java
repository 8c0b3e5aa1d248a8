package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.chromaproxy.config.Config;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.wal.append.LogState;

/** How the proxy and its instances are, from memory alone: never blocks. */
public final class StatusPages {
    public static final String SERVICE = "chroma-proxy";
    public static final String ARCHITECTURE = "one ordered lane per collection and instance, behind a PostgreSQL log";

    private final AdminServices services;
    private final Figures figures;
    private final MappingPages mappings;
    private final InstancePages instancePages;

    public StatusPages(AdminServices services, Figures figures, MappingPages mappings, InstancePages instancePages) {
        this.services = services;
        this.figures = figures;
        this.mappings = mappings;
        this.instancePages = instancePages;
    }

    /**
     * 200 while requests of every kind are served; 503 when they are not, or not all.
     *
     * @param informed whether reasons hold what servers say
     */
    public Answer health(boolean informed) {
        Instances instances = services.proxy().instances();
        LogState log = services.log().writer().state();
        boolean ready = services.logReady();
        boolean usable = instances.usable() > 0;
        ObjectNode body = Answers.object()
                .put("status", status(usable, ready, log))
                .put("healthy_instances", instances.usable() + "/" + instances.size())
                .put("service", SERVICE)
                .put("architecture", ARCHITECTURE)
                .put("pending_writes", services.pendingWrites())
                .put("log", log.name().toLowerCase(Locale.ROOT));
        ArrayNode reasons = body.putArray("reasons");
        if (!ready) {
            reasons.add(logTrouble(log));
        }
        for (Instance instance : instances) {
            if (!instance.usable()) {
                String state = instance + " is " + InstancePages.state(instance);
                reasons.add(informed ? state + ": " + instance.reason() : state);
            }
        }
        return Answers.json(ready && usable ? 200 : 503, body);
    }

    private String status(boolean usable, boolean ready, LogState log) {
        if (log == LogState.FENCED) {
            return "standby";
        }
        boolean reads = usable && services.admission().serving().getAsBoolean();
        if (!reads || (!ready && log != LogState.UNAVAILABLE)) {
            return "unhealthy";
        }
        Instances instances = services.proxy().instances();
        return ready && instances.usable() == instances.size() ? "healthy" : "degraded";
    }

    static String logTrouble(LogState log) {
        return switch (log) {
            case OPEN -> "ownership of the log was not confirmed lately: nothing is served until it is";
            case UNAVAILABLE -> "PostgreSQL does not answer: writes wait, then get 503; none is lost";
            case FENCED -> "another proxy owns the log now: this one must be restarted";
            case TRUNCATED -> "PostgreSQL lost records that were committed: writes wait for an operator's decision";
            case CLOSED -> "the log is closed: this proxy is stopping";
        };
    }

    public Answer status() {
        Instances instances = services.proxy().instances();
        ObjectNode body = Answers.object()
                .put("service", SERVICE)
                .put("architecture", ARCHITECTURE)
                .put("healthy_instances", instances.usable())
                .put("total_instances", instances.size())
                .put("timestamp", Instant.now().toString());
        body.set("high_volume_config", figures.highVolumeConfig());
        body.set("unified_wal", figures.unifiedWal());
        body.set("performance_stats", figures.performance());
        body.set("concurrency_details", figures.concurrencyDetails());
        ArrayNode list = body.putArray("instances");
        instances.forEach(instance -> list.add(instancePages.instance(instance)));
        body.set("releases", instancePages.mixedReleases());
        body.set("repairs", instancePages.repairs());
        body.set("stats", figures.stats());
        body.set("principals", new PrincipalFigures(services).busiest());
        body.set(
                "security",
                SecurityFigures.of(
                        services.settings().config().get(), services.admission().access()));
        body.set("transport", transport(services.settings().config().get()));
        body.set("log_space", figures.logSpace());
        body.set("client_memory", figures.clientMemory());
        body.set("client_connections", figures.connections());
        body.set("client_lists", figures.lists());
        body.set("heavy_reads", figures.heavyReads());
        body.set("unmapped_collections", mappings.strangers());
        return Answers.json(200, body);
    }

    public Answer walStatus() {
        ObjectNode body = Answers.object();
        ObjectNode wal = figures.unifiedWal();
        wal.put("successful_syncs", services.proxy().stats().applied())
                .put("failed_syncs", services.proxy().stats().faults());
        body.set("wal_system", wal);
        body.set("instances", instancePages.progress());
        body.set("performance_stats", figures.performance());
        body.set("high_volume_config", figures.highVolumeConfig());
        return Answers.json(200, body);
    }

    public Answer scalability() {
        ObjectNode body = Answers.object().put("timestamp", Instant.now().toString());
        ObjectNode features = body.putObject("scalability_features");
        features.set("connection_pooling", pooling());
        features.set("granular_locking", locking());
        body.set("connection_pooling", pooling());
        body.set("granular_locking", locking());
        body.set("performance_stats", figures.pool());
        body.putObject("performance_impact")
                .put("lock_contention_avoided", figures.uncontended())
                .put("pool_hit_rate", figures.poolHitRate());
        body.set("current_load", figures.load());
        return Answers.json(200, body);
    }

    private static ObjectNode transport(Config config) {
        Transport driven = Transport.named(config.listen().transport());
        ObjectNode node = Answers.object().put("name", driven.name().toLowerCase(Locale.ROOT));
        node.put("weakness", driven.weakness().orElse(null));
        return node;
    }

    private ObjectNode pooling() {
        return Answers.object()
                .put("available", true)
                .put("enabled", true)
                .put("min_connections", 0)
                .put("max_connections", services.upstream().maxConnections());
    }

    private static ObjectNode locking() {
        ObjectNode node = Answers.object().put("available", true).put("enabled", true);
        node.putArray("lock_types").add("collection_lane").add("catalog_lane");
        return node;
    }
}
