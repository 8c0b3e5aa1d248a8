package org.chromaproxy.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.chromaproxy.drill.check.Checker;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.evidence.EvidenceFile;
import org.chromaproxy.drill.fault.Episode;
import org.chromaproxy.drill.fault.FaultListener;
import org.chromaproxy.drill.fault.Injector;
import org.chromaproxy.drill.fault.Schedule;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.HistoryFile;
import org.chromaproxy.drill.history.Recorder;
import org.chromaproxy.drill.history.Run;
import org.chromaproxy.drill.load.Load;
import org.chromaproxy.drill.load.LoadOptions;
import org.chromaproxy.drill.load.Monitor;
import org.chromaproxy.drill.report.SeedResult;
import org.chromaproxy.drill.rule.Violation;
import org.chromaproxy.drill.stack.PostgresCluster;
import org.chromaproxy.drill.stack.Stack;
import org.chromaproxy.drill.stack.StackOptions;

/** One seed from start to judgement: a fresh deployment, load, faults, rest, checks. Blocks for about 20 s. */
public final class SeedRun {
    /** See the exit statuses in docs/operations.md. */
    private static final int LOG_TAKEN_OVER = 4;
    /** How long the load goes on after the last heal, so that the return is under load. */
    private static final long AFTER_MS = 1_500;

    private final Schedule schedule;
    private final StackOptions stackOptions;
    private final LoadOptions loadOptions;
    private final Path directory;
    /** What the primary does not lead again, though it should. */
    private String led = "";

    /** @param directory fresh; keeps history, evidence and logs, until the caller deletes it */
    public SeedRun(Schedule schedule, StackOptions stackOptions, LoadOptions loadOptions, Path directory) {
        this.schedule = schedule;
        this.stackOptions = schedule.needsStandby() ? stackOptions.withStandby() : alone(stackOptions);
        this.loadOptions = loadOptions;
        this.directory = directory;
    }

    /** A proxy that knows to be the only one goes on reading while the log is away. */
    private static StackOptions alone(StackOptions options) {
        Map<String, String> environment = new HashMap<>(options.environment());
        environment.put("SOLE_OWNER", "true");
        return new StackOptions(environment, false, options.jvmOptions());
    }

    /** @throws IOException when the run could not be carried out or its evidence not be read: it says nothing */
    public SeedResult run(PostgresCluster cluster) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Recorder recorder = new Recorder();
        try (Stack stack = Stack.start(directory, cluster, stackOptions)) {
            Run run = load(stack, recorder);
            Set<String> losers = schedule.losers().stream()
                    .map(target -> target.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.toSet());
            String unsettled;
            try (Monitor _ = new Monitor(stack.proxyUrls(), recorder).start()) {
                unsettled = new Settling(stack::proxyUrl, losers).await();
            }
            History history = recorder.history(run);
            HistoryFile.write(history, directory);
            Evidence evidence = new Collector(stack, losers).collect(history, unsettled);
            EvidenceFile.write(evidence, directory);
            List<Violation> violations = new ArrayList<>(Checker.check(history, evidence));
            violations.addAll(crashes(stack));
            if (!led.isEmpty()) {
                violations.add(new Violation("recovers", "leadership is not back: " + led, List.of()));
            }
            return Judgement.result(history, evidence, violations, directory);
        } catch (SQLException e) {
            throw new IOException("the log cannot be read", e);
        }
    }

    private Run load(Stack stack, Recorder recorder) throws IOException, InterruptedException {
        try (Load load = new Load(schedule.seed(), stack.proxyUrls(), recorder, loadOptions);
                Monitor _ = new Monitor(stack.proxyUrls(), recorder).start()) {
            load.start();
            long began = recorder.now();
            new Injector(stack, (episode, step, _) -> note(recorder, episode, step)).run(schedule);
            long leading = 0;
            if (loadOptions.untilPrimaryLeads()) {
                led = Leadership.awaitPrimary(stack::proxyUrl);
                leading = led.isEmpty() ? recorder.now() : 0;
            }
            long rest = loadOptions.atLeast().toMillis() - TimeUnit.NANOSECONDS.toMillis(recorder.now() - began);
            TimeUnit.MILLISECONDS.sleep(Math.max(AFTER_MS, rest));
            long ended = recorder.now();
            load.stop();
            return new Run(schedule.seed(), schedule.print(), loadOptions.clients(), began, leading, ended);
        } catch (ExecutionException e) {
            throw new IOException("a client of the drill failed", e);
        }
    }

    /** What came back with less stays out for the rest of the run: it is never healed. */
    private static void note(Recorder recorder, Episode episode, FaultListener.Step step) {
        String fault = episode.fault().name();
        String target = episode.target().name();
        if (step == FaultListener.Step.INJECTING) {
            recorder.injected(fault, target);
        } else if (step == FaultListener.Step.HEALED && !episode.fault().losesData()) {
            recorder.healed(fault, target);
        }
    }

    /** A proxy that found its log taken over ends by itself, with status 4; any other end is a crash. */
    private static List<Violation> crashes(Stack stack) {
        return stack.proxies().stream()
                .flatMap(proxy -> proxy.unexpectedExits().stream())
                .filter(status -> status != LOG_TAKEN_OVER)
                .map(status -> new Violation("recovers", "the proxy ended by itself with status " + status, List.of()))
                .toList();
    }
}
