package org.chromaproxy.bench.row.real;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Processors;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.WarmUp;

/**
 * Single-record adds into one collection, each byte as Chroma's Python client sends it, from 1, 8 and 64 writers: the proxy
 * with two Chromas, and Chroma alone. All share the machine's processors, but with one writer: there the bare server and
 * the primary have the first processor, each for itself, and everything else has the others.
 */
public final class ClientAddRow implements Row {
    private static final String PROXY = "chroma-proxy";
    private static final String BARE = "bare Chroma";
    private static final int MANY = 64;
    private static final int SOME = 8;
    private static final double GOAL_MANY = 4;
    private static final double GOAL_SOME = 1.3;
    private static final double GOAL_ONE = 0.75;
    private static final Duration FOLLOW = Duration.ofMinutes(5);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section =
            new Section("client-adds", "Single-record adds as the Python client sends them, real Chroma");
    private final Measure measure;
    private final Measure nowhere;
    private final Processors processors = Processors.ofMachine();
    private final List<ChromaStack> stacks = new ArrayList<>();
    private int collections;

    public ClientAddRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
        this.nowhere = new Measure(setting.generator(), new Section("", ""));
    }

    @Override
    public void prepare() {
        ChromaStack stack = ChromaStack.start(setting, running);
        stacks.add(stack);
        section.note("One collection, a new one each time; " + Requests.DIMENSION + " numbers an embedding, in base64, "
                + ClientForm.PYTHON.addBody(List.of("0".repeat(16))).length()
                + " bytes of body; closed loop, own generator. With one writer the bare server and the primary are each"
                + " alone on the first processor (taskset); replica, proxy, PostgreSQL and generator have the others. With 8"
                + " and 64 writers all share all processors.");
        section.note(
                "An add costs Chroma the more, the more records it keeps in its queue: up to 1,000 of each collection, and it"
                        + " looks through all of them. So every collection is deleted after its measurement, which empties the queue:"
                        + " all servers are always as good as new.");
        warmUp(stack, MANY);
        apart(stack, () -> warmUp(stack, 1));
    }

    private void warmUp(ChromaStack stack, int writers) {
        for (Measure.Target target : List.of(proxy(stack, writers), bare(stack, writers))) {
            WarmUp.until(() -> once(target, writers, nowhere, setting.scale().warmUpSlice())
                    .rate());
        }
    }

    private static Measure.Target proxy(ChromaStack stack, int writers) {
        return stack.proxyTarget(named(PROXY, writers));
    }

    private static Measure.Target bare(ChromaStack stack, int writers) {
        return stack.bareTarget(named(BARE, writers));
    }

    private static String named(String target, int writers) {
        return target + ", " + counted(writers);
    }

    private static String counted(int writers) {
        return writers + (writers == 1 ? " writer" : " writers");
    }

    @Override
    public void round(int number) {
        ChromaStack stack = stacks.getFirst();
        both(stack, MANY, number);
        both(stack, SOME, number);
        apart(stack, () -> both(stack, 1, number));
    }

    /** Runs that while the bare server and the primary have a processor for themselves; not at all where there is but one. */
    private void apart(ChromaStack stack, Runnable run) {
        if (processors.divisible()) {
            pin(stack, true);
            try {
                run.run();
            } finally {
                pin(stack, false);
            }
        }
    }

    private void both(ChromaStack stack, int writers, int number) {
        Running.rotated(List.of(proxy(stack, writers), bare(stack, writers)), number)
                .forEach(
                        target -> once(target, writers, measure, setting.scale().time()));
    }

    private void pin(ChromaStack stack, boolean apart) {
        LongStream.of(stack.primary().pid(), stack.bare().pid()).forEach(apart ? processors::first : processors::all);
        LongStream.concat(
                        LongStream.of(
                                stack.replica().pid(),
                                stack.proxy().pid(),
                                ProcessHandle.current().pid()),
                        setting.database().pids())
                .forEach(apart ? processors::others : processors::all);
    }

    private LoadResult once(Measure.Target target, int writers, Measure to, Duration time) {
        collections++;
        String name = "adds-" + collections;
        Chroma chroma = new Chroma(target.url());
        String path = chroma.create(name);
        LoadResult result = to.load(
                target, Load.closed(target.url(), Requests.adds(ClientForm.PYTHON, List.of(path)), writers, time));
        // One more than was added in time: the record that fixed the dimension.
        long least = result.answered() + 1;
        if (target.name().startsWith(PROXY)) {
            Chroma follower = new Chroma(URI.create(stacks.getFirst().replica().url()));
            String there = follower.path(name);
            Waiting.until(
                    FOLLOW,
                    () -> follower.count(there) >= Math.max(least, chroma.count(path)),
                    () -> "the replica does not follow");
        }
        long held = chroma.count(path);
        if (held < least) {
            section.note("**" + target.name() + " holds " + held + " records of " + least + " it acknowledged.**");
        }
        chroma.delete(name);
        return result;
    }

    private Goal rate(int writers, double goal) {
        String apart = writers == 1 ? ", bare server and primary each alone on one processor" : "";
        return Goal.atLeast(
                "adds of the Python client, " + counted(writers) + ": acknowledged/s against bare Chroma" + apart,
                goal,
                " ×",
                section.samples().ratio(named(PROXY, writers), named(BARE, writers), Measure.RATE),
                writers == 1 && !processors.divisible() ? "one processor, or no taskset" : "");
    }

    @Override
    public Section section() {
        section.goals(List.of(
                rate(MANY, GOAL_MANY),
                Goal.atMost(
                        "adds of the Python client, 64 writers: p99 against bare Chroma",
                        1,
                        " ×",
                        section.samples().ratio(named(PROXY, MANY), named(BARE, MANY), Measure.P99),
                        ""),
                rate(SOME, GOAL_SOME),
                rate(1, GOAL_ONE)));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
