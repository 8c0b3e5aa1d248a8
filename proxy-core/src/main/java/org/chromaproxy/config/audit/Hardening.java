package org.chromaproxy.config.audit;

import java.util.ArrayList;
import java.util.List;

/** The checklist, in the order of the page {@code docs/hardening.md}, which a test compares with it. */
public final class Hardening {
    private static final List<HardeningCheck> CHECKS = all();

    private Hardening() {}

    private static List<HardeningCheck> all() {
        List<HardeningCheck> checks = new ArrayList<>(ClientChecks.ALL);
        checks.addAll(ServerChecks.ALL);
        checks.addAll(FileChecks.ALL);
        return List.copyOf(checks);
    }

    /** Every point. */
    public static List<HardeningCheck> checks() {
        return CHECKS;
    }

    /** The page's line for one. */
    public static String line(HardeningCheck check) {
        return "- [ ] **" + check.id() + "**: " + check.wanted() + ". If not: " + check.action() + ".";
    }
}
