package org.chromaproxy.bench.row.stubbed;

import java.util.List;
import java.util.Map;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Rival;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.StubStack;

/** Writes to stub upstreams: committed with fsync before they are routed, against nginx, which keeps no log. */
public final class LoggedWriteRow implements Row {
    private static final String PROXY = "chroma-proxy, logged, two upstreams";
    private static final String NGINX = "nginx, no log, one upstream";
    private static final String MEMORY = "resident (MiB)";
    private static final int COLLECTIONS = 16;
    private static final double GOAL = 0.4;
    private static final int MEMORY_GOAL = 400;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("logged-writes", "Logged writes, stub upstreams");
    private final Measure measure;
    private final Map<Measure.Target, RequestSource> requests = new java.util.LinkedHashMap<>();
    private long proxy;

    public LoggedWriteRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        StubStack stack = StubStack.start(setting, running, Map.of());
        StubStack.Collections paths = stack.collections("writes", COLLECTIONS);
        proxy = stack.proxy().pid();
        requests.put(Measure.Target.of(PROXY, stack.proxy()), Requests.adds(paths.here()));
        setting.tools().nginx().ifPresent(program -> {
            Server nginx = running.add(
                    setting.servers().rival(Rival.NGINX, program, stack.stub().url()));
            requests.put(Measure.Target.of(NGINX, nginx), Requests.adds(paths.there()));
        });
        section.text("PostgreSQL", String.join("\n", setting.database().settings()));
        section.text(
                "chroma-proxy",
                "DATABASE_URL=(embedded PostgreSQL of the benchmark) "
                        + String.join(" ", stack.proxy().command()));
        section.note("Adds of one record, "
                + Requests.addBody(List.of("0".repeat(16))).length()
                + " bytes of body, over " + COLLECTIONS + " collections, "
                + setting.scale().connections()
                + " connections, closed loop, own generator. The proxy writes each to PostgreSQL and to two stubs, nginx"
                + " to one stub. CPU time is the proxy's own, without PostgreSQL's.");
        requests.forEach((target, source) -> measure.warmUp(target.url(), source, setting.scale()));
    }

    @Override
    public void round(int number) {
        for (Measure.Target target : Running.rotated(List.copyOf(requests.keySet()), number)) {
            RequestSource source = requests.get(target);
            if (source != null) {
                measure.load(target, Measure.closed(target.url(), source, setting.scale()));
            }
        }
        section.samples().add(PROXY, MEMORY, Usage.residentMib(proxy));
    }

    @Override
    public Section section() {
        String noNginx = setting.tools().nginx().isEmpty() ? "nginx is not installed" : "";
        section.goals(List.of(
                Goal.atLeast(
                        "logged writes: requests/s against nginx without a log",
                        GOAL,
                        " ×",
                        section.samples().ratio(PROXY, NGINX, Measure.RATE),
                        noNginx),
                Goal.atMost(
                        "resident memory under that load",
                        MEMORY_GOAL,
                        " MiB",
                        section.samples().median(PROXY, MEMORY),
                        "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
