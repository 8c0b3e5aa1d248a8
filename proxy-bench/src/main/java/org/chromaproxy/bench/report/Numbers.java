package org.chromaproxy.bench.report;

import java.util.Locale;

/** Figures as people read them. */
final class Numbers {
    private static final double MANY = 100;
    private static final double SOME = 10;

    private Numbers() {}

    /** Three digits, or all of a larger whole number, with a comma between thousands. */
    static String plain(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "—";
        }
        if (size >= MANY || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= SOME ? "%.1f" : "%.2f", value);
    }
}
