package org.chromaproxy.bench.row;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Rival;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;

/** Writes to stub upstreams: committed with fsync before they are routed, against nginx, which keeps no log. */
public final class LoggedWriteRow implements Row {
    private static final String PROXY = "chroma-proxy, logged, two upstreams";
    private static final String NGINX = "nginx, no log, one upstream";
    private static final String MEMORY = "resident (MiB)";
    private static final int COLLECTIONS = 16;
    private static final int WARM_UPS = 3;
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
        Server first = running.add(setting.servers().stub(0));
        Server second = running.add(setting.servers().stub(0));
        Server server = running.add(setting.servers()
                .proxy(
                        first.url(),
                        second.url(),
                        Map.of("DATABASE_URL", setting.database().freshDatabase())));
        proxy = server.pid();
        List<String> here = new Chroma(server.url()).create("writes", COLLECTIONS);
        Chroma upstream = new Chroma(first.url());
        requests.put(new Measure.Target(PROXY, server.url(), OptionalLong.of(server.pid())), Requests.adds(here));
        setting.tools().nginx().ifPresent(program -> {
            Server nginx = running.add(setting.servers().rival(Rival.NGINX, program, first.url()));
            List<String> there = java.util.stream.IntStream.range(0, COLLECTIONS)
                    .mapToObj(i -> upstream.path("writes-" + i))
                    .toList();
            requests.put(new Measure.Target(NGINX, nginx.url(), OptionalLong.of(nginx.pid())), Requests.adds(there));
        });
        section.text("PostgreSQL", String.join("\n", setting.database().settings()));
        section.text(
                "chroma-proxy",
                "DATABASE_URL=(embedded PostgreSQL of the benchmark) " + String.join(" ", server.command()));
        section.note("Adds of one record, "
                + Requests.addBody(List.of("0".repeat(16))).length()
                + " bytes of body, over " + COLLECTIONS + " collections, "
                + setting.scale().connections()
                + " connections, closed loop, own generator. The proxy writes each to PostgreSQL and to two stubs, nginx"
                + " to one stub. CPU time is the proxy's own, without PostgreSQL's.");
        for (int i = 0; i < WARM_UPS; i++) {
            requests.forEach((target, source) -> measure.warmUp(Measure.closed(target.url(), source, setting.scale())));
        }
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
