package org.chromaproxy.bench.row.real;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Measure;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.WarmUp;

/** Creations of collections, as the Python client sends them, from 1 and 16 clients: the proxy with two Chromas, and Chroma alone. */
public final class CreateRow implements Row {
    private static final String PROXY = "chroma-proxy";
    private static final String BARE = "bare Chroma";
    private static final List<Integer> CLIENTS = List.of(16, 1);
    private static final int MANY = CLIENTS.getFirst();
    private static final double GOAL = 0.4;

    private final Setting setting;
    private final Running running = new Running();
    private final Section section = new Section("creates", "Creations of collections, real Chroma");
    private final Measure measure;
    private final List<ChromaStack> stacks = new ArrayList<>();

    public CreateRow(Setting setting) {
        this.setting = setting;
        this.measure = new Measure(setting.generator(), section);
    }

    @Override
    public void prepare() {
        ChromaStack stack = ChromaStack.start(setting, running);
        stacks.add(stack);
        section.note("All names different, no metadata; closed loop, own generator; all share the machine's processors."
                + " What was created stays.");
        for (Measure.Target target : targets(stack, MANY)) {
            WarmUp.until(() -> measure.unfiled(Load.closed(
                            target.url(),
                            Requests.creations(Chroma.COLLECTIONS),
                            MANY,
                            setting.scale().warmUpSlice()))
                    .rate());
        }
    }

    private static List<Measure.Target> targets(ChromaStack stack, int clients) {
        return List.of(stack.proxyTarget(named(PROXY, clients)), stack.bareTarget(named(BARE, clients)));
    }

    private static String named(String target, int clients) {
        return target + ", " + clients + (clients == 1 ? " client" : " clients");
    }

    @Override
    public void round(int number) {
        for (int clients : CLIENTS) {
            Running.rotated(targets(stacks.getFirst(), clients), number).forEach(target -> once(target, clients));
        }
    }

    private void once(Measure.Target target, int clients) {
        Chroma chroma = new Chroma(target.url());
        long before = chroma.collections();
        LoadResult result = measure.load(
                target,
                Load.closed(
                        target.url(),
                        Requests.creations(Chroma.COLLECTIONS),
                        clients,
                        setting.scale().time()));
        long made = chroma.collections() - before;
        if (made < result.answered() + result.late()) {
            throw new BenchException(target.name() + " holds " + made + " new collections, and acknowledged "
                    + (result.answered() + result.late()));
        }
    }

    @Override
    public Section section() {
        section.goals(List.of(Goal.atLeast(
                "creations by " + MANY + " clients: acknowledged/s against bare Chroma",
                GOAL,
                " ×",
                section.samples().ratio(named(PROXY, MANY), named(BARE, MANY), Measure.RATE),
                "")));
        return section;
    }

    @Override
    public void close() {
        running.close();
    }
}
