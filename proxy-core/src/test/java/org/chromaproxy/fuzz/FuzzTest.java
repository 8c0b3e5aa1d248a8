package org.chromaproxy.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target on its kept inputs, and for a moment on what Jazzer makes of them. For longer:
 * {@code -Dfuzz.seconds=300}, and {@code -Dfuzz.target=front} for one of them (docs/fuzzing.md).
 */
class FuzzTest {
    private static final long RUNS = Long.getLong("fuzz.runs", 2_000);
    private static final String ONLY = System.getProperty("fuzz.target", "");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void keptInputsHold(Target target) throws IOException {
        List<Path> inputs = target.inputs();
        assertTrue(inputs.size() >= 5, inputs.toString());
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            try {
                target.run(bytes);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(input + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void nothingIsFoundInAMoment() throws Exception {
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        for (Target target : Target.values()) {
            for (Path input : target.inputs()) {
                Files.write(
                        seeds.resolve(target.text() + "-" + input.getFileName()),
                        AnyTarget.input(target, Files.readAllBytes(input)));
            }
        }
        assertNothingFound(new Jazzer(folder).run(AnyTarget.class, List.of(seeds), RUNS, 0));
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfSystemProperty(named = "fuzz.seconds", matches = "\\d+")
    void nothingIsFoundInALongerTime(Target target) throws Exception {
        if (ONLY.isEmpty() || target.text().equals(ONLY)) {
            Path place = Files.createDirectories(Path.of("target", "fuzz", target.text()));
            assertNothingFound(new Jazzer(place.toAbsolutePath())
                    .run(target.type(), List.of(target.kept()), -1, Long.getLong("fuzz.seconds", 60)));
        }
    }

    private static void assertNothingFound(Jazzer.Outcome outcome) {
        assertEquals(0, outcome.code(), () -> "found something: " + end(outcome.output()));
        assertTrue(outcome.output().contains("Done "), () -> end(outcome.output()));
    }

    /** Blind trying would need billions of runs: it is guided, and a fault is told. */
    @Test
    void theFuzzerFindsAFaultBehindAnUnlikelyWord() throws Exception {
        Path seed = Files.createDirectories(folder.resolve("seed"));
        Files.write(seed.resolve("empty"), new byte[] {0});
        Jazzer.Outcome outcome = new Jazzer(folder).run(MagicTarget.class, List.of(seed), 1_000_000, 0);
        assertNotEquals(0, outcome.code());
        assertTrue(outcome.output().contains("IllegalStateException: found"), () -> end(outcome.output()));
    }

    private static String end(String output) {
        List<String> lines = Arrays.asList(output.split("\n"));
        return lines.subList(Math.max(0, lines.size() - 80), lines.size()).stream()
                .filter(line -> line.getBytes(StandardCharsets.ISO_8859_1).length < 2_000)
                .collect(Collectors.joining("\n"));
    }
}
