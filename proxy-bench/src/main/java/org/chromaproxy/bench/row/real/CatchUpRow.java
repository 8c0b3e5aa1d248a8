package org.chromaproxy.bench.row.real;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Samples;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;

/** A replica comes back to many single-record adds: how fast it gets them, against Chroma's own best batch rate. */
public final class CatchUpRow implements Row {
    private static final String CATCH_UP = "chroma-proxy, returned replica";
    private static final String BARE = "bare Chroma, best batch size";
    private static final String RATE = "records/s";
    private static final String ALL = "from launch to level (s)";
    private static final String PENDING = "records pending";
    private static final double GOAL = 0.8;
    private static final List<Integer> BATCHES = List.of(100, 200, 500, 1_000);
    private static final int WARM_UP_SHARE = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration START = Duration.ofSeconds(60);
    /** Of a slice of the filling: long while much is missing, short at the end. */
    private static final Duration LONG = Duration.ofSeconds(1);

    private static final Duration SHORT = Duration.ofMillis(100);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("catch-up", "Catching up with pending single-record adds, real Chroma");
    private final List<ChromaStack> stacks = new java.util.ArrayList<>();
    private int collections;

    public CatchUpRow(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void prepare() {
        stacks.add(ChromaStack.start(setting, running));
        int pending = setting.scale().pending();
        section.note("The replica is killed, " + pending
                + " adds of one record are acknowledged by the proxy (`Prefer: respond-async`) and applied on the primary,"
                + " the replica is started again. The rate counts from the first of these records seen on the replica to"
                + " the last; the other column from its launch.");
        section.note("Bare Chroma: one connection, " + pending / BATCHES.size() + " records in batches of each of "
                + BATCHES + ", into a new collection each; the best counts.");
        section.note("Before the first round, once all of it with a quarter of the records.");
        Samples nowhere = new Samples();
        catchUp(pending / WARM_UP_SHARE, nowhere);
        bare(pending / WARM_UP_SHARE, nowhere);
    }

    @Override
    public void round(int number) {
        int pending = setting.scale().pending();
        List<Runnable> both =
                List.of(() -> catchUp(pending, section.samples()), () -> bare(pending, section.samples()));
        Running.rotated(both, number).forEach(Runnable::run);
    }

    private void catchUp(int wanted, Samples samples) {
        collections++;
        String name = "catch-up-" + collections;
        ChromaStack stack = stacks.getFirst();
        Chroma replica = ChromaStack.directly(stack.replica());
        String path = stack.throughProxy().create(name);
        Waiting.until(START, () -> there(replica, name), () -> "the replica never got " + name);
        String on = replica.path(name);
        stack.replica().kill();
        long pending = fill(stack, path, wanted);
        long all = 1 + pending;
        await(ChromaStack.directly(stack.primary()), name, all);
        long launched = System.nanoTime();
        stack.replica().restart();
        stack.replica().awaitReady(START);
        Waiting.until(PATIENCE, () -> replica.count(on) > 1, () -> "the replica does not catch up");
        long first = System.nanoTime();
        long seen = replica.count(on);
        await(replica, name, all);
        long done = System.nanoTime();
        samples.add(CATCH_UP, RATE, (double) (all - seen) / ((done - first) / 1e9));
        samples.add(CATCH_UP, ALL, (done - launched) / 1e9);
        samples.add(CATCH_UP, PENDING, (double) pending);
    }

    private static void await(Chroma chroma, String name, long records) {
        String path = chroma.path(name);
        Waiting.until(
                PATIENCE,
                () -> chroma.count(path) >= records,
                () -> chroma.url() + " stays at " + chroma.count(path) + " of " + records + " records");
        long held = chroma.count(path);
        if (held != records) {
            throw new BenchException(
                    chroma.url() + " holds " + held + " records, and " + records + " were acknowledged");
        }
    }

    private static boolean there(Chroma chroma, String name) {
        try {
            return chroma.count(chroma.path(name)) == 1;
        } catch (BenchException notYet) {
            return false;
        }
    }

    /** Adds single records until there are enough; how many were acknowledged. */
    private long fill(ChromaStack stack, String path, int wanted) {
        long acknowledged = 0;
        Duration slice = SHORT;
        while (acknowledged < wanted) {
            LoadResult result = setting.generator()
                    .run(Load.closed(
                            stack.proxy().url(),
                            Requests.asyncAdds(List.of(path)),
                            setting.scale().connections(),
                            slice));
            long taken = result.answered() + result.late();
            if (taken == 0 || result.failed() > 0) {
                throw new BenchException("while the replica was away, the proxy took " + taken + " writes and refused "
                        + result.failed());
            }
            acknowledged += taken;
            slice = wanted - acknowledged > result.rate() * LONG.toSeconds() ? LONG : SHORT;
        }
        return acknowledged;
    }

    private void bare(int pending, Samples samples) {
        Chroma bare = ChromaStack.directly(stacks.getFirst().bare());
        double best = 0;
        for (int batch : BATCHES) {
            collections++;
            String path = bare.create("batches-" + collections);
            int requests = Math.max(1, pending / BATCHES.size() / batch);
            List<String> bodies = IntStream.range(0, requests)
                    .mapToObj(number -> Requests.addBody(IntStream.range(0, batch)
                            .mapToObj(i -> "record-" + number + "-" + i)
                            .toList()))
                    .toList();
            long start = System.nanoTime();
            bodies.forEach(body -> bare.post(path + "/add", body));
            double rate = (double) requests * batch / ((System.nanoTime() - start) / 1e9);
            samples.add("bare Chroma, batches of " + batch, RATE, rate);
            best = Math.max(best, rate);
        }
        samples.add(BARE, RATE, best);
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
