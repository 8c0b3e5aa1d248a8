package org.chromaproxy.drill;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.chromaproxy.drill.fault.Fault;
import org.chromaproxy.drill.fault.Filter;
import org.chromaproxy.drill.fault.Schedule;
import org.chromaproxy.drill.fault.Target;
import org.chromaproxy.drill.load.LoadOptions;
import org.chromaproxy.drill.report.ResultsTable;
import org.chromaproxy.drill.report.SeedResult;
import org.chromaproxy.local.LocalFolders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chroma-proxy drill}. Exit status 0: no violation; 1: some, or a run that could not be carried out. */
@Command(
        name = "drill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs the proxy between real Chroma servers and a real PostgreSQL, under load, lets them fail by"
                + " seeded schedules, and checks that nothing was lost.")
public final class DrillCommand implements Callable<Integer> {
    private static final int USUAL = 12;
    private static final int SHOWN_TO = 32;

    /** Long enough for a backlog that takes a while to catch up with. */
    private static final List<Schedule> SHOWN = Stream.of(
                    "seed 1: KILL of PRIMARY at 3000 for 12000 ms",
                    "seed 2: PAUSE of PRIMARY at 3000 for 12000 ms",
                    "seed 3: BLACK_HOLE of NETWORK_PRIMARY at 3000 for 12000 ms",
                    "seed 4: KILL of REPLICA at 3000 for 12000 ms",
                    "seed 5: PAUSE of REPLICA at 3000 for 12000 ms",
                    "seed 6: BLACK_HOLE of NETWORK_REPLICA at 3000 for 12000 ms")
            .map(Schedule::parse)
            .toList();

    @Spec
    private CommandSpec spec;

    @Option(names = "--seeds", defaultValue = "10", description = "How many seeds; default ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(names = "--from", defaultValue = "1", description = "The first seed; default ${DEFAULT-VALUE}.")
    private long from;

    @Option(names = "--seed", description = "Run this one seed again.")
    private @Nullable Long seed;

    @Option(names = "--schedule", description = "Run this schedule, as a report prints it.")
    private @Nullable String schedule;

    @Option(names = "--replay", description = "Judge again the history kept in this directory.")
    private @Nullable Path replay;

    @Option(names = "--faults", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private Set<Fault> faults = EnumSet.noneOf(Fault.class);

    @Option(names = "--targets", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private Set<Target> targets = EnumSet.noneOf(Target.class);

    @Option(names = "--seconds", defaultValue = "8", description = "Load per seed, at least; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--slice", description = "Run the fixed schedules that show every fault once.")
    private boolean slice;

    @Option(names = "--show", description = "Show what a failure of each instance looks like, until all is as before.")
    private boolean show;

    @Option(names = "--clients", description = "At the same time; default 12, with --show 32.")
    private @Nullable Integer clients;

    @Option(
            names = "--pace",
            defaultValue = "25",
            description = "A client's longest rest, ms; default ${DEFAULT-VALUE}.")
    private int pace;

    @Option(names = "--jobs", defaultValue = "1", description = "Seeds at the same time; default ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--out", description = "Where failed runs are kept; default .build/drill of the project.")
    private @Nullable Path out;

    @Option(names = "--keep", description = "Keep the runs that passed, too.")
    private boolean keep;

    @Option(names = "--table", description = "Write the results as Markdown to this file.")
    private @Nullable Path table;

    /** Entry point of the drill's own jar. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new DrillCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter terminal = spec.commandLine().getOut();
        Printer printer = new Printer(terminal);
        if (replay != null) {
            SeedResult again = Judgement.again(replay);
            printer.result(again, true);
            return again.passed() ? 0 : 1;
        }
        Path folder = out == null ? LocalFolders.build("drill") : out;
        int many = clients != null ? clients : show ? SHOWN_TO : USUAL;
        LoadOptions load = new LoadOptions(many, Duration.ofSeconds(seconds), pace, show);
        Drill drill = new Drill(new Drill.Settings(folder, load, jobs, keep), printer);
        List<SeedResult> results = drill.run(schedules());
        ResultsTable all = new ResultsTable(results);
        String rows = show ? all.bySeed() : all.byFault();
        terminal.println("\n" + rows + "\n" + all.summary());
        terminal.flush();
        if (table != null) {
            Files.writeString(table, rows + "\n" + all.summary() + "\n");
        }
        return drill.broken() == 0 && results.stream().allMatch(SeedResult::passed) ? 0 : 1;
    }

    private Schedule parsed(String text) {
        try {
            return Schedule.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private List<Schedule> schedules() {
        if (schedule != null) {
            return List.of(parsed(schedule));
        }
        if (show || slice) {
            return show ? SHOWN : Slice.SCHEDULES;
        }
        Filter filter = new Filter(faults, targets, Duration.ofSeconds(seconds).toMillis());
        long first = seed == null ? from : seed;
        int count = seed == null ? seeds : 1;
        return LongStream.range(first, first + count)
                .mapToObj(number -> Schedule.of(number, filter))
                .toList();
    }
}
