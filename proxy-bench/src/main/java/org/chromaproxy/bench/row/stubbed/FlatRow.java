package org.chromaproxy.bench.row.stubbed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
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
    private final List<Measure.Target> byConnections = new java.util.ArrayList<>();
    private Optional<Wrk> wrk = Optional.empty();

    public FlatRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    private static String name(int collections, int connections) {
        return String.format(java.util.Locale.ROOT, "%,d collections, %,d connections", collections, connections);
    }

    private String collections(int collections) {
        return name(collections, setting.scale().connections());
    }

    private String connections(int connections) {
        return name(FEW, connections) + ", one of them read";
    }

    @Override
    public void prepare() {
        Setting.Scale scale = setting.scale();
        Server few = start(FEW);
        Server many = start(scale.collections());
        byCollections.put(Measure.Target.of(collections(FEW), few), reads(FEW));
        byCollections.put(Measure.Target.of(collections(scale.collections()), many), reads(scale.collections()));
        byConnections.add(Measure.Target.of(connections(scale.connections()), few));
        byConnections.add(Measure.Target.of(connections(scale.crowd()), few));
        wrk = setting.wrk(ReadRow.BODY);
        section.note(
                "A proxy each for few and many collections, its log filled with their mappings; reads of one id, spread"
                        + " over all of them, closed loop, own generator. Connections: by "
                        + (wrk.isPresent() ? "wrk" : "the own generator") + ", reads of one collection.");
        byCollections.forEach((target, source) -> measure.warmUp(target.url(), source, scale));
    }

    private Server start(int collections) {
        return running.add(setting.servers()
                .proxy(
                        running.add(setting.servers().stub(collections, 0)).url(),
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
        for (Measure.Target target : Running.rotated(byConnections, number)) {
            crowd(target, target.equals(byConnections.getFirst()) ? scale.connections() : scale.crowd());
            section.samples().add(target.name(), RESIDENT, resident(target));
        }
    }

    private static double resident(Measure.Target target) {
        return Usage.residentMib(target.pid().orElseThrow());
    }

    private void crowd(Measure.Target target, int connections) {
        if (wrk.isPresent()) {
            measure.wrk(
                    target,
                    wrk.get(),
                    path(0) + "/get",
                    connections,
                    setting.scale().time());
        } else {
            RequestSource one = Requests.fixed("POST", path(0) + "/get", ReadRow.BODY);
            measure.loadUnpictured(
                    target,
                    Load.closed(target.url(), one, connections, setting.scale().time()));
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
