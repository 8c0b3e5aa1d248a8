package org.chromaproxy.drill.rule;

import java.util.List;

/** Something that has to hold in every run, whatever failed in it. */
public interface Rule {
    /** As it stands in reports. */
    String name();

    /** All that contradicts it; empty when it holds. */
    List<Violation> check(Case run);

    default Violation violation(String text, Long... operations) {
        return new Violation(name(), text, List.of(operations));
    }
}
