package org.chromaproxy.bench.row;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.local.ChromaServer;

/** A replica comes back to many single-record adds: how fast it gets them, against Chroma's own best batch rate. */
public final class CatchUpRow implements Row {
    private static final String CATCH_UP = "chroma-proxy, returned replica";
    private static final String BARE = "bare Chroma, best batch size";
    private static final String RATE = "records/s";
    private static final String ALL = "from launch to level (s)";
    private static final String PENDING = "records pending";
    private static final double GOAL = 0.8;
    private static final List<Integer> BATCHES = List.of(100, 200, 500, 1_000);
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration START = Duration.ofSeconds(60);
    private static final int SLICE_RECORDS = 500;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("catch-up", "Catching up with pending single-record adds, real Chroma");
    private Parts parts = new Parts("", "", "");
    private int collections;

    /** Addresses of what the row starts. */
    private record Parts(String proxy, String replica, String bare) {}

    private final java.util.ArrayList<ChromaServer> followers = new java.util.ArrayList<>();

    public CatchUpRow(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void prepare() {
        ChromaServer primary = running.add(setting.servers().chroma("primary"));
        ChromaServer follower = running.add(setting.servers().chroma("replica"));
        ChromaServer bare = running.add(setting.servers().chroma("bare"));
        followers.add(follower);
        Server proxy = running.add(setting.servers()
                .proxy(
                        URI.create(primary.url()),
                        URI.create(follower.url()),
                        Map.of("DATABASE_URL", setting.database().freshDatabase())));
        parts = new Parts(proxy.url().toString(), follower.url(), bare.url());
        section.note("The replica is killed, " + setting.scale().pending()
                + " adds of one record are acknowledged by the proxy, the replica is started again. The rate counts from"
                + " the first of these records seen on the replica to the last; the other column from its launch.");
        section.note("Bare Chroma: one connection, " + setting.scale().pending() / BATCHES.size()
                + " records in batches of each of " + BATCHES + ", into a new collection each; the best counts.");
    }

    @Override
    public void round(int number) {
        if (number % 2 == 0) {
            catchUp();
            bare();
        } else {
            bare();
            catchUp();
        }
    }

    private void catchUp() {
        collections++;
        String name = "catch-up-" + collections;
        Chroma proxy = new Chroma(URI.create(parts.proxy()));
        Chroma replica = new Chroma(URI.create(parts.replica()));
        ChromaServer follower = followers.getFirst();
        String path = proxy.create(name);
        Waiting.until(START, () -> there(replica, name), () -> "the replica never got " + name);
        String on = replica.path(name);
        long before = replica.count(on);
        follower.kill();
        long pending = fill(proxy, path);
        long launched = System.nanoTime();
        follower.restart();
        follower.awaitReady(START);
        Waiting.until(PATIENCE, () -> replica.count(on) > before, () -> "the replica does not catch up");
        long first = System.nanoTime();
        long seen = replica.count(on);
        long wanted = before + pending;
        Waiting.until(
                PATIENCE,
                () -> replica.count(on) >= wanted,
                () -> "the replica stays at " + replica.count(on) + " of " + wanted);
        long done = System.nanoTime();
        section.samples().add(CATCH_UP, RATE, (double) Math.max(0, wanted - seen) / ((done - first) / 1e9));
        section.samples().add(CATCH_UP, ALL, (done - launched) / 1e9);
        section.samples().add(CATCH_UP, PENDING, (double) pending);
    }

    private static boolean there(Chroma chroma, String name) {
        try {
            return !chroma.path(name).isEmpty();
        } catch (BenchException notYet) {
            return false;
        }
    }

    /** Adds single records in slices of a second or so until there are enough; how many were acknowledged. */
    private long fill(Chroma proxy, String path) {
        long acknowledged = 0;
        while (acknowledged < setting.scale().pending()) {
            long missing = setting.scale().pending() - acknowledged;
            Duration time = missing > SLICE_RECORDS ? Duration.ofSeconds(1) : Duration.ofMillis(200);
            LoadResult result = setting.generator()
                    .run(Load.closed(
                            proxy.url(),
                            Requests.adds(List.of(path)),
                            setting.scale().connections(),
                            time));
            if (result.answered() == 0) {
                throw new BenchException("the proxy took no write while the replica was away");
            }
            acknowledged = proxy.count(path) - 1;
        }
        return acknowledged;
    }

    private void bare() {
        Chroma bare = new Chroma(URI.create(parts.bare()));
        double best = 0;
        for (int batch : BATCHES) {
            collections++;
            String path = bare.create("batches-" + collections);
            int requests = Math.max(1, setting.scale().pending() / BATCHES.size() / batch);
            List<String> bodies = IntStream.range(0, requests)
                    .mapToObj(number -> Requests.addBody(IntStream.range(0, batch)
                            .mapToObj(i -> "record-" + number + "-" + i)
                            .toList()))
                    .toList();
            long start = System.nanoTime();
            bodies.forEach(body -> bare.post(path + "/add", body));
            double rate = (double) requests * batch / ((System.nanoTime() - start) / 1e9);
            section.samples().add("bare Chroma, batches of " + batch, RATE, rate);
            best = Math.max(best, rate);
        }
        section.samples().add(BARE, RATE, best);
    }

    @Override
    public Section section() {
        section.goals(List.of(Goal.atLeast(
                "catch-up against bare Chroma's best batch rate",
                GOAL,
                " ×",
                section.samples().ratio(CATCH_UP, BARE, RATE),
                "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
