package org.chromaproxy.drill.mutant;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.chromaproxy.drill.SeedRun;
import org.chromaproxy.drill.fault.Schedule;
import org.chromaproxy.drill.load.LoadOptions;
import org.chromaproxy.drill.report.SeedResult;
import org.chromaproxy.drill.stack.PostgresCluster;
import org.chromaproxy.drill.stack.StackOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The drill can fail: each mutant breaks a rule, and the rule says so. {@code -Dmutants=all} tries all of them, a list of
 * names just those; otherwise a few quick ones.
 */
@Timeout(1800)
class MutantsIT {
    private static final EnumSet<Mutant> QUICK =
            EnumSet.of(Mutant.UNLOGGED, Mutant.READ_ANYWHERE, Mutant.MERGED_UNLIKE, Mutant.MERGED_FIRST_ONLY);
    private static final LoadOptions LOAD = new LoadOptions(16, Duration.ofSeconds(6), 20);
    private static final long FIRST_SEED = 9001;

    static Set<Mutant> wanted() {
        String names = System.getProperty("mutants", "");
        if (names.isEmpty()) {
            return QUICK;
        }
        return names.equals("all")
                ? EnumSet.allOf(Mutant.class)
                : Stream.of(names.split(",", -1)).map(Mutant::valueOf).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("wanted")
    void aDrillNoticesTheMutant(Mutant mutant, @TempDir Path directory) throws IOException, InterruptedException {
        Trial trial = Trial.of(mutant);
        List<String> seen = new ArrayList<>();
        try (PostgresCluster cluster = PostgresCluster.start(directory.resolve("postgres"))) {
            for (int i = 0; i < trial.tries(); i++) {
                Path run = Files.createDirectories(directory.resolve("run-" + i));
                StackOptions options = new StackOptions(trial.environment(), false, MutantAgent.options(mutant, run));
                SeedResult result = run(trial, options, FIRST_SEED + i, run, cluster);
                assertTrue(atWork(run), "the mutant was not made");
                seen.add(result.schedule() + " " + result.violations());
                if (trial.shownBy(result.violations())) {
                    return;
                }
            }
        }
        fail(mutant + " broke none of " + trial.rules() + ": " + String.join("\n", seen));
    }

    /** Else the rule would say something of the proxy, not of the mutant. */
    @ParameterizedTest
    @MethodSource("wanted")
    void theProxyItselfBreaksNoneOfTheMutantsRulesInTheSameRun(Mutant mutant, @TempDir Path directory)
            throws IOException, InterruptedException {
        Trial trial = Trial.of(mutant);
        StackOptions options = new StackOptions(trial.environment(), false, List.of());
        try (PostgresCluster cluster = PostgresCluster.start(directory.resolve("postgres"))) {
            SeedResult result = run(trial, options, FIRST_SEED, directory.resolve("run"), cluster);
            assertFalse(trial.shownBy(result.violations()), () -> "" + result.violations());
        }
    }

    private static SeedResult run(Trial trial, StackOptions options, long seed, Path directory, PostgresCluster cluster)
            throws IOException, InterruptedException {
        Schedule schedule = Schedule.parse("seed " + seed + ": " + trial.schedule());
        return new SeedRun(schedule, options, LOAD, directory).run(cluster);
    }

    private static boolean atWork(Path directory) throws IOException {
        return Files.readString(directory.resolve("proxy.log"), StandardCharsets.ISO_8859_1)
                .contains(MutantAgent.DONE);
    }
}
