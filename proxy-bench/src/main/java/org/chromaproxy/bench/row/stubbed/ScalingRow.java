package org.chromaproxy.bench.row.stubbed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.StubStack;

/** The same program with more memory and threads, and no other change. A table without goals. */
public final class ScalingRow implements Row {
    private static final List<Integer> FACTORS = List.of(1, 2, 4);
    private static final int MEMORY = 400;
    private static final int WORKERS = 3;
    private static final int COLLECTIONS = 16;
    private static final String RESIDENT = "resident (MiB)";

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("scaling", "Scaling by resources only, stub upstreams");
    private final Measure measure;
    private final Map<Measure.Target, RequestSource> requests = new LinkedHashMap<>();

    public ScalingRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        for (int factor : FACTORS) {
            Map<String, String> settings = Map.of(
                    "MAX_MEMORY_MB", Integer.toString(MEMORY * factor),
                    "MAX_WORKERS", Integer.toString(WORKERS * factor),
                    "EVENT_LOOPS", Integer.toString(factor));
            StubStack stack = StubStack.start(setting, running, settings);
            List<String> paths = stack.collections("scaling", COLLECTIONS).here();
            requests.put(
                    Measure.Target.of(factor + " ×, reads", stack.proxy()),
                    Requests.spread(paths, "/get", ReadRow.BODY));
            requests.put(Measure.Target.of(factor + " ×, writes", stack.proxy()), Requests.adds(paths));
        }
        section.note("1 ×: MAX_MEMORY_MB=" + MEMORY + " MAX_WORKERS=" + WORKERS + " EVENT_LOOPS=1. "
                + setting.scale().connections() + " connections, closed loop, own generator, " + COLLECTIONS
                + " collections. This machine has "
                + Runtime.getRuntime().availableProcessors()
                + " processors, which proxy, generator, PostgreSQL and two stubs share: more threads than processors cannot"
                + " make it faster here, and the table shows that they do not make it slower either, or by how much.");
        requests.forEach((target, source) -> measure.warmUp(target.url(), source, setting.scale()));
    }

    @Override
    public void round(int number) {
        for (Measure.Target target : Running.rotated(List.copyOf(requests.keySet()), number)) {
            RequestSource source = requests.get(target);
            if (source != null) {
                measure.loadUnpictured(target, Measure.closed(target.url(), source, setting.scale()));
                section.samples()
                        .add(
                                target.name(),
                                RESIDENT,
                                Usage.residentMib(target.pid().orElseThrow()));
            }
        }
    }

    @Override
    public Section section() {
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
