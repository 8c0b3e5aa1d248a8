package org.chromaproxy.observe.trace;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.completion.Feed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends ended spans in batches, one at a time. What ends while too many wait is dropped and counted, and so is a batch
 * that the collector does not take. The SDK's own batch processor needs one more thread, and does not tell how much it
 * drops.
 */
final class SpanBatches implements SpanProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(SpanBatches.class);
    private static final int MOST_WAITING = 8_192;
    private static final int BATCH = 512;
    private static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CLOSE_MS = 1_000;

    private final SpanExporter exporter;
    private final Feed.Counts counts;
    private List<SpanData> waiting = new ArrayList<>();
    private long sentAt = System.nanoTime();
    private CompletableResultCode underWay = CompletableResultCode.ofSuccess();
    private long reported;
    private long reportedAt = System.nanoTime() - REPORT_NANOS;

    SpanBatches(SpanExporter exporter, Feed.Counts counts) {
        this.exporter = exporter;
        this.counts = counts;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (waiting.size() >= MOST_WAITING) {
            counts.spansDropped().increment();
        } else {
            waiting.add(span.toSpanData());
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    /** Sends what is due, if nothing is under way. */
    void tick() {
        boolean due = waiting.size() >= BATCH || System.nanoTime() - sentAt > DELAY_NANOS;
        if (due && !waiting.isEmpty() && underWay.isDone()) {
            send();
        }
        report();
    }

    private void send() {
        List<SpanData> batch = waiting.size() <= BATCH ? waiting : new ArrayList<>(waiting.subList(0, BATCH));
        waiting = waiting.size() <= BATCH ? new ArrayList<>() : new ArrayList<>(waiting.subList(BATCH, waiting.size()));
        sentAt = System.nanoTime();
        CompletableResultCode sent = exporter.export(batch);
        underWay = sent;
        sent.whenComplete(() -> (sent.isSuccess() ? counts.spansExported() : counts.spansDropped()).add(batch.size()));
    }

    private void report() {
        long dropped = counts.spansDropped().sum();
        if (dropped > reported && System.nanoTime() - reportedAt > REPORT_NANOS) {
            LOG.warn(
                    "{} spans were dropped: the collector at OTLP_ENDPOINT does not take them, or not fast enough;"
                            + " requests are not affected",
                    dropped - reported);
            reported = dropped;
            reportedAt = System.nanoTime();
        }
    }

    /** Sends what is left, for a bounded time. */
    @Override
    public CompletableResultCode shutdown() {
        underWay.join(CLOSE_MS, TimeUnit.MILLISECONDS);
        if (underWay.isDone() && !waiting.isEmpty()) {
            send();
            underWay.join(CLOSE_MS, TimeUnit.MILLISECONDS);
        }
        return exporter.shutdown();
    }
}
