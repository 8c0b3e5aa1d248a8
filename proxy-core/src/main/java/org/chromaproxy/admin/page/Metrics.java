package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneStats;

/**
 * The main counters in Prometheus' text format 0.0.4 (prometheus.io, "Exposition formats"), or memory and processor time
 * in the predecessor's JSON. From memory alone.
 */
public final class Metrics {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final AdminServices services;
    private final Figures figures;
    private final ProcessFigures process;

    public Metrics(AdminServices services, Figures figures, ProcessFigures process) {
        this.services = services;
        this.figures = figures;
        this.process = process;
    }

    public Answer page(AdminRequest request) {
        String accept = request.original().accept();
        boolean json = accept.contains("application/json") && !accept.contains("text/plain");
        return json ? Answers.json(200, json()) : Answers.text(TEXT, text());
    }

    private ObjectNode json() {
        return Answers.object()
                .put("memory_usage_mb", process.usedMb())
                .put(
                        "memory_percent",
                        process.percentOf(services.settings().limits().maxMemoryMb()))
                .put("cpu_percent", process.cpuPercent())
                .put("timestamp", Instant.now().toString())
                .put("peak_memory_usage", process.peakMb());
    }

    private String text() {
        Page page = new Page();
        requests(page);
        lanes(page);
        instances(page);
        page.gauge("process_memory_bytes", "Memory in use by this process.", process.usedMb() * (1 << 20));
        page.gauge("process_cpu_percent", "Share of all processors used by this process.", process.cpuPercent());
        return page.text.toString();
    }

    private void requests(Page page) {
        RequestBound requests = services.admission().requests();
        page.counter("requests_total", "Client requests.", requests.total());
        page.counter("requests_failed_total", "Client requests answered with 5xx.", requests.failed());
        page.counter("requests_timed_out_total", "Client requests whose time was over.", requests.timedOut());
        page.counter("requests_rejected_total", "Client requests refused at the bound.", requests.rejected());
        page.gauge("requests_waiting", "Client requests that wait for their turn.", requests.waiting());
        page.gauge("requests_active", "Client requests under way.", requests.active());
        BacklogBound backlog = services.admission().backlog();
        page.counter("async_accepted_total", "Writes that were not waited for, let in.", backlog.accepted());
        page.counter("async_refused_total", "The same, refused because too much waits.", backlog.refused());
        page.gauge(
                "body_memory_bytes",
                "Request bodies in memory.",
                services.admission().memory().used());
        page.counter(
                "body_memory_waits_total",
                "Requests that waited for memory.",
                services.admission().memory().waits());
    }

    private void lanes(Page page) {
        LaneStats lanes = services.proxy().stats();
        page.gauge("log_ready", "Whether the log commits and is owned by this proxy.", services.logReady() ? 1 : 0);
        page.counter(
                "log_records_total",
                "Records committed.",
                services.log().writer().committedRecords());
        page.counter(
                "log_transactions_total",
                "Transactions committed.",
                services.log().writer().committedBatches());
        page.gauge(
                "log_queued_bytes",
                "Bytes that wait for a commit.",
                services.log().writer().queuedBytes());
        page.gauge("lane_records", "Records the lanes hold in memory; the rest is in the log.", lanes.records());
        page.gauge("lane_body_bytes", "Bytes of their bodies.", lanes.bodyBytes());
        page.gauge("writes_pending", "Writes not applied everywhere.", services.pendingWrites());
        page.counter("lane_applied_total", "Applications of a record on an instance.", lanes.applied());
        page.counter("lane_refused_total", "Writes refused by their leader.", lanes.refused());
        page.counter("lane_faults_total", "Attempts without a usable answer.", lanes.faults());
        page.counter("lane_recovered_total", "Writes executed late, by recovery.", lanes.recovered());
        page.counter("lane_diverged_total", "Lanes found to differ from the log.", lanes.diverged());
        page.gauge("collections", "Collections.", services.proxy().catalog().size());
        page.gauge("collections_partial", "Collections not followed everywhere.", figures.partialMappings());
        page.gauge("collections_diverged", "Collections with a differing copy.", figures.divergedMappings());
    }

    private void instances(Page page) {
        page.head("instance_up", "gauge", "Whether an instance takes requests.");
        for (Instance instance : services.proxy().instances()) {
            page.labelled("instance_up", instance, instance.usable() ? 1 : 0);
        }
        page.head("instance_requests_total", "counter", "Requests sent to an instance.");
        for (Instance instance : services.proxy().instances()) {
            page.labelled("instance_requests_total", instance, instance.requests());
        }
        page.head("instance_outstanding", "gauge", "Requests an instance has not answered yet.");
        for (Instance instance : services.proxy().instances()) {
            page.labelled("instance_outstanding", instance, instance.outstanding());
        }
    }

    private static final class Page {
        private static final String PREFIX = "chroma_proxy_";
        private final StringBuilder text = new StringBuilder(4096);

        void counter(String name, String help, long value) {
            head(name, "counter", help);
            text.append(PREFIX).append(name).append(' ').append(value).append('\n');
        }

        void gauge(String name, String help, Number value) {
            head(name, "gauge", help);
            text.append(PREFIX).append(name).append(' ').append(value).append('\n');
        }

        void head(String name, String type, String help) {
            text.append("# HELP ")
                    .append(PREFIX)
                    .append(name)
                    .append(' ')
                    .append(help)
                    .append('\n');
            text.append("# TYPE ")
                    .append(PREFIX)
                    .append(name)
                    .append(' ')
                    .append(type)
                    .append('\n');
        }

        void labelled(String name, Instance instance, long value) {
            String label = instance.name().replace("\\", "\\\\").replace("\"", "\\\"");
            text.append(PREFIX)
                    .append(name)
                    .append("{instance=\"")
                    .append(label)
                    .append("\"} ");
            text.append(value).append('\n');
        }
    }
}
