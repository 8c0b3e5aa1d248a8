package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.config.PrincipalLimit;

/** What the principals use, the busiest first. */
final class PrincipalFigures {
    private static final int SHOWN = 20;

    private final AdminServices services;

    PrincipalFigures(AdminServices services) {
        this.services = services;
    }

    /** Each with what it uses and was refused, where that is not 0, and what it may use, where that is bounded. */
    ArrayNode busiest() {
        ArrayNode list = Answers.object().putArray("principals");
        for (PrincipalUse use : services.admission().principals().busiest(SHOWN)) {
            ObjectNode node = list.addObject().put("name", use.name()).put("kind", use.token() ? "token" : "address");
            ObjectNode used = node.putObject("used");
            ObjectNode refused = node.putObject("refused");
            ObjectNode limits = node.putObject("limits");
            for (PrincipalLimit limit : PrincipalLimit.values()) {
                put(used, limit, use.used(limit));
                put(refused, limit, use.refused(limit));
                put(limits, limit, use.limits().of(limit));
            }
        }
        return list;
    }

    private static void put(ObjectNode node, PrincipalLimit limit, long value) {
        if (value != 0) {
            node.put(limit.word(), value);
        }
    }
}
