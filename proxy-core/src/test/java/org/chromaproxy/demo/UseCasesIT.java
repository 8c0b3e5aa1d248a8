package org.chromaproxy.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.guide.Guide;
import org.chromaproxy.guide.GuideShell;
import org.chromaproxy.guide.GuideWalk;
import org.chromaproxy.support.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands of the use cases guide, as they stand there, on a demo. */
@Timeout(900)
class UseCasesIT extends GuideWalk {
    private static final Duration UP = Duration.ofMinutes(2);
    private static final long COMMANDS_SECONDS = 240;

    @Test
    void everyCommandDoesWhatTheGuideSays() throws Exception {
        try (DemoProcess demo = DemoProcess.start(folder().resolve("data"), folder(), "--port", "0")) {
            demo.awaitLine("Ctrl-C stops everything", UP);
            String output = run(commands(demo.output()));
            // 1: the group is gone on both sides, the other chunk is not; global stays.
            assertHeld(output, 0, "\"ids\":[\"b-1\"]");
            assertTrue(output.contains("\n403\n"), output);
            // 2: what happened while the primary was away.
            assertHeld(output, 1, "\"ids\":[\"meanwhile\"]");
            assertHeld(output, 2, "\"ids\":[]");
            assertTrue(output.contains("degraded"), output);
            // 3: reads and writes without the replica.
            assertTrue(output.contains("200 200 200 200 200 \n"), output);
            assertHeld(output, 3, "\"ids\":[\"meanwhile\",\"d-1\"]");
            // 4: nobody is refused, and one id has one effect.
            assertTrue(output.contains("    200 201\n"), output);
            assertTrue(output.contains("     20 200\n"), output);
            assertTrue(output.replace(" ", "").contains("\"status\":\"COMPLETED\""), output);
            // 5: the figures are there.
            assertTrue(output.contains("chroma_proxy_writes_pending 0"), output);
            demo.signal("INT");
            demo.exit(UP);
        }
    }

    /** What each side was said to hold, the n-th time both were looked at. */
    private static void assertHeld(String output, int nth, String ids) {
        List<String> held = Pattern.compile("(?m)^(?:primary|replica) has \\S+ with (.*)$")
                .matcher(output)
                .results()
                .map(line -> line.group(1))
                .toList();
        assertTrue(held.size() > nth * 2 + 1, output);
        assertEquals(List.of(ids, ids), held.subList(nth * 2, nth * 2 + 2), output);
    }

    /** All of them, with the demo's ports and folder in the place of the guide's. */
    private String commands(String demo) {
        String commands = String.join("\n", GuideShell.blocks("docs/use-cases.md"));
        return Guide.asHere(
                commands,
                Map.of(
                        "8001", port(demo, "primary"),
                        "8002", port(demo, "replica"),
                        "8000", port(demo, "proxy"),
                        ".build/demo", folder().resolve("data").toString()));
    }

    private static String port(String demo, String name) {
        Matcher line =
                Pattern.compile(name + "\\s+http://127\\.0\\.0\\.1:(\\d+)").matcher(demo);
        return line.results()
                .map((MatchResult found) -> found.group(1))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new AssertionError(demo));
    }

    private String run(String commands) throws Exception {
        Path script = Files.writeString(folder().resolve("commands"), commands);
        Path output = folder().resolve("commands.log");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", Programs.path("curl"));
        Process shell = builder.start();
        boolean ended = shell.waitFor(COMMANDS_SECONDS, TimeUnit.SECONDS);
        shell.destroyForcibly();
        String words = Files.readString(output);
        assertTrue(ended, "it goes on and on:\n" + words);
        assertEquals(0, shell.exitValue(), words);
        return words;
    }
}
