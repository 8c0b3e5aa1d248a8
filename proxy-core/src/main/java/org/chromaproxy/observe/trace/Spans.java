package org.chromaproxy.observe.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.completion.Noted;
import org.chromaproxy.completion.Observer;
import org.chromaproxy.http.TraceContext;

/**
 * Makes spans of ended exchanges that are sampled: one of kind server, and below it one per part. Attributes are those of
 * OpenTelemetry's semantic conventions for HTTP, and {@code chroma_proxy.*} for what these do not know.
 */
public final class Spans implements Observer {
    private static final String PATH = "/v1/traces";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Set<String> METHODS =
            Set.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT");
    private static final int SERVER_ERROR = 500;
    private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("chroma_proxy.instance");
    /** The exporter would log each failure to standard error; how much is lost is told by {@link SpanBatches}. */
    private static final java.util.logging.Logger SDK = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final PresetIds ids = new PresetIds();
    private final SpanBatches batches;
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private Spans(OtlpHttpSpanExporter exporter, Feed.Counts counts) {
        batches = new SpanBatches(exporter, counts);
        provider = SdkTracerProvider.builder()
                .setIdGenerator(ids)
                // What is not sampled does not get this far.
                .setSampler(Sampler.alwaysOn())
                .setResource(Resource.getDefault()
                        .merge(Resource.builder()
                                .put("service.name", "chroma-proxy")
                                .build()))
                .addSpanProcessor(batches)
                .build();
        tracer = provider.get("chroma-proxy");
    }

    /** @param collector {@code /v1/traces} is added where it has no path */
    public static Spans to(URI collector, Feed.Counts counts) {
        SDK.setLevel(Level.OFF);
        boolean bare = collector.getPath().isEmpty() || "/".equals(collector.getPath());
        URI endpoint = bare ? collector.resolve(PATH) : collector;
        return new Spans(
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(endpoint.toString())
                        .setTimeout(TIMEOUT)
                        .setConnectTimeout(TIMEOUT)
                        .setRetryPolicy(null)
                        .build(),
                counts);
    }

    @Override
    public void completed(Noted noted) {
        if (!noted.identity().sampled()) {
            return;
        }
        String method = noted.origin().method();
        boolean known = METHODS.contains(method);
        ids.next(noted.identity());
        SpanBuilder builder = tracer.spanBuilder(
                        (known ? method : "HTTP") + " " + noted.origin().route())
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent(noted.origin().parent()))
                .setStartTimestamp(epochNanos(noted, noted.startNanos()), TimeUnit.NANOSECONDS);
        builder.setAttribute("http.request.method", known ? method : "_OTHER")
                .setAttribute("url.scheme", noted.origin().client().tls() ? "https" : "http")
                .setAttribute("url.path", noted.origin().path())
                .setAttribute("client.address", noted.origin().client().address())
                .setAttribute("http.request.body.size", noted.bytesIn())
                .setAttribute("http.response.body.size", noted.bytesOut())
                .setAttribute("chroma_proxy.route", noted.origin().route())
                .setAttribute("chroma_proxy.ended", noted.ending().text());
        optional(builder, "http.request.method_original", known ? "" : method);
        optional(builder, "chroma_proxy.principal", noted.principal());
        optional(builder, "chroma_proxy.instance", noted.instance());
        optional(builder, "chroma_proxy.transaction", noted.transaction());
        if (noted.status() != 0) {
            builder.setAttribute("http.response.status_code", noted.status());
        }
        Span span = builder.startSpan();
        outcome(noted, span);
        Context within = Context.root().with(span);
        noted.parts().forEach(part -> child(noted, part, within));
        span.end(epochNanos(noted, noted.endNanos()), TimeUnit.NANOSECONDS);
    }

    private static void outcome(Noted noted, Span span) {
        boolean failed = noted.status() >= SERVER_ERROR || noted.ending() == Ending.CUT_OFF;
        String error = !noted.error().isEmpty()
                ? noted.error()
                : failed ? (noted.ending() == Ending.CUT_OFF ? "cut_off" : Integer.toString(noted.status())) : "";
        if (!error.isEmpty()) {
            span.setAttribute("error.type", error);
        }
        if (failed) {
            span.setStatus(StatusCode.ERROR);
        }
    }

    private void child(Noted noted, Noted.Part part, Context within) {
        boolean upstream = "upstream".equals(part.name());
        SpanBuilder builder = tracer.spanBuilder(part.name())
                .setSpanKind(upstream ? SpanKind.CLIENT : SpanKind.INTERNAL)
                .setParent(within)
                .setStartTimestamp(epochNanos(noted, part.fromNanos()), TimeUnit.NANOSECONDS);
        if (upstream) {
            builder.setAttribute(INSTANCE, noted.instance());
        }
        builder.startSpan().end(epochNanos(noted, part.toNanos()), TimeUnit.NANOSECONDS);
    }

    private static Context parent(TraceContext from) {
        if (!from.present()) {
            return Context.root();
        }
        TraceFlags flags = from.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
        return Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(
                        from.traceId(), from.parentId(), flags, TraceState.getDefault())));
    }

    private static long epochNanos(Noted noted, long nanos) {
        long start = Instant.EPOCH.until(noted.startedAt(), ChronoUnit.NANOS);
        return start + nanos - noted.startNanos();
    }

    private static void optional(SpanBuilder builder, String name, String value) {
        if (!value.isEmpty()) {
            builder.setAttribute(name, value);
        }
    }

    @Override
    public void flush() {
        batches.tick();
    }

    @Override
    public void close() {
        provider.shutdown().join(2, TimeUnit.SECONDS);
    }
}
