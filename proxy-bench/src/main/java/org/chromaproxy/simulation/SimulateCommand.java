package org.chromaproxy.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code simulate [--from SEED] [--seeds N]}: plays so many histories; {@code --seed SEED}: plays and shows one; {@code --mutants
 * [--seeds N]}: looks whether each heart that lacks a guard is noticed within so many.
 */
public final class SimulateCommand {
    private static final int SHOWN = 10;
    private static final int MOST = 160;

    private SimulateCommand() {}

    /** @param arguments as of the command line */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out));
    }

    static int run(List<String> arguments, PrintStream out) {
        long from = number(arguments, "--from", 1);
        long seeds = number(arguments, "--seeds", 1_000);
        long only = number(arguments, "--seed", -1);
        Faults.listen(only >= 0);
        if (only >= 0) {
            Simulation.Result result = Simulation.run(only);
            result.notes().forEach(out::println);
            tell(result, out);
            return result.violation() == null ? 0 : 1;
        }
        if (arguments.contains("--mutants")) {
            return mutants(seeds, out);
        }
        List<Simulation.Result> wrong = new ArrayList<>();
        long begun = System.nanoTime();
        long events = 0;
        long operations = 0;
        long faults = 0;
        long lives = 0;
        long diverged = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            Simulation.Result result = Simulation.run(seed);
            events += result.events();
            operations += result.operations();
            faults += result.faults();
            lives += result.lives();
            diverged += result.diverged();
            if (result.violation() != null) {
                wrong.add(result);
                if (wrong.size() <= SHOWN) {
                    tell(result, out);
                }
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(
                "%d histories from seed %d in %.1f s: %d violations; a history has on average %.0f events, %.0f operations,"
                        + " %.1f faults, %.1f owners, %.2f places that differ%n",
                seeds,
                from,
                seconds,
                wrong.size(),
                events / (double) seeds,
                operations / (double) seeds,
                faults / (double) seeds,
                lives / (double) seeds,
                diverged / (double) seeds);
        return wrong.isEmpty() ? 0 : 1;
    }

    /** Each has to be noticed within so many histories. */
    private static int mutants(long seeds, PrintStream out) {
        int unnoticed = 0;
        for (HeartMutant mutant : HeartMutant.values()) {
            Optional<String> noticed = noticed(mutant, seeds);
            unnoticed += noticed.isEmpty() ? 1 : 0;
            out.println(mutant + ": " + noticed.orElse("NOT NOTICED in " + seeds + " histories"));
        }
        out.println(HeartMutant.values().length - unnoticed + " of " + HeartMutant.values().length
                + " mutants were noticed");
        return unnoticed == 0 ? 0 : 1;
    }

    /** By which history, and how. */
    static Optional<String> noticed(HeartMutant mutant, long seeds) {
        MutantLoader world = new MutantLoader(mutant.edits());
        for (long seed = 1; seed <= seeds; seed++) {
            Optional<String> violation = world.run(seed);
            if (violation.isPresent()) {
                String text = violation.get().lines().findFirst().orElse("");
                return Optional.of("seed " + seed + ": " + text.substring(0, Math.min(MOST, text.length())));
            }
        }
        return Optional.empty();
    }

    private static long number(List<String> arguments, String option, long otherwise) {
        int at = arguments.indexOf(option);
        return at < 0 || at + 1 >= arguments.size() ? otherwise : Long.parseLong(arguments.get(at + 1));
    }

    private static void tell(Simulation.Result result, PrintStream out) {
        out.println("seed " + result.seed() + ": " + (result.violation() == null ? "well" : result.violation()));
    }
}
