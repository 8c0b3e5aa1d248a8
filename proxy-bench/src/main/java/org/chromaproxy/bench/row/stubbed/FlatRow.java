package org.chromaproxy.bench.row.stubbed;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.stub.StubServer;

/** Whether reads cost more as collections, or connections, grow in number. */
public final class FlatRow implements Row {
    private static final int FEW = 10;
    private static final double GOAL = 0.85;
    private static final String RESIDENT = "resident (MiB)";

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("flat", "Cost as it grows: reads, stub upstreams");
    private final Measure measure;
    private final Map<Measure.Target, RequestSource> byCollections = new LinkedHashMap<>();
    private final List<Crowd> crowds = new java.util.ArrayList<>();
    private Optional<Wrk> wrk = Optional.empty();

    /** So many connections that read one collection. */
    private record Crowd(Measure.Target target, String path, int connections) {}

    public FlatRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    private static String name(int collections, int connections) {
        return String.format(java.util.Locale.ROOT, "collections: %,d, connections: %,d", collections, connections);
    }

    private String collections(int collections) {
        return name(collections, setting.scale().connections());
    }

    private static String connections(int connections) {
        return name(1, connections);
    }

    private static String directly(int connections) {
        return String.format(java.util.Locale.ROOT, "stub directly, %,d connections", connections);
    }

    @Override
    public void prepare() {
        Setting.Scale scale = setting.scale();
        Server stub = running.add(setting.servers().stub(FEW, 0));
        Server few = start(FEW, stub);
        Server many = start(scale.collections(), running.add(setting.servers().stub(scale.collections(), 0)));
        byCollections.put(Measure.Target.of(collections(FEW), few), reads(FEW));
        byCollections.put(Measure.Target.of(collections(scale.collections()), many), reads(scale.collections()));
        String there = Chroma.COLLECTIONS + "/" + StubServer.id(0, 0);
        for (int connections : List.of(scale.connections(), scale.crowd())) {
            crowds.add(new Crowd(Measure.Target.of(connections(connections), few), path(0), connections));
            crowds.add(new Crowd(Measure.Target.of(directly(connections), stub), there, connections));
        }
        wrk = setting.wrk(ClientForm.PLAIN);
        section.note(
                "A proxy each for few and many collections, its log filled with their mappings; reads of one id, spread"
                        + " over all of them, closed loop, own generator. Connections: by "
                        + (wrk.isPresent() ? "wrk" : "the own generator")
                        + ", reads of one collection through the first of these proxies; the stub directly shows what so many"
                        + " connections cost the machine without a proxy.");
        byCollections.forEach((target, source) -> measure.warmUp(target.url(), source, scale));
        Measure nowhere = new Measure(setting.generator(), new Section("", ""));
        crowds.forEach(crowd -> crowd(crowd, nowhere));
    }

    private Server start(int collections, Server first) {
        return running.add(setting.servers()
                .proxy(
                        first.url(),
                        running.add(setting.servers().stub(collections, 1)).url(),
                        Map.of("DATABASE_URL", setting.database().freshDatabase(collections))));
    }

    private static RequestSource reads(int collections) {
        return Requests.spread(
                IntStream.range(0, collections).mapToObj(FlatRow::path).toList(), "/get", ReadRow.BODY);
    }

    private static String path(int collection) {
        return Chroma.COLLECTIONS + "/" + StubServer.id(2, collection);
    }

    @Override
    public void round(int number) {
        Setting.Scale scale = setting.scale();
        for (Measure.Target target : Running.rotated(List.copyOf(byCollections.keySet()), number)) {
            RequestSource source = byCollections.get(target);
            if (source != null) {
                measure.loadUnpictured(target, Measure.closed(target.url(), source, scale));
                section.samples().add(target.name(), RESIDENT, resident(target));
            }
        }
        for (Crowd crowd : Running.rotated(crowds, number)) {
            crowd(crowd, measure);
            section.samples().add(crowd.target().name(), RESIDENT, resident(crowd.target()));
        }
    }

    private static double resident(Measure.Target target) {
        return Usage.residentMib(target.pid().orElseThrow());
    }

    private void crowd(Crowd crowd, Measure to) {
        Measure.Target target = crowd.target();
        String path = crowd.path() + "/get";
        Duration time = setting.scale().time();
        if (wrk.isPresent()) {
            to.wrk(target, wrk.get(), path, crowd.connections(), time);
        } else {
            RequestSource one = Requests.fixed("POST", path, ReadRow.BODY);
            to.loadUnpictured(target, Load.closed(target.url(), one, crowd.connections(), time));
        }
    }

    @Override
    public Section section() {
        Setting.Scale scale = setting.scale();
        var samples = section.samples();
        section.goals(List.of(
                Goal.atLeast(
                        String.format(
                                java.util.Locale.ROOT,
                                "reads: requests/s with %,d collections against 10",
                                scale.collections()),
                        GOAL,
                        " ×",
                        samples.ratio(collections(scale.collections()), collections(FEW), Measure.RATE),
                        ""),
                Goal.atLeast(
                        String.format(
                                java.util.Locale.ROOT,
                                "reads: requests/s with %,d connections against %,d",
                                scale.crowd(),
                                scale.connections()),
                        GOAL,
                        " ×",
                        samples.ratio(connections(scale.crowd()), connections(scale.connections()), Measure.RATE),
                        "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
