package org.chromaproxy.bench.row;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.Rival;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;

/** Reads with small bodies, passed through: the stub directly, and behind each of the reverse proxies. */
public final class ReadRow implements Row {
    static final String BODY = "{\"ids\":[\"id-1\"],\"include\":[\"documents\"]}";
    static final String PROXY = "chroma-proxy, 1 event loop";
    private static final String DIRECT = "stub, directly";
    private static final String NGINX = "nginx, 1 worker";
    private static final String HAPROXY = "HAProxy, 1 thread";
    /** A JVM compiles while it is measured, else. */
    private static final int WARM_UPS = 3;

    private static final double NGINX_GOAL = 1.0;
    private static final double HAPROXY_GOAL = 1.1;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("reads", "Pass-through reads, small bodies");
    private final Measure measure;
    private final Map<Measure.Target, String> paths = new LinkedHashMap<>();
    private Optional<Wrk> wrk = Optional.empty();

    public ReadRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        Server stub = running.add(setting.servers().stub(0));
        Server other = running.add(setting.servers().stub(0));
        // All reads go to the first stub, as with the others, which know only that one.
        Server proxy = running.add(setting.servers()
                .proxy(
                        stub.url(),
                        other.url(),
                        Map.of(
                                "EVENT_LOOPS",
                                "1",
                                "READ_REPLICA_RATIO",
                                "0",
                                "DATABASE_URL",
                                setting.database().freshDatabase())));
        String here = new Chroma(proxy.url()).create("reads") + "/get";
        String there = new Chroma(stub.url()).path("reads") + "/get";
        paths.put(target(DIRECT, stub), there);
        rival(NGINX, Rival.NGINX, setting.tools().nginx(), stub.url(), there);
        rival(HAPROXY, Rival.HAPROXY, setting.tools().haproxy(), stub.url(), there);
        paths.put(target(PROXY, proxy), here);
        section.text("chroma-proxy", "EVENT_LOOPS=1 READ_REPLICA_RATIO=0 " + String.join(" ", proxy.command()));
        section.note("POST .../get of one id, " + BODY.length() + " bytes; the answer has about 250 with its head.");
        wrk = setting.tools().wrk().map(this::wrk);
        section.note(
                wrk.isEmpty()
                        ? "wrk is not installed: load by the own generator, closed loop."
                        : "Load by wrk, closed loop. wrk, server and upstream share the machine's processors.");
        Measure nowhere = new Measure(setting.generator(), new Section("", ""));
        for (int i = 0; i < WARM_UPS; i++) {
            paths.forEach((target, path) -> once(target, path, nowhere));
        }
    }

    private Wrk wrk(Path program) {
        try {
            Wrk loader = new Wrk(program, setting.servers().file("wrk.lua"), BODY);
            URI example = URI.create("http://127.0.0.1:8000" + Chroma.COLLECTIONS + "/UUID/get");
            section.text(
                    "wrk",
                    String.join(
                            " ",
                            loader.command(
                                    example,
                                    setting.scale().connections(),
                                    setting.scale().time())));
            return loader;
        } catch (IOException e) {
            throw new BenchException("cannot write wrk's script", e);
        }
    }

    private void rival(String name, Rival rival, Optional<Path> program, URI upstream, String path) {
        if (program.isEmpty()) {
            section.note(name + ": not installed, so not measured.");
            return;
        }
        Server server = running.add(setting.servers().rival(rival, program.get(), upstream));
        paths.put(target(name, server), path);
        section.text(
                name,
                String.join(" ", server.command()) + "\n\n"
                        + rival.configuration(server.url().getPort(), upstream, Path.of("WORK")));
    }

    private static Measure.Target target(String name, Server server) {
        return new Measure.Target(name, server.url(), OptionalLong.of(server.pid()));
    }

    private void once(Measure.Target target, String path, Measure to) {
        if (wrk.isPresent()) {
            to.wrk(target, wrk.get(), path, setting.scale());
        } else {
            to.load(target, Measure.closed(target.url(), Requests.fixed("POST", path, BODY), setting.scale()));
        }
    }

    @Override
    public void round(int number) {
        for (Measure.Target target : Running.rotated(List.copyOf(paths.keySet()), number)) {
            String path = paths.get(target);
            if (path != null) {
                once(target, path, measure);
            }
        }
    }

    @Override
    public Section section() {
        String noNginx = setting.tools().nginx().isEmpty() ? "nginx is not installed" : "";
        String noHaproxy = setting.tools().haproxy().isEmpty() ? "HAProxy is not installed" : "";
        var samples = section.samples();
        section.goals(List.of(
                Goal.atLeast(
                        "reads: requests/s against nginx, 1 worker",
                        NGINX_GOAL,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.RATE),
                        noNginx),
                Goal.atMost("reads: p99 against nginx's", 1, " ×", samples.ratio(PROXY, NGINX, Measure.P99), noNginx),
                Goal.atMost(
                        "reads: CPU time per request against nginx's",
                        1,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.CPU),
                        noNginx),
                Goal.atLeast(
                        "reads: requests/s against HAProxy, 1 thread",
                        HAPROXY_GOAL,
                        " ×",
                        samples.ratio(PROXY, HAPROXY, Measure.RATE),
                        noHaproxy)));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
