package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.HeavyReads;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryShare;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.config.Config;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.upstream.PoolStats;

/** The groups of figures that several pages share; {@code docs/operator-fields.md} says what each means here. */
public final class Figures {
    private final AdminServices services;
    private final ProcessFigures process;

    public Figures(AdminServices services, ProcessFigures process) {
        this.services = services;
        this.process = process;
    }

    ObjectNode highVolumeConfig() {
        Config.Limits limits = services.settings().limits();
        return Answers.object()
                .put("max_memory_mb", limits.maxMemoryMb())
                .put("current_memory_percent", process.percentOf(limits.maxMemoryMb()))
                .put("peak_memory_usage", process.peakMb())
                .put("max_workers", limits.maxWorkers())
                .put("default_batch_size", limits.batches().standard())
                .put("max_batch_size", limits.batches().most())
                .put("max_concurrent_requests", limits.maxConcurrentRequests())
                .put("request_queue_size", limits.requestQueueSize())
                .put("request_timeout", services.settings().timing().requestMs() / 1000.0);
    }

    ObjectNode unifiedWal() {
        long pending = services.pendingWrites();
        return Answers.object()
                .put("pending_writes", pending)
                .put("is_syncing", pending > 0)
                .put("sync_interval_seconds", 0)
                .put("database", services.settings().database())
                .put("approach", "every write is committed before any instance sees it, then applied in order on each");
    }

    ObjectNode performance() {
        PoolStats pool = services.upstream().stats();
        double seconds = Math.max(0.001, process.uptime().toMillis() / 1000.0);
        ObjectNode node = Answers.object()
                .put("memory_pressure_events", services.admission().memory().bodyWaits())
                .put("adaptive_batch_reductions", services.proxy().stats().reductions())
                .put(
                        "avg_sync_throughput",
                        Answers.rounded(services.proxy().stats().applied() / seconds))
                .put("connection_pool_hits", pool.hits())
                .put("connection_pool_misses", pool.misses());
        return node.setAll(concurrency());
    }

    private ObjectNode concurrency() {
        RequestBound requests = services.admission().requests();
        return Answers.object()
                .put("lock_contention_avoided", uncontended())
                .put("concurrent_requests_active", requests.active())
                .put("total_requests_processed", requests.total())
                .put("timeout_requests", requests.timedOut())
                .put("queue_full_rejections", requests.rejected())
                .put("requests_waiting", requests.waiting())
                .put("requests_waited", requests.waited())
                .put("mapping_failures", partialMappings())
                .put("critical_mapping_failures", divergedMappings())
                .put("mapping_exceptions", services.proxy().stats().diverged());
    }

    ObjectNode concurrencyDetails() {
        RequestBound requests = services.admission().requests();
        long active = requests.active();
        long let = requests.entered();
        return concurrency()
                .put("semaphore_acquisitions", let)
                .put("semaphore_releases", Math.max(0, let - active))
                .put("processing_failures", requests.failed());
    }

    /** What clients make the proxy hold, by kind, in bytes. */
    ObjectNode clientMemory() {
        ObjectNode node = Answers.object();
        for (MemoryBudget.Kind kind : MemoryBudget.Kind.values()) {
            MemoryShare share = services.admission().memory().of(kind);
            node.putObject(kind.text())
                    .put("used", share.used())
                    .put("peak", share.peak())
                    .put("limit", share.limit())
                    .put("waits", share.waits())
                    .put("refused", share.refused());
        }
        return node;
    }

    /** How large the log is and may be, and what keeps it so. */
    ObjectNode logSpace() {
        LogCapacity capacity = services.admission().capacity();
        String by = capacity.pinnedBy();
        return Answers.object()
                .put("bytes", capacity.bytes())
                .put("limit", capacity.limit())
                .put("pinned_bytes", capacity.pinned())
                .put("pinned_by", by.isEmpty() ? null : by)
                .put("refused", capacity.refused());
    }

    /** Lists of collections and databases, which have a bound of their own among the requests. */
    ObjectNode lists() {
        RequestBound bound = services.admission().lists();
        return Answers.object()
                .put("active", bound.active())
                .put("waiting", bound.waiting())
                .put("limit", bound.limit())
                .put("waited", bound.waited())
                .put("refused", bound.rejected());
    }

    /** Reads whose filter keeps a server busy, of which few are under way at once. */
    ObjectNode heavyReads() {
        HeavyReads heavy = services.admission().heavyReads();
        return Answers.object()
                .put("active", heavy.underWay())
                .put("waiting", heavy.waiting())
                .put("refused", heavy.refused());
    }

    /** Clients' connections, and who had to give way. */
    ObjectNode connections() {
        ConnectionBound bound = services.admission().memory().connections();
        return Answers.object()
                .put("open", bound.open())
                .put("peak", bound.peak())
                .put("limit", bound.limit())
                .put("limit_of_one_address", bound.share())
                .put("shed", bound.shed())
                .put("probes_only", bound.probesOnly())
                .put("probes_only_total", bound.beyond())
                .put("refused", bound.refused());
    }

    ObjectNode stats() {
        RequestBound requests = services.admission().requests();
        LaneStats lanes = services.proxy().stats();
        return Answers.object()
                .put("total_requests", requests.total())
                .put("successful_requests", requests.succeeded())
                .put("failed_requests", requests.failed())
                .put("client_requests", requests.ended())
                .put("client_requests_failed", requests.endedInError())
                .put("client_seconds", requests.endedNanos() / 1e9)
                .put("total_wal_writes", services.log().writer().committedRecords())
                .put("successful_syncs", lanes.applied())
                .put("failed_syncs", lanes.faults())
                .put("sync_cycles", lanes.applied() + lanes.faults())
                .put("batches_processed", services.log().writer().committedBatches())
                .put("refused_writes", lanes.refused())
                .put("recovered_writes", lanes.recovered())
                .put("diverged_lanes", lanes.diverged());
    }

    /** Applications on an instance, none of which held a lock that another could have waited for. */
    long uncontended() {
        return services.proxy().stats().applied();
    }

    ObjectNode pool() {
        PoolStats pool = services.upstream().stats();
        return Answers.object()
                .put("pool_hit_rate", poolHitRate())
                .put("hits", pool.hits())
                .put("misses", pool.misses())
                .put("total_operations", pool.hits() + pool.misses())
                .put("lock_contention_avoided", uncontended());
    }

    String poolHitRate() {
        PoolStats pool = services.upstream().stats();
        return Answers.percent(pool.hits(), pool.hits() + pool.misses());
    }

    ObjectNode load() {
        RequestBound requests = services.admission().requests();
        return Answers.object()
                .put("concurrent_requests", requests.active())
                .put("total_requests_processed", requests.total())
                .put("timeout_requests", requests.timedOut())
                .put("queue_full_rejections", requests.rejected());
    }

    /** Collections that some instance does not hold, or does not follow. */
    public long partialMappings() {
        return services.proxy().catalog().counts().partial();
    }

    /** Collections whose copy on some instance is known to differ. */
    public long divergedMappings() {
        return services.proxy().catalog().counts().diverged();
    }
}
