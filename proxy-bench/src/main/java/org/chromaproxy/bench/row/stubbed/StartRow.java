package org.chromaproxy.bench.row.stubbed;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.stub.StubServer;

/** From the launch of the proxy's process to its first answer to a read, PostgreSQL running and full of mappings. */
public final class StartRow implements Row {
    private static final String PROXY = "chroma-proxy";
    private static final String FIRST = "launch to first answered read (s)";
    private static final String RESIDENT = "resident then (MiB)";
    private static final int MOST_COLLECTIONS = 10_000;
    private static final double GOAL = 1.5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("start", "From launch to the first answered read");
    private final int collections;
    private List<URI> upstreams = List.of();
    private Map<String, String> environment = Map.of();
    private double resident;

    public StartRow(Setting setting) {
        this.setting = setting;
        this.collections = Math.min(MOST_COLLECTIONS, setting.scale().collections());
    }

    @Override
    public void prepare() {
        environment = Map.of("DATABASE_URL", setting.database().freshDatabase(collections));
        upstreams = List.of(
                running.add(setting.servers().stub(collections, 0)).url(),
                running.add(setting.servers().stub(collections, 1)).url());
        section.note(collections
                + " collections mapped, stub upstreams that hold them, PostgreSQL running. From the start of"
                + " the launcher script, which becomes the JVM, to the first 200 for a record count of one of them; asked"
                + " every 5 ms. The proxy before it was stopped in good order. One start before the first round is not"
                + " counted: it meets the instances for the first time, and files are not in the page cache.");
        start();
    }

    private double start() {
        long launched = System.nanoTime();
        try (Server proxy = setting.servers().coldProxy(upstreams.getFirst(), upstreams.getLast(), environment)) {
            String id = StubServer.id(2, collections / 2).toString();
            proxy.awaitFirstAnswer(Chroma.COLLECTIONS + "/" + id + "/count", PATIENCE);
            double seconds = (System.nanoTime() - launched) / 1e9;
            resident = Usage.residentMib(proxy.pid());
            return seconds;
        }
    }

    @Override
    public void round(int number) {
        section.samples().add(PROXY, FIRST, start());
        section.samples().add(PROXY, RESIDENT, resident);
    }

    @Override
    public Section section() {
        section.goals(List.of(Goal.atMost(
                "start to first answered read, " + String.format(java.util.Locale.ROOT, "%,d", collections)
                        + " collections mapped",
                GOAL,
                " s",
                section.samples().median(PROXY, FIRST),
                "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
