package org.chromaproxy.bench.row.stubbed;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Samples;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.StubStack;

/** Small writes from many connections while bodies of the largest size arrive on others: what memory that takes. */
public final class MemoryRow implements Row {
    private static final String SMALL = "chroma-proxy, small writes";
    private static final String LARGE = "chroma-proxy, 40-MiB writes meanwhile";
    private static final String PEAK = "resident at most (MiB)";
    private static final String NOW = "resident at the end (MiB)";
    private static final int LIMIT = 400;
    private static final int COLLECTIONS = 16;
    private static final int LARGE_CONNECTIONS = 2;
    /** What the body has beside its document is less than 8 KiB. */
    private static final int DOCUMENT = (40 << 20) - (8 << 10);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("memory", "Memory while 40-MiB bodies arrive, stub upstreams");
    private final Measure measure;
    private List<Load> loads = List.of();
    private List<Measure.Target> targets = List.of();

    public MemoryRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        StubStack stack = StubStack.start(
                setting, running, Map.of("MAX_MEMORY_MB", Integer.toString(LIMIT), "MAX_BODY_MB", "40"));
        targets = List.of(Measure.Target.of(SMALL, stack.proxy()), Measure.Target.of(LARGE, stack.proxy()));
        List<String> small = stack.collections("small", COLLECTIONS).here();
        List<String> large = stack.collections("large", LARGE_CONNECTIONS).here();
        Setting.Scale scale = setting.scale();
        loads = List.of(
                Load.closed(stack.proxy().url(), Requests.adds(small), scale.connections(), scale.time()),
                Load.closed(stack.proxy().url(), Requests.largeAdds(large, DOCUMENT), LARGE_CONNECTIONS, scale.time()));
        section.note("MAX_MEMORY_MB=" + LIMIT + ", MAX_BODY_MB=40. " + scale.connections()
                + " connections add single records of 3.6 KB to " + COLLECTIONS + " collections, closed loop; on "
                + LARGE_CONNECTIONS
                + " others each add has 40 MiB. Resident at most: since the proxy's start, as the kernel counts it for its"
                + " process; PostgreSQL is a process of its own.");
        measure.warmUp(stack.proxy().url(), Requests.adds(small), scale);
    }

    @Override
    public void round(int number) {
        try (Generator second = new Generator()) {
            CompletableFuture<LoadResult> large =
                    CompletableFuture.supplyAsync(() -> second.run(loads.getLast()), Thread.ofVirtual()::start);
            measure.loadUnpictured(targets.getFirst(), loads.getFirst());
            file(large.join(), section.samples());
        }
    }

    private void file(LoadResult large, Samples samples) {
        samples.add(LARGE, Measure.RATE, large.rate());
        samples.add(LARGE, Measure.P50, large.micros(50));
        samples.add(LARGE, Measure.P99, large.micros(99));
        samples.add(LARGE, Measure.FAILED, (double) large.failed());
        long pid = targets.getFirst().pid().orElseThrow();
        samples.add(SMALL, PEAK, Usage.peakMib(pid));
        samples.add(SMALL, NOW, Usage.residentMib(pid));
    }

    @Override
    public Section section() {
        Samples samples = section.samples();
        section.goals(List.of(
                Goal.atMost(
                        "resident memory, 40-MiB bodies arriving, limit 400 MB",
                        LIMIT,
                        " MiB",
                        samples.most(SMALL, PEAK),
                        ""),
                Goal.atMost("40-MiB writes refused meanwhile", 0, "", samples.most(LARGE, Measure.FAILED), ""),
                Goal.atMost("small writes refused meanwhile", 0, "", samples.most(SMALL, Measure.FAILED), "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
