package org.chromaproxy.bench.row.stubbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.Rival;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.StubStack;

/** A client's reads with small bodies, passed through: the stub directly, and behind each of the reverse proxies. */
public final class ReadRow implements Row {
    static final String BODY = ClientForm.PLAIN.getBody();
    static final String PROXY = "chroma-proxy, 1 event loop";
    private static final String DIRECT = "stub, directly";
    private static final String NGINX = "nginx, 1 worker";
    private static final String HAPROXY = "HAProxy, 1 thread";

    private static final double NGINX_GOAL = 1.0;
    private static final double HAPROXY_GOAL = 1.1;

    private final Setting setting;
    private final Running running = new Running();
    private final ClientForm form;
    private final Section section;
    private final Measure measure;
    private final Map<Measure.Target, String> paths = new LinkedHashMap<>();
    private Optional<Wrk> wrk = Optional.empty();
    private double half = Double.MAX_VALUE;

    public ReadRow(Setting setting, ClientForm form) {
        this.setting = setting;
        this.form = form;
        this.section = form == ClientForm.PLAIN
                ? new Section("reads", "Pass-through reads, small bodies")
                : new Section("client-reads", "Pass-through reads, the Python client's bodies and headers");
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        // All reads go to the first stub, as with the others, which know only that one.
        StubStack stack = StubStack.start(setting, running, Map.of("EVENT_LOOPS", "1", "READ_REPLICA_RATIO", "0"));
        StubStack.Collections collections = stack.collections("reads", 1);
        URI stub = stack.stub().url();
        String there = collections.there().getFirst();
        paths.put(Measure.Target.of(DIRECT, stack.stub()), there);
        rival(NGINX, Rival.NGINX, setting.tools().nginx(), stub, there);
        rival(HAPROXY, Rival.HAPROXY, setting.tools().haproxy(), stub, there);
        paths.put(Measure.Target.of(PROXY, stack.proxy()), collections.here().getFirst());
        section.text(
                "chroma-proxy",
                "EVENT_LOOPS=1 READ_REPLICA_RATIO=0 "
                        + String.join(" ", stack.proxy().command()));
        section.note("POST .../get of one id, " + form.getBody().length() + " bytes, with "
                + form.headers().size() + " headers beside host and length; the answer has about 250 with its head.");
        wrk = setting.wrk(form);
        wrk.ifPresent(loader -> section.text("wrk", wrkCommand(loader)));
        section.note(
                wrk.isEmpty()
                        ? "wrk is not installed: load by the own generator, closed loop."
                        : "Load by wrk, closed loop. wrk, server and upstream share the machine's processors.");
        for (Map.Entry<Measure.Target, String> one : paths.entrySet()) {
            double most = measure.warmUp(one.getKey().url(), request(one.getValue()), setting.scale());
            half = Math.min(half, Math.max(1, most / 2));
        }
        section.note(
                "The closed loop leaves out what a stalled server keeps from being sent. So every round also has an open"
                        + " loop by the own generator, its latencies counted from when requests were due, at half of what the"
                        + " slowest of these servers reached with that generator; the picture shows these.");
    }

    private RequestSource request(String path) {
        return Requests.gets(form, path);
    }

    private String wrkCommand(Wrk loader) {
        URI example = URI.create("http://127.0.0.1:8000" + Chroma.COLLECTIONS + "/UUID/get");
        Setting.Scale scale = setting.scale();
        return String.join(" ", loader.command(example, scale.connections(), scale.time()));
    }

    private void rival(String name, Rival rival, Optional<Path> program, URI upstream, String path) {
        if (program.isEmpty()) {
            section.note(name + ": not installed, so not measured.");
            return;
        }
        Server server = running.add(setting.servers().rival(rival, program.get(), upstream));
        paths.put(Measure.Target.of(name, server), path);
        section.text(
                name,
                String.join(" ", server.command()) + "\n\n"
                        + rival.configuration(server.url().getPort(), upstream, Path.of("WORK")));
    }

    private void once(Measure.Target target, String path) {
        if (wrk.isPresent()) {
            measure.wrk(
                    target,
                    wrk.get(),
                    path + "/get",
                    setting.scale().connections(),
                    setting.scale().time());
        } else {
            measure.loadUnpictured(target, Measure.closed(target.url(), request(path), setting.scale()));
        }
    }

    @Override
    public void round(int number) {
        for (Measure.Target target : Running.rotated(List.copyOf(paths.keySet()), number)) {
            String path = paths.get(target);
            if (path != null) {
                once(target, path);
                measure.openLoop(
                        target,
                        Load.open(
                                target.url(),
                                request(path),
                                setting.scale().connections(),
                                setting.scale().time(),
                                half));
            }
        }
    }

    private String name() {
        return form == ClientForm.PLAIN ? "reads" : "reads of the Python client";
    }

    @Override
    public Section section() {
        String noNginx = setting.tools().nginx().isEmpty() ? "nginx is not installed" : "";
        String noHaproxy = setting.tools().haproxy().isEmpty() ? "HAProxy is not installed" : "";
        var samples = section.samples();
        section.goals(List.of(
                Goal.atLeast(
                        name() + ": requests/s against nginx, 1 worker",
                        NGINX_GOAL,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.RATE),
                        noNginx),
                Goal.atMost(
                        name() + ": p99 against nginx's, closed loop",
                        1,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.P99),
                        noNginx),
                Goal.atMost(
                        name() + ": p99 against nginx's, open loop",
                        1,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.OPEN_P99),
                        noNginx),
                Goal.atMost(
                        name() + ": CPU time per request against nginx's",
                        1,
                        " ×",
                        samples.ratio(PROXY, NGINX, Measure.CPU),
                        noNginx),
                Goal.atLeast(
                        name() + ": requests/s against HAProxy, 1 thread",
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
