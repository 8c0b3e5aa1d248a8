package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/** If one write of a collection was answered before another one began, it stands before it in the log. */
final class RealTimeOrder implements Rule {
    @Override
    public String name() {
        return "real-time order";
    }

    /** A write in the log, and when it was sent and answered. */
    private record Span(Operation operation, long lsn, long begin, long answered) {}

    @Override
    public List<Violation> check(Case run) {
        Map<String, List<Span>> collections = new HashMap<>();
        run.history()
                .writes()
                .forEach(operation -> run.lsn(operation).ifPresent(lsn -> {
                    long answered =
                            operation.acknowledged().map(told -> told.end()).orElse(Long.MAX_VALUE);
                    collections
                            .computeIfAbsent(run.collection(operation), id -> new ArrayList<>())
                            .add(new Span(operation, lsn, operation.begin(), answered));
                }));
        List<Violation> violations = new ArrayList<>();
        collections.values().forEach(spans -> check(spans, violations));
        return violations;
    }

    private void check(List<Span> spans, List<Violation> violations) {
        List<Span> begun = new ArrayList<>(spans);
        begun.sort(Comparator.comparingLong(Span::begin));
        List<Span> answered = new ArrayList<>(spans);
        answered.sort(Comparator.comparingLong(Span::answered));
        int next = 0;
        Span highest = null;
        for (Span span : begun) {
            while (next < answered.size() && answered.get(next).answered() < span.begin()) {
                Span done = answered.get(next++);
                highest = highest == null || done.lsn() > highest.lsn() ? done : highest;
            }
            if (highest != null && highest.lsn() > span.lsn()) {
                violations.add(violation(
                        "operation " + highest.operation().id() + " (record " + highest.lsn()
                                + ") was answered before operation "
                                + span.operation().id() + " (record " + span.lsn() + ") began",
                        highest.operation().id(),
                        span.operation().id()));
            }
        }
    }
}
