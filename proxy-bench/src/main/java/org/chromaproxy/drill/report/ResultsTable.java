package org.chromaproxy.drill.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Everything that ran, as Markdown: one line for each fault and target, and the figures of all. */
public final class ResultsTable {
    private static final Pattern EPISODE = Pattern.compile("(\\w+) of (\\w+) at");

    private final List<SeedResult> results;

    public ResultsTable(List<SeedResult> results) {
        this.results = List.copyOf(results);
    }

    /** Lines of faults by target. A seed with several faults counts for each. */
    public String byFault() {
        Map<String, List<SeedResult>> rows = new TreeMap<>();
        for (SeedResult result : results) {
            List<String> pairs = new ArrayList<>();
            Matcher episodes = EPISODE.matcher(result.schedule());
            while (episodes.find()) {
                pairs.add("`" + episodes.group(2) + "` | `" + episodes.group(1) + "`");
            }
            pairs.stream()
                    .distinct()
                    .forEach(pair ->
                            rows.computeIfAbsent(pair, key -> new ArrayList<>()).add(result));
        }
        StringBuilder table = new StringBuilder("""
                | target | fault | seeds | violations | requests | errors | longest request, ms | detection, ms | in sync after, ms |
                |---|---|---|---|---|---|---|---|---|
                """);
        rows.forEach((pair, seeds) -> table.append(row(pair, seeds)));
        return table.toString();
    }

    private static String row(String pair, List<SeedResult> seeds) {
        long violations =
                seeds.stream().mapToLong(seed -> seed.violations().size()).sum();
        long requests =
                seeds.stream().mapToLong(seed -> seed.figures().requests()).sum();
        long errors = seeds.stream().mapToLong(ResultsTable::errors).sum();
        return "| " + pair + " | " + seeds.size() + " | " + violations + " | " + requests + " | " + errors + " | "
                + spread(seeds, seed -> seed.figures().stalls().request()) + " | "
                + spread(seeds, seed -> seed.figures().recovery().detection()) + " | "
                + spread(seeds, seed -> seed.figures().recovery().inSync()) + " |\n";
    }

    private static long errors(SeedResult seed) {
        return seed.figures().errors().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** The median and the largest of what was measured. */
    private static String spread(List<SeedResult> seeds, ToLongFunction<SeedResult> figure) {
        long[] sorted = seeds.stream()
                .mapToLong(figure)
                .filter(value -> value >= 0)
                .sorted()
                .toArray();
        return sorted.length == 0 ? "-" : sorted[sorted.length / 2] + " (" + sorted[sorted.length - 1] + ")";
    }

    /** Lines of seeds with all they measured: what a failure looks like from outside. */
    public String bySeed() {
        StringBuilder table = new StringBuilder("""
                | fault | requests | failed | longest request, ms | meanwhile: median, 99 %, ms | detection, ms \
                | in sync after, ms | catch-up, records/s | primary leads after, ms | violations |
                |---|---|---|---|---|---|---|---|---|---|
                """);
        for (SeedResult seed : results) {
            Figures figures = seed.figures();
            Figures.Recovery recovery = figures.recovery();
            table.append("| " + seed.schedule().replaceFirst("seed \\d+: ", "") + " | " + figures.requests() + " | "
                    + errors(seed) + " | " + figures.stalls().request() + " | "
                    + figures.stalls().median() + ", " + figures.stalls().slowest() + " | "
                    + known(recovery.detection()) + " | " + known(recovery.inSync()) + " | "
                    + known(recovery.catchUp()) + " | "
                    + known(recovery.leading()) + " | "
                    + seed.violations().size() + " |\n");
        }
        return table.toString();
    }

    private static String known(long figure) {
        return figure < 0 ? "-" : Long.toString(figure);
    }

    /** The last lines of a drill. */
    public String summary() {
        long failed = results.stream().filter(result -> !result.passed()).count();
        long requests =
                results.stream().mapToLong(seed -> seed.figures().requests()).sum();
        long acknowledged = results.stream()
                .mapToLong(seed -> seed.figures().acknowledged())
                .sum();
        return results.size() + " seeds, " + failed + " with violations; " + requests + " requests, " + acknowledged
                + " writes acknowledged, "
                + results.stream().mapToLong(ResultsTable::errors).sum() + " errors\n"
                + "median (largest): longest request "
                + spread(results, seed -> seed.figures().stalls().request()) + " ms, longest gap "
                + spread(results, seed -> seed.figures().stalls().gap()) + " ms, detection "
                + spread(results, seed -> seed.figures().recovery().detection()) + " ms, in sync after "
                + spread(results, seed -> seed.figures().recovery().inSync()) + " ms, catch-up "
                + spread(results, seed -> seed.figures().recovery().catchUp()) + "/s";
    }
}
