package org.chromaproxy.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Latency over percentile as an SVG picture: the axis below counts nines, the other is logarithmic. Written by hand, since
 * the chart libraries draw through AWT, which needs fonts that servers do not have.
 */
final class LatencyPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int STEPS = 200;
    private static final double NINES = 4;
    private static final double MICRO = 1e3;
    private static final List<String> COLOURS = List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e");
    private static final double LEGEND_STEP = 18;

    private final StringBuilder svg = new StringBuilder();
    private final double low;
    private final double high;

    private LatencyPlot(Map<String, Histogram> curves) {
        double least = curves.values().stream()
                .mapToDouble(Histogram::getMinNonZeroValue)
                .min()
                .orElse(1);
        double most = curves.values().stream()
                .mapToDouble(Histogram::getMaxValueAsDouble)
                .max()
                .orElse(10);
        low = Math.floor(Math.log10(Math.max(1, least / MICRO)));
        high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, most / MICRO))));
    }

    /** The picture of these curves of latencies in ns. */
    static String of(String title, Map<String, Histogram> curves) {
        LatencyPlot plot = new LatencyPlot(curves);
        plot.frame(title);
        int number = 0;
        for (Map.Entry<String, Histogram> curve : curves.entrySet()) {
            plot.curve(curve.getKey(), curve.getValue(), number);
            number++;
        }
        return plot.svg.append("</svg>\n").toString();
    }

    private void frame(String title) {
        add(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                HEIGHT));
        add(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT));
        add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>", LEFT, escaped(title)));
        for (double decade = low; decade <= high; decade++) {
            double y = y(Math.pow(10, decade));
            add(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
                    LEFT,
                    y,
                    WIDTH - RIGHT,
                    y));
            add(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 6,
                    y + 4,
                    time(decade)));
        }
        for (int nines = 0; nines <= NINES; nines++) {
            double x = x(nines);
            add(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>",
                    x,
                    TOP,
                    x,
                    HEIGHT - BOTTOM));
            String label = nines == 0
                    ? "0 %"
                    : nines == 1 ? "90 %" : "99" + (nines == 2 ? "" : "." + "9".repeat(nines - 2)) + " %";
            add(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x,
                    HEIGHT - BOTTOM + 18,
                    label));
        }
    }

    private void curve(String name, Histogram latencies, int number) {
        String colour = COLOURS.get(number % COLOURS.size());
        StringBuilder points = new StringBuilder();
        for (int step = 0; step <= STEPS; step++) {
            double nines = NINES * step / STEPS;
            double percentile = 100 - 100 * Math.pow(10, -nines);
            double micros = latencies.getValueAtPercentile(percentile) / MICRO;
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(nines), y(micros)));
        }
        add(String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>",
                colour,
                points.toString().strip()));
        double y = TOP + LEGEND_STEP * (number + 0.5);
        add(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/>",
                LEFT + 12,
                y - 5,
                colour));
        add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.1f\">%s</text>", LEFT + 32, y, escaped(name)));
    }

    private static double x(double nines) {
        return LEFT + (WIDTH - LEFT - RIGHT) * nines / NINES;
    }

    private double y(double micros) {
        double share = (Math.log10(Math.max(1, micros)) - low) / (high - low);
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * Math.max(0, share);
    }

    private static String time(double decade) {
        if (decade >= 6) {
            return Numbers.plain(Math.pow(10, decade - 6)) + " s";
        }
        return decade >= 3
                ? Numbers.plain(Math.pow(10, decade - 3)) + " ms"
                : Numbers.plain(Math.pow(10, decade)) + " µs";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String element) {
        svg.append(element).append('\n');
    }
}
