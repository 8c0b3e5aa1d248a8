package org.chromaproxy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.chromaproxy.bench.process.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, on a small scale: every row comes out with figures. What they are is not tested. */
@Timeout(900)
class BenchIT {
    private static final int GOALS = 47;

    /** Rows are dealt to so many runs at once: most of the time they wait for servers to start. */
    private static final int RUNS = 3;

    @Test
    void everyRowOfTheReportHasItsFigures(@TempDir Path folder) throws Exception {
        List<Path> reports = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(RUNS)) {
            List<Future<Path>> runs = IntStream.range(0, RUNS)
                    .mapToObj(run -> threads.submit(() -> report(folder.resolve("run-" + run), run)))
                    .toList();
            for (Future<Path> run : runs) {
                reports.add(run.get());
            }
        }

        StringBuilder reported = new StringBuilder();
        for (Path report : reports) {
            reported.append(Files.readString(report));
        }
        String text = reported.toString();
        List<String> goals = text.lines()
                .filter(line -> line.matches("\\| .* \\| [≥≤] .* \\|"))
                .toList();
        Tools tools = Tools.find();
        boolean all = tools.nginx().isPresent() && tools.haproxy().isPresent();
        assertEquals(GOALS, goals.size(), text);
        assertTrue(!all || goals.stream().noneMatch(goal -> goal.contains("not measured")), text);
        assertTrue(
                goals.contains(
                        "| one client beside another's noise: requests that were not answered with success | ≤ 0 | 0"
                                + " | met |"),
                text);
        Stream.of(
                        "chroma-proxy, 1 event loop",
                        "stub, directly",
                        "bare Chroma",
                        "chroma-proxy, returned replica",
                        "chroma-proxy, 64 writers",
                        "bare Chroma, 1 writer")
                .forEach(target -> assertTrue(text.contains("| " + target + " | "), target + " is missing:\n" + text));
        assertTrue(reports.stream()
                .anyMatch(report -> Files.exists(report.resolveSibling("plots").resolve("added-latency.svg"))));
    }

    private static Path report(Path folder, int run) {
        Path report = folder.resolve("RESULTS.md");
        StringWriter said = new StringWriter();
        List<Rows> all = List.of(Rows.values());
        String rows = IntStream.range(0, all.size())
                .filter(index -> index % RUNS == run)
                .mapToObj(index -> all.get(index).name())
                .collect(Collectors.joining(","));

        int status = BenchCommand.commandLine()
                .setOut(new PrintWriter(said))
                .execute(
                        "--rows=" + rows,
                        "--rounds=1",
                        "--seconds=0.3",
                        "--connections=4",
                        "--pending=200",
                        "--collections=200",
                        "--behind=200",
                        "--crowd=100",
                        "--work=" + folder.resolve("work"),
                        "--out=" + report);

        assertEquals(0, status, said::toString);
        return report;
    }
}
