package org.chromaproxy.drill.mutant;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.chromaproxy.drill.rule.Violation;

/**
 * How a mutant is made to show itself.
 *
 * @param rules at least one of them must be violated; others may be
 * @param text what the violation must say
 * @param schedule what fails meanwhile, without its seed
 * @param environment settings of the proxy that make it likelier
 * @param tries with one seed each, until a rule is violated
 */
record Trial(
        Mutant mutant, Set<String> rules, String text, String schedule, Map<String, String> environment, int tries) {
    static Trial of(Mutant mutant) {
        return switch (mutant) {
            // What has to be read from the log again is not there: its lane stands still, and clients time out.
            case UNLOGGED -> new Trial(mutant, Set.of("durable"), "", "", Map.of("REQUEST_TIMEOUT", "2"), 3);
            case LAST_FIRST -> of(mutant, Set.of("final state", "reads", "real-time order"), "");
            case ALL_COMMUTE ->
                of(
                        mutant,
                        Set.of("final state", "sides equal", "durable"),
                        "KILL of PROXY at 3000 for 50 ms; KILL of PROXY at 7000 for 50 ms");
            case FAULT_IS_DONE -> of(mutant, Set.of("final state"), "DISK_FULL of REPLICA at 800 for 4000 ms");
            case MERGED_UNLIKE -> of(mutant, Set.of("final state", "reads"), "");
            case MERGED_FIRST_ONLY -> of(mutant, Set.of("final state", "durable", "reads"), "");
            case READ_ANYWHERE -> of(mutant, Set.of("reads"), "SLOW of NETWORK_REPLICA at 500 for 5000 ms");
            case FAULT_IS_REFUSAL ->
                new Trial(
                        mutant,
                        Set.of("no error"),
                        " got 500 ",
                        "DISK_FULL of PRIMARY at 800 for 3000 ms",
                        Map.of(),
                        3);
            case REFUSED_GOES_ON -> of(mutant, Set.of("final state"), "DISK_FULL of PRIMARY at 800 for 3000 ms");
            case LATE_IS_DROPPED ->
                new Trial(
                        mutant,
                        Set.of("final state", "outcome told"),
                        "",
                        "PAUSE of BOTH at 800 for 4500 ms",
                        Map.of("REQUEST_TIMEOUT", "2"),
                        2);
            case NOTHING_TAKEN -> of(mutant, Set.of("one effect"), "");
            case UNPROTECTED -> of(mutant, Set.of("placement", "refused"), "");
            case OWNS_FOR_EVER -> of(mutant, Set.of("final state", "reads"), "PAUSE of OWNER at 800 for 9000 ms");
        };
    }

    private static Trial of(Mutant mutant, Set<String> rules, String schedule) {
        return new Trial(mutant, rules, "", schedule, Map.of(), 3);
    }

    /** Whether the mutant has shown itself. */
    boolean shownBy(List<Violation> violations) {
        return violations.stream()
                .anyMatch(violation ->
                        rules.contains(violation.rule()) && violation.text().contains(text));
    }
}
