package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/dependencies.md names every artifact of the jar with its version: none changes without a look for known faults. */
class DependenciesTest {
    private static final String DOCUMENT = "docs/dependencies.md";
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([^`]+)` \\| (\\S+) \\| (\\d{4}-\\d{2}-\\d{2}) \\| (\\S.*) \\|$");
    /** As Maven lists one: {@code group:artifact:jar[:classifier]:version:scope}. */
    private static final Pattern LISTED =
            Pattern.compile("^\\s+([\\w.-]+:[\\w.-]+):jar:(?:[\\w.-]+:)?([\\w.-]+):(?:compile|runtime)\\b.*$");

    private record Row(String artifacts, String version) {
        boolean covers(String artifact) {
            return artifacts.endsWith("*")
                    ? artifact.startsWith(artifacts.substring(0, artifacts.length() - 1))
                    : artifact.equals(artifacts);
        }
    }

    @Test
    void everyArtifactOfTheJarWasLookedAtInThisVersion() throws IOException {
        List<Row> rows = rows();
        List<String> missing = new ArrayList<>();
        int seen = 0;
        // Written by the build: see maven-dependency-plugin in this module's pom.
        for (String line : Files.readAllLines(Path.of("target", "runtime-dependencies.txt"))) {
            Matcher listed = LISTED.matcher(line);
            if (listed.matches() && !listed.group(1).startsWith("org.chromaproxy:")) {
                seen++;
                Optional<Row> row = nearest(rows, listed.group(1));
                if (row.isEmpty() || !row.get().version().equals(listed.group(2))) {
                    missing.add(listed.group(1) + ":" + listed.group(2));
                }
            }
        }
        assertTrue(seen > 40, "the list of artifacts holds only " + seen);
        assertEquals(List.of(), missing, "look for known faults of these, and tell it in " + DOCUMENT);
    }

    /** The most exact row: tcnative has a version of its own among Netty's. */
    private static Optional<Row> nearest(List<Row> rows, String artifact) {
        return rows.stream()
                .filter(row -> row.covers(artifact))
                .max((a, b) ->
                        Integer.compare(a.artifacts().length(), b.artifacts().length()));
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        Matcher row = ROW.matcher(Guide.text(DOCUMENT));
        while (row.find()) {
            rows.add(new Row(row.group(1), row.group(2)));
        }
        return rows;
    }
}
