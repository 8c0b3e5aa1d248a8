package org.chromaproxy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.bench.process.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, on a small scale: every row comes out with figures. What they are is not tested. */
@Timeout(600)
class BenchIT {
    private static final int GOALS = 33;

    @Test
    void everyRowOfTheReportHasItsFigures(@TempDir Path folder) throws Exception {
        Path report = folder.resolve("RESULTS.md");
        StringWriter said = new StringWriter();

        int status = BenchCommand.commandLine()
                .setOut(new PrintWriter(said))
                .execute(
                        "--rounds=1",
                        "--seconds=0.3",
                        "--connections=4",
                        "--pending=200",
                        "--collections=200",
                        "--crowd=100",
                        "--work=" + folder.resolve("work"),
                        "--out=" + report);

        String text = Files.readString(report);
        assertEquals(0, status, said + "\n" + text);
        List<String> goals = text.lines()
                .filter(line -> line.matches("\\| .* \\| [≥≤] .* \\|"))
                .toList();
        Tools tools = Tools.find();
        boolean all = tools.nginx().isPresent() && tools.haproxy().isPresent();
        assertEquals(GOALS, goals.size(), text);
        assertTrue(!all || goals.stream().noneMatch(goal -> goal.contains("not measured")), text);
        Stream.of(
                        "chroma-proxy, 1 event loop",
                        "stub, directly",
                        "bare Chroma",
                        "chroma-proxy, returned replica",
                        "chroma-proxy, 64 writers",
                        "bare Chroma, 1 writer")
                .forEach(target -> assertTrue(text.contains("| " + target + " | "), target + " is missing:\n" + text));
        assertTrue(Files.exists(folder.resolve("plots").resolve("added-latency.svg")));
    }
}
