package org.chromaproxy.admin.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.metrics.Latency;

/** Metrics being put together for one scrape. Confined to one thread. */
final class Exposition {
    private static final String PREFIX = "chroma_proxy_";
    private static final String TOTAL = "_total";

    private final List<MetricSnapshot> all = new ArrayList<>();

    /** @param name ends in {@code _total} */
    void counter(String name, String help, Number value) {
        counters(name, help, List.of(value), any -> Labels.EMPTY, Number::doubleValue);
    }

    /** One value per item. */
    <T> void counters(
            String name, String help, Iterable<T> items, Labelling<T> labels, ToDoubleFunction<? super T> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder();
        counter.name(PREFIX + name.substring(0, name.length() - TOTAL.length())).help(help);
        for (T item : items) {
            counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(labels.of(item))
                    .value(value.applyAsDouble(item))
                    .build());
        }
        all.add(counter.build());
    }

    void gauge(String name, String help, Number value) {
        gauges(name, help, List.of(value), any -> Labels.EMPTY, Number::doubleValue);
    }

    /** One value per item. */
    <T> void gauges(
            String name, String help, Iterable<T> items, Labelling<T> labels, ToDoubleFunction<? super T> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder();
        gauge.name(PREFIX + name).help(help);
        for (T item : items) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(labels.of(item))
                    .value(value.applyAsDouble(item))
                    .build());
        }
        all.add(gauge.build());
    }

    /** Latencies in seconds, by label value. */
    void summaries(String name, String help, String label, Map<String, Latency> latencies) {
        SummarySnapshot.Builder summary = SummarySnapshot.builder();
        summary.name(PREFIX + name).help(help);
        latencies.forEach((value, latency) -> {
            Quantiles.Builder quantiles = Quantiles.builder();
            for (int i = 0; i < latency.size(); i++) {
                quantiles.quantile(new Quantile(latency.quantile(i), latency.seconds(i)));
            }
            SummaryDataPointSnapshot.Builder point = SummaryDataPointSnapshot.builder();
            point.labels(Labels.of(label, value));
            point.quantiles(quantiles.build()).count(latency.count()).sum(latency.sum());
            summary.dataPoint(point.build());
        });
        all.add(summary.build());
    }

    /** What is put before an item's value. */
    @FunctionalInterface
    interface Labelling<T> {
        Labels of(T item);
    }

    /** @param accept what the client can read: OpenMetrics, or by default Prometheus' text format 0.0.4 */
    Answer answer(String accept) {
        ExpositionFormatWriter open = OpenMetricsTextFormatWriter.create();
        ExpositionFormatWriter writer =
                Optional.of(open).filter(it -> it.accepts(accept)).orElseGet(PrometheusTextFormatWriter::create);
        ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(out, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(200, writer.getContentType(), out.toByteArray());
    }
}
