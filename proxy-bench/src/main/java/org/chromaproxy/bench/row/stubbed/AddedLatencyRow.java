package org.chromaproxy.bench.row.stubbed;

import java.util.List;
import java.util.Map;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Samples;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.StubStack;

/** What the proxy adds to a request's time at half of the load it can bear, requests coming on a fixed schedule. */
public final class AddedLatencyRow implements Row {
    private static final String THROUGH = ", through the proxy";
    private static final String DIRECT = ", stub directly";
    private static final String ADDED = ", added";
    private static final String FULL = "full load: requests/s";
    private static final String OFFERED = "offered requests/s";
    private static final int COLLECTIONS = 16;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("added-latency", "Latency added at half load");
    private final Measure measure;
    private List<Kind> kinds = List.of();

    /** A request both ways, and how often it comes. */
    private record Kind(String name, Way through, Way direct, double rate) {}

    private record Way(Measure.Target target, RequestSource requests) {}

    public AddedLatencyRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        StubStack stack = StubStack.start(setting, running, Map.of());
        StubStack.Collections paths = stack.collections("latency", COLLECTIONS);
        kinds = List.of(
                kind("read", stack, get(paths.here()), get(paths.there())),
                kind("write", stack, Requests.adds(paths.here()), Requests.adds(paths.there())));
        section.note(
                "Open loop: requests are due at a fixed rate, and latencies count from when they were due. The rate is"
                        + " half of the highest that generator, proxy, PostgreSQL and stubs together sustain on this machine: what"
                        + " a closed loop of "
                        + setting.scale().connections()
                        + " connections through the proxy reached once it rose no more. Added is the difference of the percentiles"
                        + " of both ways within a round.");
    }

    private static RequestSource get(List<String> paths) {
        return Requests.fixed("POST", paths.getFirst() + "/get", ReadRow.BODY);
    }

    private Kind kind(String name, StubStack stack, RequestSource here, RequestSource there) {
        Way through = new Way(Measure.Target.of(name + THROUGH, stack.proxy()), here);
        Way direct = new Way(Measure.Target.of(name + DIRECT, stack.stub()), there);
        measure.warmUp(direct.target().url(), there, setting.scale());
        double most = measure.warmUp(through.target().url(), here, setting.scale());
        section.samples().add(through.target().name(), FULL, most);
        return new Kind(name, through, direct, Math.max(1, most / 2));
    }

    @Override
    public void round(int number) {
        for (Kind kind : Running.rotated(kinds, number)) {
            for (Way way : Running.rotated(List.of(kind.through(), kind.direct()), number)) {
                Load load = Load.open(
                        way.target().url(),
                        way.requests(),
                        setting.scale().connections(),
                        setting.scale().time(),
                        kind.rate());
                section.samples().add(way.target().name(), OFFERED, kind.rate());
                measure.load(way.target(), load);
            }
            List.of(Measure.P50, Measure.P99).forEach(percentile -> added(kind, percentile));
        }
    }

    private void added(Kind kind, String percentile) {
        Samples samples = section.samples();
        double through = samples.of(kind.through().target().name(), percentile).getLast();
        double direct = samples.of(kind.direct().target().name(), percentile).getLast();
        samples.add(kind.name() + ADDED, percentile, through - direct);
    }

    @Override
    public Section section() {
        section.goals(List.of(
                goal("read", Measure.P50, 100),
                goal("read", Measure.P99, 1_000),
                goal("write", Measure.P50, 1_500),
                goal("write", Measure.P99, 5_000)));
        return section;
    }

    private Goal goal(String kind, String percentile, double bound) {
        String what = kind + ", added at half load, " + percentile.substring(0, percentile.indexOf(' '));
        return Goal.added(what, bound, " µs", section.samples().median(kind + ADDED, percentile));
    }

    @Override
    public void close() {
        running.close();
    }
}
