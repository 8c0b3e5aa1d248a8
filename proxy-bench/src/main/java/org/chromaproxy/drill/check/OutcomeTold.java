package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.drill.evidence.Evidence.TransactionAnswer;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** What the proxy says of a transaction afterwards agrees with what its client was told, and with the log. */
final class OutcomeTold implements Rule {
    private static final Set<String> DONE = Set.of("COMPLETED", "RECOVERED");
    private static final Set<String> NOT_DONE = Set.of("FAILED", "ABANDONED");

    @Override
    public String name() {
        return "outcome told";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        run.history().writes().forEach(operation -> {
            TransactionAnswer answer = run.evidence().transactions().get(operation.id());
            if (answer != null) {
                contradiction(run, operation, answer)
                        .map(text -> violation(
                                "transaction " + answer.id() + " of operation " + operation.id() + " is "
                                        + answer.state() + " (HTTP " + answer.httpStatus() + ", told "
                                        + answer.responseStatus() + ") " + text,
                                operation.id()))
                        .ifPresent(violations::add);
            }
        });
        return violations;
    }

    private static Optional<String> contradiction(Case run, Operation operation, TransactionAnswer answer) {
        List<Logged> records = run.logged(operation);
        if (records.isEmpty()) {
            return answer.httpStatus() == 404 ? Optional.empty() : Optional.of("but is not in the log");
        }
        boolean done = DONE.contains(answer.state());
        if (answer.httpStatus() != 200 || (!done && !NOT_DONE.contains(answer.state()))) {
            return Optional.of("but its record " + records.getFirst().lsn() + " is in the log");
        }
        if (done == records.getFirst().withoutEffect()) {
            return Optional.of("against its record " + records.getFirst().lsn());
        }
        return operation
                .settled()
                .filter(told -> !agrees(told, done, answer))
                .map(told -> "but its client was told " + told.status());
    }

    private static boolean agrees(Attempt told, boolean done, TransactionAnswer answer) {
        return told.success() == done && told.status() == answer.responseStatus();
    }
}
