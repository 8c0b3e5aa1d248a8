package org.chromaproxy.drill;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.chromaproxy.drill.fault.Filter;
import org.chromaproxy.drill.fault.Schedule;
import org.chromaproxy.drill.load.LoadOptions;
import org.chromaproxy.drill.report.ResultsTable;
import org.chromaproxy.drill.report.SeedResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/**
 * Whatever fails, nothing acknowledged is lost, and no client sees an error that could be avoided. Runs {@link Slice};
 * {@code -Ddrill.seeds=N} runs the seeds 1 to N instead. A failed run is kept in {@code target/drill}.
 */
@Timeout(7200)
class DrillIT {
    private static final LoadOptions LOAD = new LoadOptions(12, Duration.ofSeconds(8), 25);
    private static final Path KEPT = Path.of("target", "drill");

    @Test
    void nothingIsLostWhateverFails() throws InterruptedException {
        PrintWriter terminal = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        Drill drill = new Drill(new Drill.Settings(KEPT, LOAD, 1, false), new Printer(terminal));
        List<Schedule> schedules = schedules();

        List<SeedResult> results = drill.run(schedules);

        terminal.println(new ResultsTable(results).summary());
        assertAll(results.stream().map(result -> () -> assertTrue(result.passed(), result.toString())));
        assertEquals(0, drill.broken(), "runs that could not be carried out");
        assertEquals(schedules.size(), results.size());
    }

    private static List<Schedule> schedules() {
        Integer seeds = Integer.getInteger("drill.seeds");
        return seeds == null
                ? Slice.SCHEDULES
                : LongStream.rangeClosed(1, seeds)
                        .mapToObj(seed -> Schedule.of(seed, Filter.ALL))
                        .toList();
    }

    @Test
    void aScheduleThatCannotBeIsWrongUsage() {
        StringWriter said = new StringWriter();
        CommandLine command = new CommandLine(new DrillCommand()).setErr(new PrintWriter(said));

        assertEquals(2, command.execute("--schedule", "seed 1: KILL of NOBODY at 1 for 1 ms"));
        assertTrue(said.toString().contains("NOBODY"), said.toString());
    }
}
