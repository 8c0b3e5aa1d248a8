package org.chromaproxy.drill.check.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/**
 * No client gets an error that could be avoided: none at all while one instance is well, and the proxy and PostgreSQL
 * are; none for a read because of PostgreSQL. An unavoidable one is a 503 that says when to come back, and either by which
 * id to ask for the write or that it never was executed. Only a proxy that is gone may break connections.
 */
public final class NoError implements Rule {
    private static final int WHOLE_ID = 36;

    @Override
    public String name() {
        return "no error";
    }

    @Override
    public List<Violation> check(Case run) {
        Outages outages = new Outages(run.history());
        List<Violation> violations = new ArrayList<>();
        for (Operation operation : run.history().operations()) {
            for (Attempt attempt : operation.attempts()) {
                wrong(operation, attempt, outages)
                        .or(() -> unreasonable(run, operation, attempt))
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

    private static Optional<String> wrong(Operation operation, Attempt attempt, Outages outages) {
        if (!attempt.failed()) {
            return Optional.empty();
        }
        if (attempt.status() == 0) {
            return outages.proxy(attempt) || outages.owner(attempt)
                    ? Optional.empty()
                    : Optional.of("the proxy was there, and broke the connection or did not answer");
        }
        if (attempt.status() != 503) {
            return Optional.of("an error that may end is 503");
        }
        if (!excused(operation, attempt, outages)) {
            return Optional.of("it could have been served");
        }
        if (attempt.header("retry-after").isEmpty()) {
            return Optional.of("no Retry-After");
        }
        boolean logged = !outages.log(attempt) && outages.instances(attempt) && !starting(attempt);
        return operation.kind().write() && !named(attempt) && (logged || !attempt.promisesNothing())
                ? Optional.of("no whole Transaction-ID says by which to ask for it")
                : Optional.empty();
    }

    private static boolean excused(Operation operation, Attempt attempt, Outages outages) {
        boolean log = operation.kind().write() ? outages.log(attempt) : outages.logForReads(attempt);
        return log
                || outages.instances(attempt)
                || outages.owner(attempt)
                || (outages.proxy(attempt) && starting(attempt));
    }

    /** The word of a proxy that does not own the log, or not yet. */
    private static boolean starting(Attempt attempt) {
        return attempt.body().contains("stands by");
    }

    private static boolean named(Attempt attempt) {
        return attempt.header("transaction-id").length() >= WHOLE_ID;
    }

    /** A collection is deleted by its name, and that may have been changed by somebody else. */
    private static boolean renamed(Case run, Operation drop, Attempt attempt) {
        return run.history()
                .writes()
                .filter(other -> other.kind() == Kind.RENAME)
                .filter(other -> other.collection().equals(drop.collection()))
                .anyMatch(other -> other.begin() < attempt.end());
    }

    /** A refusal that nothing the clients did explains. */
    private static Optional<String> unreasonable(Case run, Operation operation, Attempt attempt) {
        if (!attempt.refused() || operation.kind().alwaysRefused()) {
            return Optional.empty();
        }
        if (attempt.gone()) {
            boolean dropped = run.drop(operation.collection())
                    .filter(drop -> drop.begin() < attempt.end())
                    .isPresent();
            dropped |= operation.kind() == Kind.DROP && renamed(run, operation, attempt);
            return dropped ? Optional.empty() : Optional.of("nobody has deleted that collection");
        }
        boolean names = operation.kind() == Kind.CREATE || operation.kind() == Kind.RENAME;
        return attempt.status() == 409 && names ? Optional.empty() : Optional.of("nothing is wrong with the request");
    }
}
