package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;
import org.chromaproxy.wal.record.OpKind;

/** The protected collection is where it was: made once, never deleted or renamed, on every instance. */
final class Placement implements Rule {
    /** Protected by default. */
    static final String PROTECTED = "global";

    @Override
    public String name() {
        return "placement";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        for (InstanceContent instance : run.evidence().instances()) {
            if (!instance.collections().containsKey(PROTECTED)) {
                violations.add(violation(PROTECTED + " is gone from " + instance.instance()));
            }
        }
        String id = run.evidence().log().stream()
                .filter(logged -> logged.kind() == OpKind.CREATE_COLLECTION && !logged.withoutEffect())
                .filter(logged -> logged.subject().name().equals(PROTECTED))
                .map(Logged::collection)
                .findFirst()
                .orElse("");
        for (Logged logged : run.evidence().log()) {
            boolean drops = logged.kind() == OpKind.DELETE_COLLECTION
                    && logged.lastSegment().equals(PROTECTED);
            boolean renames = logged.kind() == OpKind.MODIFY_COLLECTION
                    && logged.collection().equals(id);
            if ((drops || renames) && !logged.withoutEffect()) {
                violations.add(new Violation(
                        name(),
                        "record " + logged.lsn() + " deleted or renamed " + PROTECTED,
                        run.operationOf(logged)));
            }
        }
        return violations;
    }
}
