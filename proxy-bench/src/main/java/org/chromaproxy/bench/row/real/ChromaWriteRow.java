package org.chromaproxy.bench.row.real;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.WarmUp;

/** Many clients, each adding single records to one and the same collection: the proxy with two Chromas, and Chroma alone. */
public final class ChromaWriteRow implements Row {
    private static final String PROXY = "chroma-proxy, replica following";
    private static final String BARE = "bare Chroma";
    private static final String BEHIND = "until the replica had it all (s)";
    private static final double GOAL = 5;
    private static final Duration FOLLOW = Duration.ofMinutes(5);

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("chroma-writes", "Single-record adds into one collection, real Chroma");
    private final Measure measure;
    private List<Measure.Target> targets = List.of();
    private int collections;
    private URI replica = URI.create("");

    public ChromaWriteRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        ChromaStack stack = ChromaStack.start(setting, running);
        replica = URI.create(stack.replica().url());
        targets = List.of(stack.proxyTarget(PROXY), stack.bareTarget(BARE));
        section.note(connections() + " connections, one collection, a new one each round; "
                + Requests.DIMENSION
                + " numbers an embedding, 3.6 KB a body; closed loop, own generator. Chroma in front of"
                + " nothing else; the proxy's two Chromas, its PostgreSQL and itself share the same processors.");
        Measure nowhere = new Measure(setting.generator(), new Section("", ""));
        targets.forEach(target -> WarmUp.until(
                () -> once(target, nowhere, setting.scale().warmUpSlice()).rate()));
    }

    private LoadResult once(Measure.Target target, Measure to, Duration time) {
        collections++;
        String name = "adds-" + collections;
        Chroma chroma = new Chroma(target.url());
        String path = chroma.create(name);
        LoadResult result =
                to.load(target, Load.closed(target.url(), Requests.adds(List.of(path)), connections(), time));
        // One more than was added in time: the record that fixed the dimension.
        long least = result.answered() + 1;
        if (target.name().equals(PROXY)) {
            long before = System.nanoTime();
            Chroma follower = new Chroma(replica);
            String there = follower.path(name);
            Waiting.until(
                    FOLLOW,
                    () -> follower.count(there) >= Math.max(least, chroma.count(path)),
                    () -> "the replica does not follow: " + follower.count(there) + " of " + chroma.count(path)
                            + " records");
            if (to == measure) {
                section.samples().add(PROXY, BEHIND, (System.nanoTime() - before) / 1e9);
            }
        }
        long held = chroma.count(path);
        if (held < least) {
            section.note("**" + target.name() + " holds " + held + " records of " + least + " it acknowledged.**");
        }
        return result;
    }

    private int connections() {
        return setting.scale().connections();
    }

    @Override
    public void round(int number) {
        Running.rotated(targets, number)
                .forEach(target -> once(target, measure, setting.scale().time()));
    }

    @Override
    public Section section() {
        section.goals(List.of(
                Goal.atLeast(
                        "single-record adds, one collection: acknowledged/s against bare Chroma",
                        GOAL,
                        " ×",
                        section.samples().ratio(PROXY, BARE, Measure.RATE),
                        ""),
                Goal.atMost(
                        "single-record adds, one collection: p99 against bare Chroma",
                        1,
                        " ×",
                        section.samples().ratio(PROXY, BARE, Measure.P99),
                        "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
