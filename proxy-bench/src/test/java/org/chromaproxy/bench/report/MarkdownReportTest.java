package org.chromaproxy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every goal stands beside its figure, and a figure that is missing is said to be. */
class MarkdownReportTest {
    private final MarkdownReport report =
            new MarkdownReport(List.of("processors: 2"), List.of("preface"), text -> text.replace("secret", "WORK"));

    private static Section section() {
        Section section = new Section("reads", "Reads");
        section.samples().add("nginx", "requests/s", 70_000);
        section.samples().add("nginx", "requests/s", 60_000);
        section.samples().add("nginx", "requests/s", 65_000);
        section.text("nginx", "nginx -c secret/conf");
        Histogram latencies = new Histogram(1_000_000_000L, 3);
        latencies.recordValue(100_000);
        latencies.recordValue(900_000);
        section.latencies("nginx & co", latencies);
        return section;
    }

    @Test
    void aGoalIsMetNotMetOrNotMeasured() {
        Section section = section();
        section.goals(List.of(
                Goal.atLeast("first", 1, " ×", OptionalDouble.of(1.25), ""),
                Goal.atMost("second", 400, " MiB", OptionalDouble.of(401), ""),
                Goal.atLeast("third", 1.1, " ×", OptionalDouble.empty(), "HAProxy is not installed")));

        String text = report.text(List.of(section));

        assertTrue(text.contains("| first | ≥ 1 × | 1.25 | met |"), text);
        assertTrue(text.contains("| second | ≤ 400 MiB | 401 | **not met** |"), text);
        assertTrue(text.contains("| third | ≥ 1.10 × | — | not measured: HAProxy is not installed |"), text);
    }

    @Test
    void aTableShowsMediansAndTheirSpread() {
        assertTrue(report.text(List.of(section())).contains("| nginx | 65,000 (60,000–70,000) |"));
    }

    @Test
    void whatIsWrittenNamesNothingOfThisMachineAndItsPictureIsXml(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("RESULTS.md");

        report.write(file, List.of(section()));

        String text = Files.readString(file);
        assertFalse(text.contains("secret"), text);
        assertTrue(text.contains("plots/reads.svg"), text);
        var picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("plots").resolve("reads.svg").toFile());
        assertEquals(1, picture.getElementsByTagName("polyline").getLength());
    }
}
