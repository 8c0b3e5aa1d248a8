package org.chromaproxy.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;

/** Figures of one row of the table: of each target, per quantity, one value a round. Keeps the order they came in. */
public final class Samples {
    private final Map<String, Map<String, List<Double>>> byTarget = new LinkedHashMap<>();

    /**
     * Takes the next round's value.
     *
     * @param quantity with its unit, such as {@code p99 (µs)}
     */
    public void add(String target, String quantity, double value) {
        byTarget.computeIfAbsent(target, name -> new LinkedHashMap<>())
                .computeIfAbsent(quantity, name -> new ArrayList<>())
                .add(value);
    }

    List<String> targets() {
        return List.copyOf(byTarget.keySet());
    }

    /** All quantities of any target, in the order they first came. */
    List<String> quantities() {
        return byTarget.values().stream()
                .flatMap(quantities -> quantities.keySet().stream())
                .distinct()
                .toList();
    }

    /** One value a round; none if it was not measured. */
    public List<Double> of(String target, String quantity) {
        return List.copyOf(byTarget.getOrDefault(target, Map.of()).getOrDefault(quantity, List.of()));
    }

    /** The median over the rounds. */
    public OptionalDouble median(String target, String quantity) {
        return median(of(target, quantity));
    }

    /** The largest of all rounds. */
    public OptionalDouble most(String target, String quantity) {
        return of(target, quantity).stream().mapToDouble(Double::doubleValue).max();
    }

    /**
     * The median of the ratios within each round: what disturbed a round disturbed both. Empty without
     * a round that measured both; of a row cut short, its complete rounds count.
     */
    public OptionalDouble ratio(String target, String other, String quantity) {
        return paired(target, other, quantity, (a, b) -> a / b);
    }

    /** The same for differences. */
    OptionalDouble difference(String target, String other, String quantity) {
        return paired(target, other, quantity, (a, b) -> a - b);
    }

    private OptionalDouble paired(String target, String other, String quantity, DoubleBinaryOperator operator) {
        List<Double> mine = of(target, quantity);
        List<Double> theirs = of(other, quantity);
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
            pairs.add(operator.applyAsDouble(mine.get(i), theirs.get(i)));
        }
        return median(pairs);
    }

    /** The middle one; of an even number, the mean of the two in the middle. */
    static OptionalDouble median(List<Double> values) {
        if (values.isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(upper) : (sorted.get(upper - 1) + sorted.get(upper)) / 2;
        return OptionalDouble.of(median);
    }
}
