package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The command's options, and what is written of them. */
class SimulateCommandTest {
    private static final Pattern OPTION = Pattern.compile("--[a-z]+");
    private static final Pattern TIME = Pattern.compile(" in [0-9.]+ s");

    @Test
    void whatIsNotUnderstoodIsRefusedWithTheUsage() {
        for (List<String> wrong : List.of(
                List.of("--sed", "3"),
                List.of("--seeds"),
                List.of("--seeds", "many"),
                List.of("--seed", "-3"),
                List.of("--seeds", "3", "--threads", "0"),
                List.of("--shrink"))) {
            Run run = run(wrong);

            assertEquals(2, run.status, wrong.toString());
            assertTrue(run.text.contains(SimulateCommand.USAGE), run.text);
        }
    }

    @Test
    void helpTellsTheUsage() {
        Run run = run(List.of("--help"));

        assertEquals(0, run.status);
        assertEquals(SimulateCommand.USAGE.strip(), run.text.strip());
    }

    @Test
    void theHistoriesAreTheSameInSeveralThreads() {
        List<String> one = List.of("--from", "31", "--seeds", "12", "--coverage");
        List<String> three =
                Stream.concat(one.stream(), Stream.of("--threads", "3")).toList();

        Run alone = run(one);
        Run beside = run(three);

        assertEquals(0, beside.status, beside.text);
        assertEquals(
                TIME.matcher(alone.text).replaceAll(""),
                TIME.matcher(beside.text).replaceAll(""));
    }

    @Test
    void aHistoryThatIsWellIsNotShortened() {
        Run run = run(List.of("--seed", "4", "--shrink"));

        assertEquals(0, run.status, run.text);
        assertEquals("seed 4: well, there is nothing to shorten", run.text.strip());
    }

    @Test
    void thePageNamesEveryOptionOfTheUsage() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "simulation.md"));
        Set<String> missing = OPTION.matcher(SimulateCommand.USAGE)
                .results()
                .map(found -> found.group())
                .filter(option -> !page.contains(option))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(Set.of(), missing);
    }

    private record Run(int status, String text) {}

    private static Run run(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = SimulateCommand.run(arguments, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new Run(status, out.toString(StandardCharsets.UTF_8));
    }
}
