package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/**
 * A refused write goes nowhere: what a client was refused, or promised would never be executed, has no effect by the log;
 * and what Chroma always refuses was refused. That the instances agree with the log is {@link FinalState}'s business.
 */
final class Refused implements Rule {
    @Override
    public String name() {
        return "refused";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        run.history().writes().forEach(operation -> check(run, operation).ifPresent(violations::add));
        return violations;
    }

    private Optional<Violation> check(Case run, Operation operation) {
        Optional<Logged> effective = run.logged(operation).stream()
                .filter(logged -> !logged.withoutEffect())
                .findFirst();
        Optional<Attempt> settled = operation.settled();
        if (operation.kind().alwaysRefused() && settled.filter(Attempt::success).isPresent()) {
            return Optional.of(
                    violation("operation " + operation.id() + " has to be refused and was not", operation.id()));
        }
        if (effective.isEmpty()) {
            return Optional.empty();
        }
        String record = ", and its record " + effective.get().lsn() + " took effect";
        if (operation.attempts().stream().allMatch(Attempt::promisesNothing)) {
            return Optional.of(violation(
                    "operation " + operation.id() + " was promised to have no effect" + record, operation.id()));
        }
        return settled.filter(Attempt::refused)
                .map(told -> violation(
                        "operation " + operation.id() + " was refused with " + told.status() + record, operation.id()));
    }
}
