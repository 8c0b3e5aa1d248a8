package org.chromaproxy.admin.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.config.PrincipalLimit;

/** What tokens use and are refused; of addresses, of which there may be any number, the sum. */
final class PrincipalMetrics {
    private static final String ADDRESSES = "addresses";

    private final Principals principals;

    PrincipalMetrics(Principals principals) {
        this.principals = principals;
    }

    private record Amount(String principal, PrincipalLimit limit, long amount) {}

    void put(Exposition page) {
        page.gauges(
                "principal_used",
                "What a token, or all addresses together, use now, by limit; of dead letters all since the start.",
                amounts(PrincipalUse::used),
                PrincipalMetrics::labels,
                Amount::amount);
        page.counters(
                "principal_refused_total",
                "Requests refused because of a token's or an address's limit.",
                amounts(PrincipalUse::refused),
                PrincipalMetrics::labels,
                Amount::amount);
    }

    private static Labels labels(Amount amount) {
        return Labels.of("limit", amount.limit().word(), "principal", amount.principal());
    }

    /** How much of a limit. */
    @FunctionalInterface
    private interface Reading {
        long of(PrincipalUse use, PrincipalLimit limit);
    }

    private List<Amount> amounts(Reading reading) {
        List<Amount> all = new ArrayList<>();
        for (PrincipalLimit limit : PrincipalLimit.values()) {
            ToLongFunction<PrincipalUse> amount = use -> reading.of(use, limit);
            Map<String, Long> sums = new TreeMap<>();
            principals
                    .all()
                    .forEach(use -> sums.merge(
                            use.token() ? "token:" + use.name() : ADDRESSES, amount.applyAsLong(use), Long::sum));
            sums.forEach((principal, sum) -> all.add(new Amount(principal, limit, sum)));
        }
        return all;
    }
}
