package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** Once every fault is healed, everything comes to rest by itself, in time, and no logged write is left undecided. */
final class Recovers implements Rule {
    @Override
    public String name() {
        return "recovers";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        String unsettled = run.evidence().unsettled();
        if (!unsettled.isEmpty()) {
            violations.add(violation("not at rest in time: " + unsettled));
        }
        run.evidence().log().stream()
                .filter(logged -> logged.undecided())
                .map(logged -> new Violation(
                        name(),
                        "record " + logged.lsn() + " is still " + logged.fate().state(),
                        run.operationOf(logged)))
                .forEach(violations::add);
        return violations;
    }
}
