package org.chromaproxy.admin.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Figures;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.HeavyReads;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.metrics.Latency;
import org.chromaproxy.metrics.Stage;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.wal.append.LogWriter;

/** What clients ask, what is logged, and what the lanes do with it. */
final class ProxyMetrics {
    private static final int CLASSES = 6;

    private final AdminServices services;
    private final Figures figures;

    ProxyMetrics(AdminServices services, Figures figures) {
        this.services = services;
        this.figures = figures;
    }

    void requests(Exposition page) {
        RequestBound requests = services.admission().requests();
        page.counter("requests_total", "Client requests.", requests.total());
        page.counter("requests_failed_total", "Client requests answered with 5xx.", requests.failed());
        page.counter("requests_timed_out_total", "Client requests whose time was over.", requests.timedOut());
        page.counter("requests_rejected_total", "Client requests refused at the bound.", requests.rejected());
        page.gauge("requests_waiting", "Client requests that wait for their turn.", requests.waiting());
        page.gauge("requests_active", "Client requests under way.", requests.active());
        RequestBound lists = services.admission().lists();
        page.gauge("lists_active", "Lists that are being made.", lists.active());
        page.gauge("lists_waiting", "Lists that wait for their turn.", lists.waiting());
        page.counter("lists_rejected_total", "Lists refused at the bound.", lists.rejected());
        HeavyReads heavy = services.admission().heavyReads();
        page.gauge("heavy_reads_active", "Reads under way whose filter keeps a server busy.", heavy.underWay());
        page.gauge("heavy_reads_waiting", "Such reads that wait for their turn.", heavy.waiting());
        page.counter("heavy_reads_rejected_total", "Such reads refused at the bound.", heavy.refused());
        BacklogBound backlog = services.admission().backlog();
        page.counter("async_accepted_total", "Writes that were not waited for, let in.", backlog.accepted());
        page.counter("async_refused_total", "The same, refused because too much waits.", backlog.refused());
        page.counter(
                "body_memory_waits_total",
                "Requests that waited for memory.",
                services.admission().memory().bodyWaits());
        answered(page);
        Feed.Counts told = services.admission().completions().feed().counts();
        page.counter(
                "access_log_dropped_total",
                "Exchanges missing in the access log and in traces.",
                told.dropped().sum());
        page.counter(
                "spans_exported_total",
                "Spans the collector took.",
                told.spansExported().sum());
        page.counter(
                "spans_dropped_total",
                "Spans the collector did not take.",
                told.spansDropped().sum());
    }

    private record Ended(RouteKind kind, int statusClass, long count) {}

    private void answered(Exposition page) {
        Timings timings = services.upstream().timings();
        List<Ended> ended = new ArrayList<>();
        for (RouteKind kind : RouteKind.values()) {
            for (int statusClass = 0; statusClass < CLASSES; statusClass++) {
                long count = timings.ended(kind, statusClass);
                if (count > 0) {
                    ended.add(new Ended(kind, statusClass, count));
                }
            }
        }
        page.counters(
                "responses_total",
                "Client requests that ended, by route and class of status.",
                ended,
                one -> Labels.of("route", name(one.kind()), "status", statusClass(one.statusClass())),
                Ended::count);
    }

    private static String statusClass(int statusClass) {
        return statusClass == 0 ? "none" : statusClass + "xx";
    }

    void log(Exposition page) {
        LogWriter log = services.log().writer();
        page.gauge("log_ready", "Whether the log commits and is owned by this proxy.", services.logReady() ? 1 : 0);
        page.counter("log_records_total", "Records committed.", log.committedRecords());
        page.counter("log_transactions_total", "Transactions committed.", log.committedBatches());
        page.gauge("log_queued_records", "Records that wait for a commit.", log.queuedRecords());
        page.gauge("log_queued_bytes", "Bytes that wait for a commit.", log.queuedBytes());
        LogCapacity capacity = services.admission().capacity();
        page.gauge("log_bytes", "Bytes of the log on PostgreSQL's disk.", capacity.bytes());
        page.gauge("log_limit_bytes", "Bytes that the log may have.", capacity.limit());
        page.gauge("log_pinned_bytes", "Bytes of the log that some instance still needs.", capacity.pinned());
        page.counter("log_full_refused_total", "Writes refused because the log was full.", capacity.refused());
        page.gauge("log_lsn", "Highest position known to be durable.", log.durableLsn());
    }

    void lanes(Exposition page, long deadLetters) {
        LaneStats lanes = services.proxy().stats();
        page.gauge("lane_records", "Records the lanes hold in memory; the rest is in the log.", lanes.records());
        page.gauge("writes_pending", "Writes not applied everywhere.", services.pendingWrites());
        page.counter("lane_applied_total", "Applications of a record on an instance.", lanes.applied());
        page.counter("lane_requests_total", "Requests that carried records to an instance.", lanes.requests());
        page.gauge(
                "lane_coalescing_ratio",
                "Records per request to an instance, since the start.",
                lanes.requests() == 0 ? 1 : (double) lanes.applied() / lanes.requests());
        page.counter("lane_reductions_total", "Requests kept small because memory was short.", lanes.reductions());
        page.counter("lane_refused_total", "Writes refused by their leader.", lanes.refused());
        page.counter("lane_faults_total", "Attempts without a usable answer.", lanes.faults());
        page.counter("lane_recovered_total", "Writes executed late, by recovery.", lanes.recovered());
        page.counter("lane_diverged_total", "Lanes found to differ from the log.", lanes.diverged());
        page.gauge("dead_letters", "Writes given up that wait for a decision.", deadLetters);
        page.gauge("collections", "Collections.", services.proxy().catalog().size());
        page.gauge("collections_partial", "Collections not followed everywhere.", figures.partialMappings());
        page.gauge("collections_diverged", "Collections with a differing copy.", figures.divergedMappings());
    }

    void latencies(Exposition page) {
        Timings.Snapshot measured = services.upstream().timings().snapshot();
        Map<String, Latency> routes = new TreeMap<>();
        measured.requests().forEach((kind, latency) -> routes.put(name(kind), latency));
        page.summaries("request_seconds", "From a request's head to the end of its answer.", "route", routes);
        Map<String, Latency> stages = new TreeMap<>();
        for (Stage stage : Stage.values()) {
            Latency latency = measured.stages().get(stage);
            if (latency != null) {
                stages.put(stage.name().toLowerCase(Locale.ROOT), latency);
            }
        }
        page.summaries("write_stage_seconds", "Parts of a write's way.", "stage", stages);
        Map<String, Latency> upstream = new TreeMap<>();
        for (Instance instance : services.proxy().instances()) {
            upstream.put(instance.name(), measured.upstream().get(instance.index()));
        }
        page.summaries("upstream_seconds", "From a request to an instance to its answer.", "instance", upstream);
    }

    private static String name(RouteKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
