package org.chromaproxy.bench.row.stubbed;

import java.util.List;
import java.util.Map;
import org.chromaproxy.bench.load.ClientForm;
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

/** A client's writes to stub upstreams: committed with fsync before they are routed, against nginx, which keeps no log. */
public final class LoggedWriteRow implements Row {
    private static final String PROXY = "chroma-proxy, logged, two upstreams";
    private static final String NGINX = "nginx, no log, one upstream";
    private static final String MEMORY = "resident (MiB)";
    private static final int COLLECTIONS = 16;
    private static final double GOAL = 0.4;
    private static final int MEMORY_GOAL = 400;

    private final Setting setting;
    private final Running running = new Running();
    private final ClientForm form;
    private final Section section;
    private final Measure measure;
    private final Map<Measure.Target, RequestSource> requests = new java.util.LinkedHashMap<>();
    private long proxy;

    public LoggedWriteRow(Setting setting, ClientForm form) {
        this.setting = setting;
        this.form = form;
        this.section = form == ClientForm.PLAIN
                ? new Section("logged-writes", "Logged writes, stub upstreams")
                : new Section("client-logged-writes", "Logged writes of the Python client, stub upstreams");
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        StubStack stack = StubStack.start(setting, running, Map.of());
        StubStack.Collections paths = stack.collections("writes", COLLECTIONS);
        proxy = stack.proxy().pid();
        requests.put(Measure.Target.of(PROXY, stack.proxy()), Requests.adds(form, paths.here()));
        setting.tools().nginx().ifPresent(program -> {
            Server nginx = running.add(
                    setting.servers().rival(Rival.NGINX, program, stack.stub().url()));
            requests.put(Measure.Target.of(NGINX, nginx), Requests.adds(form, paths.there()));
        });
        section.text("PostgreSQL", String.join("\n", setting.database().settings()));
        section.text(
                "chroma-proxy",
                "DATABASE_URL=(embedded PostgreSQL of the benchmark) "
                        + String.join(" ", stack.proxy().command()));
        section.note("Adds of one record, "
                + form.addBody(List.of("0".repeat(16))).length()
                + " bytes of body, " + form.whose() + " headers, over " + COLLECTIONS + " collections, "
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
        String writes = form == ClientForm.PLAIN ? "logged writes" : "logged writes of the Python client";
        section.goals(List.of(
                Goal.atLeast(
                        writes + ": requests/s against nginx without a log",
                        GOAL,
                        " ×",
                        section.samples().ratio(PROXY, NGINX, Measure.RATE),
                        noNginx),
                Goal.atMost(
                        writes + ": resident memory",
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
