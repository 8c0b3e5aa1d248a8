package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.model.StoredRecord;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** All instances hold the same: collections, their metadata, their records. Needs no model, and so checks it as well. */
final class SidesEqual implements Rule {
    @Override
    public String name() {
        return "sides equal";
    }

    @Override
    public List<Violation> check(Case run) {
        List<InstanceContent> instances = run.evidence().instances();
        List<Violation> violations = new ArrayList<>();
        for (int i = 1; i < instances.size(); i++) {
            compare(instances.getFirst(), instances.get(i), violations);
        }
        return violations;
    }

    private void compare(InstanceContent one, InstanceContent other, List<Violation> violations) {
        if (!one.collections().keySet().equals(other.collections().keySet())) {
            violations.add(
                    violation(one.instance() + " has " + one.collections().keySet() + ", " + other.instance() + " has "
                            + other.collections().keySet()));
        }
        one.collections().forEach((name, ours) -> {
            InstanceContent.Content theirs = other.collections().get(name);
            if (theirs == null) {
                return;
            }
            if (!ours.metadata().equals(theirs.metadata())) {
                violations.add(violation("the metadata of " + name + " is " + ours.metadata() + " on " + one.instance()
                        + " and " + theirs.metadata() + " on " + other.instance()));
            }
            records(name, ours.records(), theirs.records()).forEach(violations::add);
        });
    }

    private List<Violation> records(String name, Map<String, StoredRecord> ours, Map<String, StoredRecord> theirs) {
        Set<String> ids = new TreeSet<>(ours.keySet());
        ids.addAll(theirs.keySet());
        return ids.stream()
                .filter(id -> !Objects.equals(ours.get(id), theirs.get(id)))
                .map(id ->
                        violation("record '" + id + "' of " + name + " is " + ours.get(id) + " and " + theirs.get(id)))
                .toList();
    }
}
