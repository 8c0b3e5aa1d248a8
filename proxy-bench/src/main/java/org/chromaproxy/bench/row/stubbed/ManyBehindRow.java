package org.chromaproxy.bench.row.stubbed;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.stub.StubServer;
import org.chromaproxy.drill.net.Link;
import org.chromaproxy.drill.net.LinkMode;
import org.chromaproxy.drill.net.Network;
import org.chromaproxy.local.FreePort;

/**
 * A replica comes back that has missed one write to each of very many collections, and the proxy is killed in the middle of its catching
 * up: what memory that takes, how long, and whether no collection is left behind.
 */
public final class ManyBehindRow implements Row {
    private static final String BEFORE = "chroma-proxy, until it is killed";
    private static final String AFTER = "the next one, until all is level";
    private static final String PEAK = "resident at most (MiB)";
    private static final String SECONDS = "from the replica's return, or its own launch (s)";
    private static final String MISSED = "collections without some write in the end";
    private static final String TWICE = "adds that the replica was sent again (%)";
    private static final int LIMIT = 400;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section =
            new Section("many-behind", "A returned replica that missed a write to each of many collections, stubs");
    private final List<Server> stubs = new ArrayList<>();
    private final List<Server> proxies = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private String database = "";
    private int rounds;

    public ManyBehindRow(Setting setting) {
        this.setting = setting;
    }

    private int collections() {
        return setting.scale().behind();
    }

    @Override
    public void prepare() {
        section.note(String.format(
                Locale.ROOT,
                "%,d collections; MAX_MEMORY_MB=%d. The way to the replica is cut, each collection gets one write, the way is open"
                        + " again, and when the replica has a third of them, the proxy is killed (-9) and another one started."
                        + " The stubs count the adds to each collection.",
                collections(),
                LIMIT));
        database = setting.database().freshDatabase(collections());
        stubs.add(running.add(setting.servers().stub(collections(), 0)));
        stubs.add(running.add(setting.servers().stub(collections(), 1)));
        Network network = running.add(new Network());
        links.add(network.link(FreePort.next(), stubs.getLast().url().getPort(), Network.Protocol.HTTP));
        launch();
        level();
    }

    private void launch() {
        URI replica = URI.create("http://127.0.0.1:" + links.getFirst().port());
        Map<String, String> settings = Map.of("DATABASE_URL", database, "MAX_MEMORY_MB", Integer.toString(LIMIT));
        proxies.addLast(running.add(setting.servers().proxy(stubs.getFirst().url(), replica, settings)));
    }

    private Server proxy() {
        return proxies.getLast();
    }

    private long pending() {
        return new Chroma(proxy().url()).get("/health").path("pending_writes").asLong(-1);
    }

    private void level() {
        Waiting.until(PATIENCE, () -> pending() == 0, () -> pending() + " writes are still pending");
    }

    @Override
    public void round(int number) {
        Link link = links.getFirst();
        link.set(new LinkMode.Refuse());
        writeToEach();
        long returned = System.nanoTime();
        link.heal();
        Waiting.until(
                PATIENCE,
                () -> pending() < collections() * 2L / 3,
                () -> "the replica does not catch up: " + pending() + " pending");
        file(BEFORE, returned);
        proxy().kill();
        long again = System.nanoTime();
        launch();
        level();
        file(AFTER, again);
        rounds++;
        judge();
    }

    /** One add to each collection, from as many clients as there are connections of others. */
    private void writeToEach() {
        Chroma chroma = new Chroma(proxy().url());
        AtomicInteger next = new AtomicInteger();
        List<Thread> clients = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                    for (int i = next.getAndIncrement(); i < collections(); i = next.getAndIncrement()) {
                        chroma.post(path(2, i) + "/add", Requests.addBody(List.of("record-" + rounds)));
                    }
                }))
                .limit(setting.scale().connections())
                .toList();
        clients.forEach(ManyBehindRow::join);
    }

    private static void join(Thread client) {
        try {
            client.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String path(int server, int collection) {
        return Chroma.COLLECTIONS + "/" + StubServer.id(server, collection);
    }

    private void file(String target, long began) {
        section.samples().add(target, SECONDS, (System.nanoTime() - began) / 1e9);
        section.samples().add(target, PEAK, Usage.peakMib(proxy().pid()));
    }

    /** What each stub was sent. */
    private void judge() {
        long missed = 0;
        for (int server = 0; server < stubs.size(); server++) {
            Chroma stub = new Chroma(stubs.get(server).url());
            int which = server;
            long[] adds = IntStream.range(0, collections())
                    .mapToLong(i -> stub.count(path(which, i)))
                    .toArray();
            missed += Arrays.stream(adds).filter(count -> count < rounds).count();
            long extra = Arrays.stream(adds).sum() - (long) rounds * collections();
            if (server == 1) {
                section.samples().add(AFTER, TWICE, 100.0 * extra / collections());
            }
        }
        section.samples().add(AFTER, MISSED, (double) missed);
    }

    @Override
    public Section section() {
        section.goals(List.of(
                resident("a replica catches up with many collections: resident memory, limit 400 MB", BEFORE),
                resident("the same of the proxy that takes over in the middle", AFTER),
                Goal.atMost(
                        "many collections caught up with: without some write in the end",
                        0,
                        "",
                        section.samples().most(AFTER, MISSED),
                        "")));
        return section;
    }

    private Goal resident(String what, String target) {
        return Goal.atMost(what, LIMIT, " MiB", section.samples().most(target, PEAK), "");
    }

    @Override
    public void close() {
        running.close();
    }
}
