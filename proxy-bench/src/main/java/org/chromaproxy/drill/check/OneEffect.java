package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** However often a request was sent under one transaction id, it is once in the log and has one answer. */
final class OneEffect implements Rule {
    @Override
    public String name() {
        return "one effect";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        run.history().writes().forEach(operation -> {
            List<Logged> records = run.logged(operation);
            if (records.size() > 1) {
                violations.add(violation(
                        "operation " + operation.id() + " is in the log " + records.size() + " times: "
                                + records.stream().map(Logged::lsn).toList(),
                        operation.id()));
            }
            answers(operation, violations);
        });
        return violations;
    }

    private void answers(Operation operation, List<Violation> violations) {
        List<Attempt> settled = operation.attempts().stream()
                .filter(attempt -> attempt.success() || attempt.refused())
                .toList();
        for (Attempt answer : settled) {
            Attempt first = settled.getFirst();
            if (answer.status() != first.status() || !answer.body().equals(first.body())) {
                violations.add(violation(
                        "operation " + operation.id() + " was told " + first.status() + " " + first.body()
                                + " and, when repeated, " + answer.status() + " " + answer.body(),
                        operation.id()));
                return;
            }
        }
    }
}
