package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.Summary;
import org.hawkular.agent.prometheus.walkers.PrometheusMetricsWalker;
import org.junit.jupiter.api.Test;

/** What a scraper reads of a proxy at work, by a parser that is not the exposition's own. */
class MetricsTest extends StagedTest {
    private static final Pattern NAME = Pattern.compile("chroma_proxy_[a-z_]+");
    private static final Path ROOT = Path.of("..");

    MetricsTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static final class Found implements PrometheusMetricsWalker {
        final Map<String, MetricFamily> families = new TreeMap<>();
        final List<Metric> metrics = new ArrayList<>();

        @Override
        public void walkStart() {}

        @Override
        public void walkFinish(int familiesProcessed, int metricsProcessed) {}

        @Override
        public void walkMetricFamily(MetricFamily family, int index) {
            families.put(family.getName(), family);
        }

        @Override
        public void walkCounterMetric(MetricFamily family, Counter metric, int index) {
            metrics.add(metric);
        }

        @Override
        public void walkGaugeMetric(MetricFamily family, Gauge metric, int index) {
            metrics.add(metric);
        }

        @Override
        public void walkSummaryMetric(MetricFamily family, Summary metric, int index) {
            metrics.add(metric);
        }

        @Override
        public void walkHistogramMetric(MetricFamily family, Histogram metric, int index) {
            metrics.add(metric);
        }

        <T extends Metric> T metric(Class<T> type, String name, String label, String value) {
            return metrics.stream()
                    .filter(metric -> metric.getName().equals("chroma_proxy_" + name))
                    .filter(metric -> value.equals(metric.getLabels().get(label)))
                    .map(type::cast)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + name + " with " + label + "=" + value));
        }
    }

    private Found scrape() {
        return scrape(
                stage().client().get("/metrics", "Accept", "text/plain").join().body());
    }

    private static Found scrape(String text) {
        Found found = new Found();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        new TextPrometheusMetricsProcessor(new ByteArrayInputStream(bytes), found).walk();
        return found;
    }

    private Collection busy() {
        Collection collection = stage().usedCollection();
        for (int i = 0; i < 20; i++) {
            assertEquals(201, collection.add("record-" + i).join().status());
            assertEquals(200, collection.read().join().status());
        }
        assertEquals(404, stage().client().get("/nonsense").join().status());
        awaitHeld(stage().replica(), collection, "record-19");
        return collection;
    }

    @Test
    void requestsStagesAndInstancesAreTimedAndCounted() {
        busy();
        Found found = scrape();

        Summary reads = found.metric(Summary.class, "request_seconds", "route", "read_collection_records");
        assertTrue(reads.getSampleCount() >= 20, reads.toString());
        assertTrue(reads.getSampleSum() > 0, reads.toString());
        assertEquals(5, reads.getQuantiles().size());
        double before = 0;
        for (Summary.Quantile quantile : reads.getQuantiles()) {
            assertTrue(quantile.getValue() >= before && quantile.getValue() < 60, reads.toString());
            before = quantile.getValue();
        }
        for (String stage : List.of("queue", "commit", "lane")) {
            Summary part = found.metric(Summary.class, "write_stage_seconds", "stage", stage);
            assertTrue(part.getSampleCount() >= 20, stage + " " + part.getSampleCount());
        }
        for (String instance : List.of("primary", "replica")) {
            Summary upstream = found.metric(Summary.class, "upstream_seconds", "instance", instance);
            assertTrue(upstream.getSampleCount() >= 20, upstream.toString());
            assertEquals(
                    1,
                    found.metric(Gauge.class, "instance_up", "instance", instance)
                            .getValue());
            assertTrue(found.metric(Gauge.class, "pool_connections", "instance", instance)
                            .getValue()
                    >= 1);
        }
        assertTrue(
                found.metric(Counter.class, "responses_total", "status", "2xx").getValue() >= 1);
        assertTrue(
                found.metric(Counter.class, "responses_total", "status", "4xx").getValue() >= 1);
        assertTrue(found.metric(Gauge.class, "memory_bytes", "kind", "heap").getValue() > 1 << 20);
    }

    @Test
    void aReplicaThatIsAwayIsSeenFallingBehind() {
        Collection collection = stage().usedCollection();
        stage().replica().vanish();
        assertEquals(201, collection.add("meanwhile").join().status());
        await().atMost(Stage.SOON).untilAsserted(() -> {
            Found found = scrape();
            assertEquals(
                    0,
                    found.metric(Gauge.class, "instance_up", "instance", "replica")
                            .getValue());
            assertEquals(
                    1,
                    found.metric(Gauge.class, "instance_lag_records", "instance", "replica")
                            .getValue());
            assertTrue(found.metric(Gauge.class, "instance_lag_bytes", "instance", "replica")
                            .getValue()
                    > 0);
            assertTrue(found.metric(Gauge.class, "instance_lag_seconds", "instance", "replica")
                            .getValue()
                    > 0);
        });
        stage().replica().reappear();
        awaitHeld(stage().replica(), collection, "meanwhile");
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        0,
                        scrape().metric(Gauge.class, "instance_lag_records", "instance", "replica")
                                .getValue()));
    }

    @Test
    void moreCollectionsAndClientsAreNoMoreSeries() {
        busy();
        Set<String> before = series();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < Integer.getInteger("metrics.collections", 150); i++) {
            Collection collection = stage().collection();
            names.add(collection.name());
            names.add(collection.id());
            if (i % 10 == 0) {
                collection.add("in-" + i).join();
                collection.read().join();
            }
        }
        assertEquals(before, series());
        String text = stage().client().get("/metrics").join().body();
        names.forEach(name -> assertFalse(text.contains(name), name));
        assertTrue(text.length() < 100_000, text.length() + " characters");
    }

    private Set<String> series() {
        Set<String> series = new TreeSet<>();
        stage().client()
                .get("/metrics")
                .join()
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> series.add(line.substring(0, line.lastIndexOf(' '))));
        return series;
    }

    @Test
    void openMetricsIsGivenWhereItIsAskedFor() {
        Client.Answer answer = stage().client()
                .get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
                .join();
        assertTrue(answer.header("content-type").startsWith("application/openmetrics-text"));
        assertTrue(answer.body().endsWith("# EOF\n"), answer.body());
    }

    @Test
    void thePageInDocsNamesEveryMetricAndNoOther() throws IOException {
        busy();
        Set<String> rows = new TreeSet<>();
        Files.readString(ROOT.resolve("docs/metrics.md"))
                .lines()
                .filter(line -> line.startsWith("| `chroma_proxy_"))
                .forEach(line -> {
                    String[] cells = line.split("\\|", -1);
                    MetricFamily family = scrape().families.get(cells[1].strip().replace("`", ""));
                    assertTrue(family != null, line);
                    assertEquals(
                            cells[2].strip(), family.getType().toString().toLowerCase(java.util.Locale.ROOT), line);
                    rows.add(family.getName());
                });
        assertEquals(scrape().families.keySet(), rows);
    }

    @Test
    void theDashboardAndTheRulesNameOnlyMetricsThereAre() throws IOException {
        busy();
        Set<String> known = new TreeSet<>(scrape().families.keySet());
        String dashboard = Files.readString(ROOT.resolve("conf/grafana-dashboard.json"));
        assertTrue(new ObjectMapper().readTree(dashboard).path("panels").size() > 10);
        Set<String> named = names(dashboard);
        assertTrue(named.size() > 20, named.toString());
        Set<String> inRules = names(Files.readString(ROOT.resolve("conf/alert-rules.yml")));
        assertTrue(inRules.size() >= 9, inRules.toString());
        named.addAll(inRules);
        named.removeAll(known);
        assertEquals(Set.of(), named);
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        for (Matcher matcher = NAME.matcher(text); matcher.find(); ) {
            names.add(matcher.group());
        }
        return names;
    }
}
