package org.chromaproxy.admin.metrics;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.admin.page.Figures;
import org.chromaproxy.admin.page.ProcessFigures;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.upstream.LoopCensus;

/**
 * The metrics in Prometheus' text format 0.0.4 or OpenMetrics 1.0 (prometheus.io, "Exposition formats"), or memory and
 * processor time in the predecessor's JSON. {@code docs/metrics.md} says what each means.
 */
public final class MetricsPage {
    /** A loop that has not answered by then is told of by that. */
    private static final long CENSUS_MS = 1_000;

    private final AdminServices services;
    private final ProcessFigures process;
    private final Blocking blocking;
    private final ProxyMetrics proxy;
    private final InstanceMetrics instances;
    private final PrincipalMetrics principals;
    private final ProcessMetrics own;
    private volatile long deadLetters;

    public MetricsPage(AdminServices services, Figures figures, ProcessFigures process, Blocking blocking) {
        this.services = services;
        this.process = process;
        this.blocking = blocking;
        this.proxy = new ProxyMetrics(services, figures);
        this.principals = new PrincipalMetrics(services.admission().principals());
        this.instances = new InstanceMetrics(services);
        this.own = new ProcessMetrics(services, process);
    }

    public CompletionStage<Answer> page(AdminRequest request) {
        String accept = request.original().accept();
        if (accept.contains("application/json") && !accept.contains("text/plain")) {
            return Answers.now(json());
        }
        List<CompletableFuture<LoopCensus>> loops = services.upstream().census(CENSUS_MS, TimeUnit.MILLISECONDS);
        return countDeadLetters()
                .thenCompose(counted -> CompletableFuture.allOf(loops.toArray(CompletableFuture<?>[]::new)))
                .thenApply(done ->
                        text(accept, loops.stream().map(CompletableFuture::join).toList()));
    }

    /** Moves the window of percentiles on; every ten seconds, off the event loops. */
    public void advance() {
        services.upstream().timings().advance();
    }

    /** While the log is away the figure is what it was. */
    private CompletableFuture<Void> countDeadLetters() {
        return blocking.call(() -> services.log().letters().count(false))
                .completeOnTimeout(deadLetters, CENSUS_MS, TimeUnit.MILLISECONDS)
                .exceptionally(error -> deadLetters)
                .thenAccept(count -> deadLetters = count);
    }

    private Answer json() {
        return Answers.json(
                200,
                Answers.object()
                        .put("memory_usage_mb", process.usedMb())
                        .put(
                                "memory_percent",
                                process.percentOf(services.settings().limits().maxMemoryMb()))
                        .put("cpu_percent", process.cpuPercent())
                        .put("timestamp", Instant.now().toString())
                        .put("peak_memory_usage", process.peakMb()));
    }

    private Answer text(String accept, List<LoopCensus> loops) {
        Exposition exposition = new Exposition();
        proxy.requests(exposition);
        principals.put(exposition);
        proxy.log(exposition);
        proxy.lanes(exposition, deadLetters);
        proxy.latencies(exposition);
        instances.all(exposition, loops);
        own.all(exposition, loops);
        own.tls(exposition);
        return exposition.answer(accept);
    }
}
