package org.chromaproxy.drill.report;

import java.nio.file.Path;
import java.util.List;
import org.chromaproxy.drill.rule.Violation;

/**
 * The outcome of one seed.
 *
 * @param schedule as it prints itself
 * @param directory where its history and logs are, if they were kept
 */
public record SeedResult(
        long seed, String schedule, List<Violation> violations, List<String> notes, Figures figures, Path directory) {
    public SeedResult {
        violations = List.copyOf(violations);
        notes = List.copyOf(notes);
    }

    public boolean passed() {
        return violations.isEmpty();
    }
}
