package org.chromaproxy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.chromaproxy.bench.process.Machine;
import org.chromaproxy.bench.process.Tools;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.TimeValue;

/** What JMH measured, as Markdown: a row a benchmark, with what it allocates. */
final class MicroReport {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final String PERCENTILE = ".*p\\d\\.\\d+";
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    private MicroReport() {}

    static void write(Path file, List<String> arguments, Collection<RunResult> results, Set<String> missing)
            throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("# What the parts cost: figures\n");
        lines.add("Written by `bin/chroma-proxy bench micro --report FILE"
                + arguments.stream().map(argument -> " " + argument).collect(Collectors.joining())
                + "`. A class each asks one question, which its name and its comment in"
                + " `proxy-bench/src/main/java/org/chromaproxy/bench/micro` say. Time per operation, its 99.9 % confidence"
                + " interval, and bytes allocated per operation in the measuring JVM.\n");
        missing.forEach(name -> lines.add("**" + shortened(name) + " did not run to its end.**\n"));
        Machine.describe(Tools.find()).forEach(line -> lines.add("- " + line));
        lines.add("\n| benchmark | threads | iterations | mean | ± | p50 | p99 | unit | B/op |");
        lines.add("|---|---|---|---|---|---|---|---|---|");
        results.forEach(result -> lines.addAll(rows(result)));
        Files.writeString(file, String.join("\n", lines) + "\n");
    }

    private static List<String> rows(RunResult run) {
        BenchmarkParams params = run.getParams();
        String name = shortened(params.getBenchmark())
                + params.getParamsKeys().stream()
                        .map(key -> ", " + params.getParam(key) + " " + key)
                        .collect(Collectors.joining());
        Result<?> allocated = run.getSecondaryResults().get(ALLOCATED);
        String bytes = allocated == null ? "—" : number(allocated.getScore());
        TimeValue time = params.getMeasurement().getTime();
        String effort =
                " | " + params.getThreads() + " | " + params.getMeasurement().getCount() + " × " + time + " | ";
        List<String> rows = new ArrayList<>();
        rows.add("| " + name + effort + figures(run.getPrimaryResult()) + " | " + bytes + " |");
        // The parts of a group come as secondary results named after their methods.
        run.getSecondaryResults().forEach((label, result) -> {
            if (!label.contains("gc.") && !label.contains("·") && !label.matches(PERCENTILE)) {
                rows.add("| " + name + ": " + label + effort + figures(result) + " | — |");
            }
        });
        return rows;
    }

    private static String figures(Result<?> result) {
        boolean sampled =
                result.getStatistics().getN() > 1 && result.getScoreUnit().equals("ms/op");
        return number(result.getScore()) + " | " + number(result.getScoreError()) + " | "
                + (sampled ? number(result.getStatistics().getPercentile(MEDIAN)) : "—") + " | "
                + (sampled ? number(result.getStatistics().getPercentile(TAIL)) : "—") + " | "
                + result.getScoreUnit();
    }

    private static String shortened(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "—" : String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
