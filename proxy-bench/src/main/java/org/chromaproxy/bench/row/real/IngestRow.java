package org.chromaproxy.bench.row.real;

import java.time.Duration;
import java.util.List;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Samples;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.WarmUp;
import org.chromaproxy.local.ChromaServer;

/** A burst of single-record adds that need not be applied at once: acknowledged when logged, against bare Chroma's adds. */
public final class IngestRow implements Row {
    private static final String PROXY = "chroma-proxy, respond-async";
    private static final String BARE = "bare Chroma";
    private static final String ACCEPTED = "acknowledged in all";
    private static final String PENDING = "not yet on the primary when the burst ended";
    private static final String APPLIED = "until all were on both (s)";
    private static final String MISSING = "never came";
    private static final double GOAL = 20;
    private static final Duration SLICE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section =
            new Section("ingest", "A burst of single-record adds with `Prefer: respond-async`, real Chroma");
    private final List<ChromaStack> stacks = new java.util.ArrayList<>();
    private int collections;

    public IngestRow(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void prepare() {
        ChromaStack stack = ChromaStack.start(setting, running);
        stacks.add(stack);
        section.note(
                setting.scale().connections() + " connections, one collection, a new one each round, closed loop. The"
                        + " proxy acknowledges a record once it is committed; both Chromas are sent the records meanwhile, and after"
                        + " the burst the row waits until both hold every one that was acknowledged, and no other.");
        Section nowhere = new Section("", "");
        Duration time = setting.scale().time();
        Duration slice = time.compareTo(SLICE) < 0 ? time : SLICE;
        WarmUp.until(() -> burst(stack, slice, nowhere).rate());
        WarmUp.until(() -> bare(stack, slice, nowhere).rate());
    }

    @Override
    public void round(int number) {
        ChromaStack stack = stacks.getFirst();
        Duration time = setting.scale().time();
        List<Runnable> both = List.of(() -> burst(stack, time, section), () -> bare(stack, time, section));
        Running.rotated(both, number).forEach(Runnable::run);
    }

    private LoadResult bare(ChromaStack stack, Duration time, Section to) {
        collections++;
        String path = ChromaStack.directly(stack.bare()).create("single-" + collections);
        return new Measure(setting.generator(), to)
                .load(
                        stack.bareTarget(BARE),
                        Load.closed(
                                stack.bareTarget(BARE).url(),
                                Requests.adds(List.of(path)),
                                setting.scale().connections(),
                                time));
    }

    private LoadResult burst(ChromaStack stack, Duration time, Section to) {
        collections++;
        String name = "burst-" + collections;
        String path = stack.throughProxy().create(name);
        LoadResult result = new Measure(setting.generator(), to)
                .load(
                        stack.proxyTarget(PROXY),
                        Load.closed(
                                stack.proxy().url(),
                                Requests.asyncAdds(List.of(path)),
                                setting.scale().connections(),
                                time));
        long ended = System.nanoTime();
        // One more: the record that fixed the dimension.
        long all = 1 + result.answered() + result.late();
        Samples samples = to.samples();
        samples.add(PROXY, ACCEPTED, (double) all - 1);
        samples.add(PROXY, PENDING, (double) all - held(stack.primary(), name));
        long missing = missing(stack.primary(), name, all) + missing(stack.replica(), name, all);
        samples.add(PROXY, APPLIED, (System.nanoTime() - ended) / 1e9);
        samples.add(PROXY, MISSING, (double) missing);
        if (held(stack.primary(), name) != all || held(stack.replica(), name) != all) {
            to.note("**" + name + ": " + all + " records were acknowledged, and after " + PATIENCE.toSeconds()
                    + " s at most the primary held " + held(stack.primary(), name) + ", the replica "
                    + held(stack.replica(), name) + ".**");
        }
        return result;
    }

    /** Waits until the server holds them all; how many it lacks when that takes too long. */
    private static long missing(ChromaServer server, String name, long all) {
        Chroma chroma = ChromaStack.directly(server);
        String path = chroma.path(name);
        return Waiting.holds(PATIENCE, () -> chroma.count(path) >= all) ? 0 : all - chroma.count(path);
    }

    private static long held(ChromaServer server, String name) {
        Chroma chroma = ChromaStack.directly(server);
        return chroma.count(chroma.path(name));
    }

    @Override
    public Section section() {
        var samples = section.samples();
        section.goals(List.of(
                Goal.atLeast(
                        "single-record adds, respond-async: acknowledged/s against bare Chroma",
                        GOAL,
                        " ×",
                        samples.ratio(PROXY, BARE, Measure.RATE),
                        ""),
                Goal.atMost("of these, never applied", 0, "", samples.most(PROXY, MISSING), "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
