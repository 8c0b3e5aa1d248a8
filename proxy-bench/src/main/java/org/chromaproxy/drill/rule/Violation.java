package org.chromaproxy.drill.rule;

import java.util.List;

/**
 * A rule that did not hold.
 *
 * @param rule its name
 * @param text what was found, and what should have been
 * @param operations those that show it, for the extract of the history
 */
public record Violation(String rule, String text, List<Long> operations) {
    public Violation {
        operations = List.copyOf(operations);
    }

    @Override
    public String toString() {
        return rule + ": " + text;
    }
}
