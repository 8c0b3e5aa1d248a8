package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.drill.check.error.NoError;
import org.chromaproxy.drill.check.read.Reads;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** Asks every rule about one run. */
public final class Checker {
    static final List<Rule> RULES = List.of(
            new Recovers(),
            new Durable(),
            new OneEffect(),
            new Refused(),
            new FinalState(),
            new SidesEqual(),
            new RealTimeOrder(),
            new Reads(),
            new OutcomeTold(),
            new NoError(),
            new Placement());

    private Checker() {}

    public static List<Violation> check(History history, Evidence evidence) {
        Case run = new Case(history, evidence);
        List<Violation> violations = new ArrayList<>();
        RULES.forEach(rule -> violations.addAll(rule.check(run)));
        return violations;
    }
}
