package org.chromaproxy.drill.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Trouble;
import org.chromaproxy.drill.rule.Violation;

/** The part of a history that shows one violation, for people: its operations, and the faults, in the order of time. */
public final class Extract {
    private static final int LONGEST = 220;
    private static final int MOST_LINES = 60;
    private static final int MOST_ATTEMPTS = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    private Extract() {}

    /** @param position tells of an operation where it stands in the log; an empty text where it does not */
    public static String of(History history, Violation violation, Function<Operation, String> position) {
        TreeMap<Long, List<String>> lines = new TreeMap<>();
        for (Trouble trouble : history.troubles()) {
            put(lines, trouble.injected(), "---- " + trouble + " begins");
            if (trouble.healed() < Long.MAX_VALUE) {
                put(lines, trouble.healed(), "---- " + trouble + " is healed");
            }
        }
        history.operations().stream()
                .filter(operation -> violation.operations().contains(operation.id()))
                .sorted(Comparator.comparingLong(Operation::begin))
                .forEach(operation -> telling(operation)
                        .forEach(attempt ->
                                put(lines, attempt.begin(), line(operation, attempt, position.apply(operation)))));
        List<String> all = lines.values().stream().flatMap(List::stream).toList();
        int from = Math.max(0, all.size() - MOST_LINES);
        return String.join("\n", all.subList(from, all.size()));
    }

    /** The first attempts and the last. */
    private static List<Attempt> telling(Operation operation) {
        List<Attempt> all = operation.attempts();
        List<Attempt> telling = new ArrayList<>(all.subList(0, Math.min(all.size(), MOST_ATTEMPTS)));
        if (all.size() > MOST_ATTEMPTS) {
            telling.add(all.getLast());
        }
        return telling;
    }

    private static void put(Map<Long, List<String>> lines, long at, String text) {
        lines.computeIfAbsent(at, time -> new ArrayList<>()).add(seconds(at) + "  " + text);
    }

    private static String line(Operation operation, Attempt attempt, String position) {
        String told = attempt.status() == 0 ? attempt.error() : attempt.status() + " " + attempt.body();
        return "to " + seconds(attempt.end()) + "  client " + operation.client() + "  op " + operation.id()
                + (position.isEmpty() ? "" : " " + position) + "  " + operation.kind() + " "
                + cut(
                        operation.request().body().isEmpty()
                                ? operation.request().path()
                                : operation.request().body())
                + "  ->  " + cut(told);
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%9.4f", nanos / NANOS_PER_SECOND);
    }
}
