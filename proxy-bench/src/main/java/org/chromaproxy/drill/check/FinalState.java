package org.chromaproxy.drill.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.model.CollectionState;
import org.chromaproxy.drill.model.StoredRecord;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;
import org.chromaproxy.wal.record.OpKind;

/**
 * Every instance holds exactly what the log's records make in their order: nothing acknowledged is lost, nothing deleted
 * is back, nothing refused or never logged is there. And a delete with a limit deleted what it may, as many as it may; or all matches, where a server that knows no
 * limits may have led.
 */
final class FinalState implements Rule {
    /** The proxy's own id, which no record has: an empty list of ids would not be a delete. */
    private static final String NOBODYS_ID = "chroma-proxy:dimension";

    @Override
    public String name() {
        return "final state";
    }

    @Override
    public List<Violation> check(Case run) {
        List<Violation> violations = new ArrayList<>();
        for (InstanceContent instance : run.evidence().instances()) {
            SortedMap<String, String> wanted = run.world().named();
            Set<String> names = new TreeSet<>(wanted.keySet());
            names.addAll(instance.collections().keySet());
            for (String name : names) {
                String publicId = wanted.get(name);
                InstanceContent.Content found = instance.collections().get(name);
                if (publicId == null || found == null) {
                    violations.add(violation("collection " + name
                            + (publicId == null ? " must not be on " : " is missing on ") + instance.instance()));
                } else {
                    compare(run, publicId, instance.instance(), found, violations);
                }
            }
        }
        run.evidence().log().forEach(logged -> limited(run, logged, violations));
        return violations;
    }

    private void compare(
            Case run, String publicId, String instance, InstanceContent.Content found, List<Violation> violations) {
        CollectionState wanted = run.world().timeline(publicId).orElseThrow().last();
        String where = wanted.name() + " on " + instance;
        if (!wanted.metadata().equals(found.metadata())) {
            violations.add(
                    violation(where + " has the metadata " + found.metadata() + " instead of " + wanted.metadata()));
        }
        Set<String> ids = new TreeSet<>(wanted.records().keySet());
        ids.addAll(found.records().keySet());
        for (String id : ids) {
            StoredRecord model = wanted.records().get(id);
            StoredRecord real = found.records().get(id);
            if (model == null || real == null) {
                violations.add(new Violation(
                        name(),
                        "record '" + id + "' of " + where
                                + (model == null
                                        ? " must not be there: " + real
                                        : " is missing; it should be " + model),
                        touching(run, publicId, id)));
            } else if (!model.equals(real)) {
                violations.add(new Violation(
                        name(),
                        "record '" + id + "' of " + where + " is " + real + " instead of " + model,
                        touching(run, publicId, id)));
            }
        }
    }

    /** The operations that name the id, or select by a filter, in the order of the log. */
    private static List<Long> touching(Case run, String publicId, String id) {
        return run.evidence().log().stream()
                .filter(logged -> logged.collection().equals(publicId))
                .filter(logged -> logged.kind().catalog() || names(logged, id))
                .flatMap(logged -> run.operationOf(logged).stream())
                .toList();
    }

    private static boolean names(Logged logged, String id) {
        JsonNode body = Case.json(logged.body());
        for (JsonNode named : body.path("ids")) {
            if (named.asText().equals(id)) {
                return true;
            }
        }
        return body.has("where");
    }

    private void limited(Case run, Logged logged, List<Violation> violations) {
        JsonNode body = Case.json(logged.body());
        if (logged.kind() != OpKind.DELETE || !body.has("limit") || logged.withoutEffect()) {
            return;
        }
        run.world().timeline(logged.collection()).ifPresent(timeline -> {
            CollectionState before = timeline.between(logged.lsn() - 1, logged.lsn() - 1)
                    .getFirst()
                    .state();
            JsonNode sent = Case.json(logged.fate().resolution());
            Set<String> may = new HashSet<>(before.selected(body));
            Set<String> did = taken(before, sent);
            boolean all = limitPassedOver(run, sent);
            int many =
                    all ? may.size() : Math.min(may.size(), body.path("limit").asInt());
            if (!may.containsAll(did) || did.size() != many) {
                violations.add(new Violation(
                        name(),
                        "record " + logged.lsn() + ", a delete with a limit, " + words(sent) + " and deleted " + did
                                + " where " + many + " of " + may + " matched",
                        run.operationOf(logged)));
            }
        });
    }

    private static Set<String> taken(CollectionState before, JsonNode sent) {
        Set<String> did = new HashSet<>();
        if (sent.has("ids")) {
            sent.path("ids").forEach(id -> did.add(id.asText()));
            did.remove(NOBODYS_ID);
        } else if (!sent.isEmpty()) {
            did.addAll(before.selected(sent));
        }
        return did;
    }

    private static String words(JsonNode sent) {
        return sent.isEmpty() ? "was never made repeatable" : "was sent as " + sent;
    }

    /** Where its leader was a server that knows no limits, a delete takes all matches, and is sent to all as one that does. */
    private static boolean limitPassedOver(Case run, JsonNode sent) {
        boolean known = run.evidence().instances().stream().allMatch(InstanceContent::limitsDeletes);
        return !known && !sent.isEmpty() && !sent.has("ids") && !sent.hasNonNull("limit");
    }
}
