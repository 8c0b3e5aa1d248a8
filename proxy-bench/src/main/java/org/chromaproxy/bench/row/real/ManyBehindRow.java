package org.chromaproxy.bench.row.real;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.local.ChromaServer;

/**
 * A replica comes back to very many collections with a write or two missed in each, and the proxy is killed in the middle of its
 * catching up: what memory that takes, how long, and whether both servers hold the same in the end.
 */
public final class ManyBehindRow implements Row {
    private static final String BEFORE = "chroma-proxy, until it is killed";
    private static final String AFTER = "the next one, until all is level";
    private static final String PEAK = "resident at most (MiB)";
    private static final String SECONDS = "from the replica's launch, or its own (s)";
    private static final String WRITES = "writes acknowledged meanwhile";
    private static final String DIFFERENT = "collections that differ in the end";
    private static final int LIMIT = 400;
    private static final int CREATORS = 16;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section =
            new Section("many-behind", "A returned replica that missed writes of very many collections, real Chroma");
    private final Map<String, String> proxySettings = new HashMap<>();
    private final List<ChromaServer> servers = new ArrayList<>();
    private final List<Server> proxies = new ArrayList<>();

    public ManyBehindRow(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void prepare() {
        proxySettings.put("DATABASE_URL", setting.database().freshDatabase());
        proxySettings.put("MAX_MEMORY_MB", Integer.toString(LIMIT));
        servers.add(running.add(setting.servers().chroma("primary")));
        servers.add(running.add(setting.servers().chroma("replica")));
        launch();
        int wanted = setting.scale().behind();
        section.note(String.format(
                java.util.Locale.ROOT,
                "%,d collections; MAX_MEMORY_MB=%d. The replica is killed, every collection gets at least one record (adds as the"
                        + " Python client sends them), the replica is started again, and when it has a third of them, the proxy is"
                        + " killed and another one started. Then both servers are read without it, collection by collection.",
                wanted,
                LIMIT));
        load(Requests.creations(Chroma.COLLECTIONS), CREATORS, wanted);
        level(PATIENCE);
    }

    private void launch() {
        proxies.addLast(running.add(setting.servers()
                .proxy(
                        URI.create(servers.getFirst().url()),
                        URI.create(servers.getLast().url()),
                        proxySettings)));
    }

    private Server proxy() {
        return proxies.getLast();
    }

    /** Sends these, closed loop, until so many were acknowledged; how many were. */
    private long load(RequestSource requests, int connections, long wanted) {
        long acknowledged = 0;
        while (acknowledged < wanted) {
            LoadResult result = setting.generator()
                    .run(Load.closed(
                            proxy().url(), requests, connections, setting.scale().warmUpSlice()));
            long taken = result.answered() + result.late();
            if (taken == 0 || result.failed() > 0) {
                throw new BenchException("the proxy acknowledged " + taken + ", and refused " + result.failed());
            }
            acknowledged += taken;
        }
        return acknowledged;
    }

    private long pending() {
        return new Chroma(proxy().url())
                .get("/health")
                .path("pending_writes")
                .asLong(-1);
    }

    private void level(Duration time) {
        Waiting.until(time, () -> pending() == 0, () -> pending() + " writes are still pending");
    }

    @Override
    public void round(int number) {
        ChromaServer replica = servers.getLast();
        List<String> collections =
                List.copyOf(new Chroma(proxy().url()).paths().values());
        replica.kill();
        long missed = load(
                Requests.adds(ClientForm.PYTHON, collections), setting.scale().connections(), collections.size());
        Waiting.until(PATIENCE, () -> pending() <= missed, () -> "the primary does not keep up");
        section.samples().add(BEFORE, WRITES, (double) missed);
        long launched = System.nanoTime();
        replica.restart();
        replica.awaitReady(START);
        Waiting.until(
                PATIENCE,
                () -> pending() < missed * 2 / 3,
                () -> "the replica does not catch up: " + pending() + " pending of " + missed);
        file(BEFORE, launched);
        proxy().kill();
        long again = System.nanoTime();
        launch();
        level(PATIENCE);
        file(AFTER, again);
        section.samples().add(AFTER, DIFFERENT, (double) different(collections.size()));
    }

    private void file(String target, long began) {
        section.samples().add(target, SECONDS, (System.nanoTime() - began) / 1e9);
        section.samples().add(target, PEAK, Usage.peakMib(proxy().pid()));
    }

    /** How many collections do not have the same records on both servers, or none at all. */
    private static long different(Chroma one, Chroma other) {
        SortedMap<String, String> here = one.paths();
        SortedMap<String, String> there = other.paths();
        return here.entrySet().stream()
                .filter(collection -> {
                    String path = there.get(collection.getKey());
                    return path == null
                            || !one.ids(collection.getValue()).equals(other.ids(path))
                            || one.ids(collection.getValue()).isEmpty();
                })
                .count();
    }

    private long different(int expected) {
        Chroma primary = ChromaStack.directly(servers.getFirst());
        Chroma replica = ChromaStack.directly(servers.getLast());
        for (Chroma server : List.of(primary, replica)) {
            if (server.collections() < expected) {
                throw new BenchException(
                        server.url() + " holds " + server.collections() + " collections of " + expected);
            }
        }
        return different(primary, replica);
    }

    @Override
    public Section section() {
        section.goals(List.of(
                Goal.atMost(
                        "resident memory while a replica catches up with very many collections, limit 400 MB",
                        LIMIT,
                        " MiB",
                        section.samples().most(BEFORE, PEAK),
                        ""),
                Goal.atMost(
                        "the same of the proxy that takes over in the middle",
                        LIMIT,
                        " MiB",
                        section.samples().most(AFTER, PEAK),
                        ""),
                Goal.atMost(
                        "collections that are not the same on both servers afterwards",
                        0,
                        "",
                        section.samples().most(AFTER, DIFFERENT),
                        "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
