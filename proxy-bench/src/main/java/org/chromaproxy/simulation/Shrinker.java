package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a history that violates something shorter: leaves out faults, clients, operations and fates of requests, in ever smaller groups
 * (delta debugging, Zeller and Hildebrandt 2002), then ends it earlier, as long as something of the same kind is violated. The same
 * history is always shortened in the same way.
 */
final class Shrinker {
    /** Histories that are played at most. */
    static final int MOST_RUNS = 1_500;

    private static final int KIND = 48;
    private static final long STEP_MS = 250;

    /** Plays a history without some of its elements, and until it is calm no longer than so many milliseconds. */
    @FunctionalInterface
    interface Player {
        Simulation.Result play(Set<String> without, long mostMs);
    }

    /**
     * What came of it.
     *
     * @param first the history as the seed makes it
     * @param last the same, shortened
     * @param without the elements that were left out
     * @param runs histories that were played for it
     */
    record Shrunk(Simulation.Result first, Simulation.Result last, Set<String> without, int runs) {
        /** How much is left. */
        String summary() {
            StringBuilder text = new StringBuilder();
            text.append(String.format(
                    Locale.ROOT,
                    "shortened in %d runs: %d of %d events, %.1f of %.1f s",
                    runs,
                    last.events(),
                    first.events(),
                    last.lengthMs() / 1e3,
                    first.lengthMs() / 1e3));
            for (Elements.Kind kind : Elements.Kind.values()) {
                text.append(String.format(
                        Locale.ROOT,
                        ", %d of %d %ss",
                        count(last, kind),
                        count(first, kind),
                        kind.name().toLowerCase(Locale.ROOT)));
            }
            return text.toString();
        }
    }

    private final Player player;
    private final int mostRuns;
    private final Simulation.Result first;
    private final String kind;
    private final Set<String> without = new HashSet<>();
    private Simulation.Result last;
    private long mostMs = Long.MAX_VALUE;
    private int runs = 1;

    private Shrinker(Player player, Simulation.Result first, String violation, int mostRuns) {
        this.player = player;
        this.mostRuns = mostRuns;
        this.first = first;
        this.last = first;
        this.kind = kind(violation);
    }

    /** Shortens a history; empty if nothing is violated in it. */
    static Optional<Shrunk> shrink(Player player, int mostRuns) {
        Simulation.Result first = player.play(Set.of(), Long.MAX_VALUE);
        return Optional.ofNullable(first.violation())
                .map(violation -> new Shrinker(player, first, violation, mostRuns).shrink());
    }

    /** What violations have in common: their words, without numbers, names and contents. */
    static String kind(String violation) {
        String text = violation.lines().findFirst().orElse("");
        String words = text.replaceAll("[{\\[(].*", "")
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "")
                .replaceAll("primary|replica|third|coll-\\d+|op\\d+\\.\\d+", "")
                .replaceAll("\\d+", "")
                .replaceAll("\\s+", " ")
                .strip();
        return words.substring(0, Math.min(KIND, words.length()));
    }

    static long count(Simulation.Result result, Elements.Kind kind) {
        return result.elements().stream().filter(kind::is).count();
    }

    private Shrunk shrink() {
        int before;
        do {
            before = size();
            for (Elements.Kind each : Elements.Kind.values()) {
                leaveOut(each);
            }
            endEarlier();
        } while (size() < before && runs < mostRuns);
        return new Shrunk(first, last, Set.copyOf(without), runs);
    }

    private int size() {
        return last.elements().size();
    }

    /** Leaves out groups of elements of a kind: half of them, a quarter, at last one by one. */
    private void leaveOut(Elements.Kind each) {
        int group = Math.max(1, elements(each).size());
        while (group >= 1) {
            int at = 0;
            List<String> left = elements(each);
            while (at < left.size()) {
                List<String> some = left.subList(at, Math.min(left.size(), at + group));
                if (violates(some, mostMs)) {
                    List<String> now = elements(each);
                    at = (int)
                            left.subList(0, at).stream().filter(now::contains).count();
                    left = now;
                } else {
                    at += group;
                }
            }
            group /= 2;
        }
    }

    private List<String> elements(Elements.Kind each) {
        return new ArrayList<>(last.elements().stream().filter(each::is).toList());
    }

    private void endEarlier() {
        long least = 0;
        long most = last.lengthMs();
        while (most - least > STEP_MS) {
            long middle = (least + most) / 2;
            if (violates(List.of(), middle)) {
                most = middle;
            } else {
                least = middle;
            }
        }
    }

    /** Whether the same is violated without these; then that is the history from now on. */
    private boolean violates(Collection<String> more, long ms) {
        if (runs >= mostRuns) {
            return false;
        }
        runs++;
        Set<String> fewer = new HashSet<>(without);
        fewer.addAll(more);
        Simulation.Result result = player.play(fewer, ms);
        String violation = result.violation();
        if (violation == null || !kind(violation).equals(kind)) {
            return false;
        }
        without.addAll(more);
        mostMs = ms;
        last = result;
        return true;
    }
}
