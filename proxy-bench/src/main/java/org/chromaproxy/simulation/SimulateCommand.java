package org.chromaproxy.simulation;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code bin/chroma-proxy simulate}: plays histories, see {@link #USAGE}. */
public final class SimulateCommand {
    /** The options, as {@code --help} tells them. */
    static final String USAGE = """
            simulate [--from SEED] [--seeds N]   plays N histories (1000), from that seed on (1)
            simulate --seeds N --threads T       the same in T threads (1), each history in one of them
            simulate --seeds N --coverage        the same, and prints how often each event met a lane in each state,
                                                 under each fault
            simulate --seed SEED                 plays one history and prints it, event by event
            simulate --seed SEED --shrink        shortens a history that goes wrong, as long as it does, and prints what is left
            simulate --mutants [--seeds N]       looks whether each heart that lacks a guard is noticed within N histories
            simulate --generated [--seeds N]     the same for every method of the lanes that always answers yes, or no, or does
                                                 nothing (20); tells those that nothing notices
            The digest that is printed last is the same for every build whose histories went alike, step by step.
            Ends with 1 if something is wrong, with 2 if it does not understand what it is asked for.""";

    private static final Set<String> NUMBERS = Set.of("--from", "--seeds", "--seed", "--threads");
    private static final Set<String> WORDS = Set.of("--coverage", "--mutants", "--generated", "--shrink", "--help");
    private static final int SHOWN = 10;
    /** A long run tells how far it is: one that is stopped can go on from there. */
    private static final int TOLD_EVERY = 5_000;

    private static final int MOST = 160;
    private static final int GENERATED_SEEDS = 20;
    /** What is not called in so many histories hardly ever is. */
    private static final int FEW = 5;

    private static final int MISUSED = 2;
    private static final int MOST_THREADS = 1_000;

    /** A history of a long run, with what it counted if that is asked for. */
    private record Played(Simulation.Result result, Optional<Coverage> coverage) {}

    private SimulateCommand() {}

    /** @param arguments as of the command line */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out));
    }

    static int run(List<String> arguments, PrintStream out) {
        return run(arguments, out, Unreachable.RULES);
    }

    /** @param rules the cells of the coverage that nothing can meet */
    static int run(List<String> arguments, PrintStream out, List<Unreachable> rules) {
        if (arguments.contains("--help") || !understood(arguments)) {
            return arguments.contains("--help") ? help(out) : misused(out);
        }
        long seeds = number(arguments, "--seeds", 1_000);
        long only = number(arguments, "--seed", -1);
        long threads = number(arguments, "--threads", 1);
        if (threads < 1 || threads > MOST_THREADS) {
            return misused(out);
        }
        if (arguments.contains("--shrink")) {
            return only < 0 ? misused(out) : shrink(only, out);
        }
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
        if (arguments.contains("--generated")) {
            return generated(number(arguments, "--seeds", GENERATED_SEEDS), out);
        }
        Histories histories = new Histories(number(arguments, "--from", 1), seeds, (int) threads);
        return many(histories, arguments.contains("--coverage"), out, new Coverage(rules));
    }

    private static int help(PrintStream out) {
        out.println(USAGE);
        return 0;
    }

    private static int misused(PrintStream out) {
        out.println(USAGE);
        return MISUSED;
    }

    /** Shortens a history, and plays what is left of it once more, to hear all of it. */
    private static int shrink(long seed, PrintStream out) {
        Faults.listen(false);
        Optional<Shrinker.Shrunk> shrunk =
                Shrinker.shrink((without, ms) -> Simulation.run(seed, without, ms), Shrinker.MOST_RUNS);
        if (shrunk.isEmpty()) {
            out.println("seed " + seed + ": well, there is nothing to shorten");
            return 0;
        }
        Faults.listen(true);
        Simulation.Result last =
                Simulation.run(seed, shrunk.get().without(), shrunk.get().last().lengthMs());
        last.notes().forEach(out::println);
        tell(last, out);
        out.println(shrunk.get().summary());
        return 1;
    }

    private static boolean understood(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (NUMBERS.contains(arguments.get(i))) {
                i++;
                if (i == arguments.size() || !arguments.get(i).matches("[0-9]{1,18}")) {
                    return false;
                }
            } else if (!WORDS.contains(arguments.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static int many(Histories histories, boolean covers, PrintStream out, Coverage coverage) {
        Totals totals = new Totals(histories.from());
        histories.inOrder(seed -> play(seed, covers), played -> {
            totals.add(played.result);
            played.coverage.ifPresent(coverage::add);
            if (played.result.violation() != null && totals.violations() <= SHOWN) {
                tell(played.result, out);
                out.println("  in short: bin/chroma-proxy simulate --seed " + played.result.seed() + " --shrink");
            }
            if (totals.histories() % TOLD_EVERY == 0 && totals.histories() < histories.seeds()) {
                out.println("so far: " + totals);
            }
        });
        out.println(totals);
        if (covers) {
            coverage.lines().forEach(out::println);
            coverage.contradictions().forEach(out::println);
        }
        return totals.violations() == 0 && coverage.contradictions().isEmpty() ? 0 : 1;
    }

    private static Played play(long seed, boolean covers) {
        Optional<Coverage> own = covers ? Optional.of(new Coverage()) : Optional.empty();
        return new Played(Simulation.outcome(seed, own.orElse(null)), own);
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

    /** Tells those that are not noticed; that some are not is no failure. */
    private static int generated(long seeds, PrintStream out) {
        List<GeneratedMutants.Generated> all = GeneratedMutants.all();
        int noticed = 0;
        int met = 0;
        for (GeneratedMutants.Generated mutant : all) {
            MutantLoader world = MutantLoader.bounded(List.of(mutant.edit()));
            boolean one = isNoticed(world, mutant, seeds);
            noticed += one ? 1 : 0;
            met += one || world.met() ? 1 : 0;
            if (!one) {
                out.println((world.met() ? "not noticed: " : "never called: ") + mutant.name());
            }
        }
        out.println(noticed + " of " + all.size() + " generated mutants were noticed within " + seeds + " histories, "
                + (met - noticed) + " were not, " + (all.size() - met) + " are of methods that were never called");
        return 0;
    }

    private static boolean isNoticed(MutantLoader world, GeneratedMutants.Generated mutant, long seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                if (world.run(seed).isPresent()) {
                    return true;
                }
            } catch (IllegalStateException e) {
                if (!MutantLoader.ENDLESS.equals(e.getMessage())) {
                    throw new IllegalStateException(mutant.name(), e);
                }
                return true;
            }
            if (seed == FEW && !world.met()) {
                return false;
            }
        }
        return false;
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
        return at < 0 ? otherwise : Long.parseLong(arguments.get(at + 1));
    }

    private static void tell(Simulation.Result result, PrintStream out) {
        out.println("seed " + result.seed() + ": " + (result.violation() == null ? "well" : result.violation()));
    }
}
