package org.chromaproxy.admin.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.ProcessFigures;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.tls.ClientTls;
import org.chromaproxy.tls.Handshakes;
import org.chromaproxy.tls.ServerTls;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.upstream.LoopCensus;

/** Memory, processor time and event loops of this process. */
final class ProcessMetrics {
    private static final double MIB = 1 << 20;
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;

    private final AdminServices services;
    private final ProcessFigures process;

    ProcessMetrics(AdminServices services, ProcessFigures process) {
        this.services = services;
        this.process = process;
    }

    void all(Exposition page, List<LoopCensus> loops) {
        page.gauge("process_memory_bytes", "Memory in use by this process.", process.usedMb() * MIB);
        page.gauge("process_cpu_percent", "Share of all processors used by this process.", process.cpuPercent());
        page.gauge(
                "process_uptime_seconds",
                "Since it began to serve.",
                process.uptime().toMillis() / MILLIS);
        Map<String, Long> kinds = new TreeMap<>(process.memoryByKind());
        page.gauges(
                "memory_bytes",
                "Memory in use, by kind.",
                kinds.entrySet(),
                kind -> Labels.of("kind", kind.getKey()),
                Map.Entry::getValue);
        page.gauge(
                "body_memory_bytes",
                "Request bodies in memory.",
                services.admission().memory().bodiesUsed());
        page.gauge(
                "body_memory_limit_bytes",
                "What they may take.",
                services.admission().memory().bodiesLimit());
        clients(page);
        page.gauge(
                "lane_body_bytes",
                "Bytes of bodies the lanes hold.",
                services.proxy().stats().bodyBytes());
        page.gauges(
                "event_loop_delay_seconds",
                "How long a task waited for its turn in an event loop.",
                loops,
                ProcessMetrics::label,
                loop -> loop.delayNanos() / NANOS);
        page.gauges(
                "event_loop_tasks",
                "Tasks that wait in an event loop.",
                loops,
                ProcessMetrics::label,
                LoopCensus::tasks);
    }

    private void clients(Exposition page) {
        MemoryBudget memory = services.admission().memory();
        List<MemoryBudget.Kind> kinds = List.of(MemoryBudget.Kind.values());
        page.gauges(
                "client_memory_bytes",
                "What clients make the proxy hold, by kind.",
                kinds,
                ProcessMetrics::label,
                kind -> memory.of(kind).used());
        page.gauges(
                "client_memory_limit_bytes",
                "What each kind may take.",
                kinds,
                ProcessMetrics::label,
                kind -> memory.of(kind).limit());
        page.counters(
                "client_memory_refused_total",
                "What could not be reserved.",
                kinds,
                ProcessMetrics::label,
                kind -> memory.of(kind).refused());
        page.counter("client_memory_exhausted_total", "Connections closed for want of memory.", memory.exhausted());
        ConnectionBound bound = memory.connections();
        page.gauge("connections", "Client connections.", bound.open());
        page.gauge("connections_limit", "How many there may be.", bound.limit());
        page.counter("connections_shed_total", "Closed to make room for another.", bound.shed());
        page.counter("connections_probes_only_total", "Taken for the health probes alone.", bound.beyond());
        page.counter("connections_refused_total", "Closed at once.", bound.refused());
    }

    private static Labels label(MemoryBudget.Kind kind) {
        return Labels.of("kind", kind.text());
    }

    private record Side(String name, long completed, long failed) {
        static Side of(String name, Optional<Handshakes> handshakes) {
            return new Side(
                    name,
                    handshakes.map(Handshakes::allCompleted).orElse(0L),
                    handshakes.map(Handshakes::allFailed).orElse(0L));
        }
    }

    void tls(Exposition page) {
        TlsSides tls = services.settings().tls();
        List<Side> sides = List.of(
                Side.of("clients", tls.clients().map(ServerTls::handshakes)),
                Side.of("instances", tls.instances().map(ClientTls::handshakes)));
        page.counters(
                "tls_handshakes_total",
                "TLS handshakes that were completed.",
                sides,
                side -> Labels.of("side", side.name()),
                Side::completed);
        page.counters(
                "tls_handshakes_failed_total",
                "TLS handshakes that failed.",
                sides,
                side -> Labels.of("side", side.name()),
                Side::failed);
    }

    private static Labels label(LoopCensus loop) {
        return Labels.of("loop", Integer.toString(loop.index()));
    }
}
