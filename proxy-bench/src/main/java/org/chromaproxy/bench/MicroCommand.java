package org.chromaproxy.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * {@code chroma-proxy bench micro}: the JMH benchmarks, with allocation rates. Takes JMH's own arguments. Exit status 1 when
 * one of them did not run.
 */
@Command(
        name = "micro",
        description =
                "Runs the JMH benchmarks with allocation rates (-prof gc). Arguments are JMH's own: a pattern, -f, -i,"
                        + " -wi, -l to list.")
final class MicroCommand implements Callable<Integer> {
    @Option(names = "--report", description = "Writes the results there too, as Markdown.")
    private @Nullable Path report;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (arguments.stream().anyMatch(argument -> argument.startsWith("-l") || argument.equals("-h"))) {
            Main.main(arguments.toArray(String[]::new));
            return 0;
        }
        List<String> all = new ArrayList<>(arguments);
        if (!all.contains("-prof")) {
            all.addAll(List.of("-prof", "gc"));
        }
        CommandLineOptions given = new CommandLineOptions(all.toArray(String[]::new));
        Options options = new OptionsBuilder().parent(given).build();
        Collection<RunResult> results = new Runner(options).run();
        Set<String> missing = chosen(given);
        results.forEach(result -> missing.remove(result.getParams().getBenchmark()));
        if (report != null) {
            MicroReport.write(report, arguments, results, missing);
        }
        return missing.isEmpty() ? 0 : 1;
    }

    private static Set<String> chosen(Options options) {
        return BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                        options.getIncludes(),
                        options.getExcludes())
                .stream()
                .map(BenchmarkListEntry::getUsername)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
