package org.chromaproxy.drill.check;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;
import org.chromaproxy.wal.record.TransactionUuid;

/** Every acknowledged write is in the log, not failed, with the body that was sent, under the id that was told. */
final class Durable implements Rule {
    @Override
    public String name() {
        return "durable";
    }

    @Override
    public List<Violation> check(Case run) {
        return run.history()
                .writes()
                .flatMap(operation -> operation
                        .acknowledged()
                        .map(told -> check(run, operation, told))
                        .orElseGet(Stream::empty))
                .toList();
    }

    private Stream<Violation> check(Case run, Operation operation, Attempt told) {
        List<Logged> records = run.logged(operation);
        if (records.isEmpty()) {
            return Stream.of(violation(
                    "operation " + operation.id() + " was acknowledged and is not in the log", operation.id()));
        }
        Logged logged = records.getFirst();
        if (logged.withoutEffect()) {
            return Stream.of(violation(
                    "operation " + operation.id() + " was acknowledged, and its record " + logged.lsn() + " is "
                            + logged.fate().state(),
                    operation.id()));
        }
        if (!logged.body().equals(operation.request().body())) {
            return Stream.of(violation("record " + logged.lsn() + " is not what the client sent", operation.id()));
        }
        return wrongId(run, operation, told, logged).stream();
    }

    private Optional<Violation> wrongId(Case run, Operation operation, Attempt told, Logged logged) {
        String id = told.header("transaction-id");
        String wanted = operation.request().transaction().isEmpty()
                ? TransactionUuid.of(run.evidence().logId(), logged.lsn()).toString()
                : operation.request().transaction();
        if (id.equals(wanted)) {
            return Optional.empty();
        }
        return Optional.of(violation(
                "operation " + operation.id() + " was told transaction '" + id + "', its record's is " + wanted,
                operation.id()));
    }
}
