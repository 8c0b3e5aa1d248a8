package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/**
 * No client gets an error that could be avoided: none at all while one instance is well, and the proxy and PostgreSQL
 * are. An unavoidable one says when to come back, and by which id to ask for a write that is logged.
 */
final class NoError implements Rule {
    @Override
    public String name() {
        return "no error";
    }

    @Override
    public List<Violation> check(Case run) {
        Excuses excuses = new Excuses(run.history().troubles());
        Map<String, Long> firstDrop = new HashMap<>();
        run.history()
                .writes()
                .filter(operation -> operation.kind() == Kind.DROP)
                .forEach(drop -> firstDrop.merge(run.collection(drop), drop.begin(), Math::min));
        List<Violation> violations = new ArrayList<>();
        for (Operation operation : run.history().operations()) {
            for (Attempt attempt : operation.attempts()) {
                wrong(run, operation, attempt, excuses)
                        .or(() -> unreasonable(operation, attempt, firstDrop))
                        .map(text -> violation(
                                "operation " + operation.id() + " (" + operation.kind() + ") got " + answer(attempt)
                                        + ": " + text,
                                operation.id()))
                        .ifPresent(violations::add);
            }
        }
        return violations;
    }

    private static String answer(Attempt attempt) {
        return attempt.status() == 0 ? attempt.error() : attempt.status() + " " + attempt.body();
    }

    private static Optional<String> wrong(Case run, Operation operation, Attempt attempt, Excuses excuses) {
        if (!attempt.failed()) {
            return Optional.empty();
        }
        if (attempt.status() == 0) {
            return excuses.proxyGone(attempt)
                    ? Optional.empty()
                    : Optional.of("the proxy was there, and broke the connection or did not answer");
        }
        if (!excuses.nobodyToServe(attempt)) {
            return Optional.of("it could have been served");
        }
        if (attempt.status() != 503) {
            return Optional.of("an error that may end is 503");
        }
        if (attempt.header("retry-after").isEmpty()) {
            return Optional.of("no Retry-After");
        }
        boolean open = operation.kind().write() && !attempt.promisesNothing();
        boolean named = attempt.header("transaction-id").length() >= minimum(operation);
        return open && !named && !run.logged(operation).isEmpty()
                ? Optional.of("it is logged, and no whole Transaction-ID says so")
                : Optional.empty();
    }

    private static int minimum(Operation operation) {
        return operation.request().transaction().isEmpty()
                ? 36
                : operation.request().transaction().length();
    }

    /** A refusal that nothing the clients did explains. */
    private static Optional<String> unreasonable(Operation operation, Attempt attempt, Map<String, Long> firstDrop) {
        if (!attempt.refused() || operation.kind().alwaysRefused()) {
            return Optional.empty();
        }
        if (attempt.status() == 404) {
            boolean dropped = firstDrop.getOrDefault(operation.collection(), Long.MAX_VALUE) < attempt.end();
            return dropped ? Optional.empty() : Optional.of("nobody has deleted that collection");
        }
        boolean names = operation.kind() == Kind.CREATE || operation.kind() == Kind.RENAME;
        return attempt.status() == 409 && names ? Optional.empty() : Optional.of("nothing is wrong with the request");
    }
}
