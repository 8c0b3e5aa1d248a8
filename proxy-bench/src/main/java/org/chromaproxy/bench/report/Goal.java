package org.chromaproxy.bench.report;

import java.util.OptionalDouble;

/**
 * A goal of the table and the figure beside it.
 *
 * @param what is measured
 * @param figure empty when it was not measured
 * @param met whether the figure is as good as the bound, or better
 * @param unmeasured why there is no figure; empty if there is one
 */
public record Goal(String what, String bound, OptionalDouble figure, boolean met, String unmeasured) {
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

    private static String why(OptionalDouble figure, String unmeasured) {
        return figure.isPresent() ? "" : unmeasured.isEmpty() ? GONE : unmeasured;
    }

    /** The row of the table. */
    public String row() {
        String shown = figure.isPresent() ? Numbers.plain(figure.getAsDouble()) : "—";
        String verdict = figure.isEmpty() ? "not measured: " + unmeasured : met ? "met" : "**not met**";
        return "| " + what + " | " + bound + " | " + shown + " | " + verdict + " |";
    }
}
