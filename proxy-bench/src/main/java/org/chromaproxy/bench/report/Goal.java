package org.chromaproxy.bench.report;

import java.util.OptionalDouble;

/**
 * A goal of the table and the figure beside it.
 *
 * @param what is measured
 * @param figure empty when it was not measured
 * @param met whether the figure is as good as the bound, or better
 * @param remark why there is no figure, or what else is to be known about it; may be empty
 */
public record Goal(String what, String bound, OptionalDouble figure, boolean met, String remark) {
    private static final String GONE = "nothing came of it";

    /** The figure must not be smaller. */
    public static Goal atLeast(String what, double bound, String unit, OptionalDouble figure, String unmeasured) {
        boolean met = figure.isPresent() && figure.getAsDouble() >= bound;
        return new Goal(what, "≥ " + Numbers.plain(bound) + unit, figure, met, why(figure, unmeasured));
    }

    /** The figure must not be larger. */
    public static Goal atMost(String what, double bound, String unit, OptionalDouble figure, String unmeasured) {
        boolean met = figure.isPresent() && figure.getAsDouble() <= bound;
        return new Goal(what, "≤ " + Numbers.plain(bound) + unit, figure, met, why(figure, unmeasured));
    }

    /**
     * A difference that must not be larger. One below zero says that the two could not be told apart: it counts as zero,
     * and the table says so.
     */
    public static Goal added(String what, double bound, String unit, OptionalDouble difference) {
        if (difference.isEmpty() || difference.getAsDouble() >= 0) {
            return atMost(what, bound, unit, difference, "");
        }
        String remark = "difference within noise: " + Numbers.plain(difference.getAsDouble()) + unit;
        return new Goal(what, "≤ " + Numbers.plain(bound) + unit, OptionalDouble.of(0), true, remark);
    }

    private static String why(OptionalDouble figure, String unmeasured) {
        return figure.isPresent() ? "" : unmeasured.isEmpty() ? GONE : unmeasured;
    }

    /** The row of the table. */
    public String row() {
        String shown = figure.isPresent() ? Numbers.plain(figure.getAsDouble()) : "—";
        String verdict = figure.isEmpty()
                ? "not measured: " + remark
                : (met ? "met" : "**not met**") + (remark.isEmpty() ? "" : "; " + remark);
        return "| " + what + " | " + bound + " | " + shown + " | " + verdict + " |";
    }
}
