package org.chromaproxy.bench.row;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Samples;
import org.chromaproxy.bench.report.Section;

/** What the proxy adds to a request's time at half of the load it can bear, requests coming on a fixed schedule. */
public final class AddedLatencyRow implements Row {
    private static final String READ = "read, through the proxy";
    private static final String READ_DIRECT = "read, stub directly";
    private static final String WRITE = "write, through the proxy";
    private static final String WRITE_DIRECT = "write, stub directly";
    private static final String OFFERED = "offered requests/s";
    private static final int COLLECTIONS = 16;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("added-latency", "Latency added at half load");
    private final Measure measure;
    private List<Kind> kinds = List.of();

    /** A request both ways, and how often it comes. */
    private record Kind(Way through, Way direct, double rate) {}

    private record Way(Measure.Target target, RequestSource requests) {}

    public AddedLatencyRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        Server stub = running.add(setting.servers().stub(0));
        Server other = running.add(setting.servers().stub(0));
        Server proxy = running.add(setting.servers()
                .proxy(
                        stub.url(),
                        other.url(),
                        Map.of("DATABASE_URL", setting.database().freshDatabase())));
        List<String> here = new Chroma(proxy.url()).create("latency", COLLECTIONS);
        Chroma upstream = new Chroma(stub.url());
        List<String> there = IntStream.range(0, COLLECTIONS)
                .mapToObj(i -> upstream.path("latency-" + i))
                .toList();
        kinds = List.of(
                kind(
                        way(READ, proxy, Requests.fixed("POST", here.getFirst() + "/get", ReadRow.BODY)),
                        way(READ_DIRECT, stub, Requests.fixed("POST", there.getFirst() + "/get", ReadRow.BODY))),
                kind(way(WRITE, proxy, Requests.adds(here)), way(WRITE_DIRECT, stub, Requests.adds(there))));
        section.note("Open loop: requests are due at a fixed rate, half of what a closed loop of "
                + setting.scale().connections() + " connections reached just before, and latencies count from when they"
                + " were due. Added is the difference of the percentiles of both ways within a round.");
    }

    private static Way way(String name, Server server, RequestSource requests) {
        return new Way(new Measure.Target(name, server.url(), OptionalLong.of(server.pid())), requests);
    }

    private Kind kind(Way through, Way direct) {
        Load full = Measure.closed(through.target().url(), through.requests(), setting.scale());
        measure.warmUp(full);
        double most = measure.warmUp(full).rate();
        return new Kind(through, direct, Math.max(1, most / 2));
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
        }
    }

    @Override
    public Section section() {
        section.goals(List.of(
                added("read, added at half load, p50", READ, READ_DIRECT, Measure.P50, 100),
                added("read, added at half load, p99", READ, READ_DIRECT, Measure.P99, 1_000),
                added("write, added at half load, p50", WRITE, WRITE_DIRECT, Measure.P50, 1_500),
                added("write, added at half load, p99", WRITE, WRITE_DIRECT, Measure.P99, 5_000)));
        return section;
    }

    private Goal added(String what, String through, String direct, String quantity, double bound) {
        Samples samples = section.samples();
        return Goal.atMost(what, bound, " µs", samples.difference(through, direct, quantity), "");
    }

    @Override
    public void close() {
        running.close();
    }
}
