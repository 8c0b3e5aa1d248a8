package org.chromaproxy.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The report as Markdown, with its pictures in a folder beside it. */
public final class MarkdownReport {
    private static final String PLOTS = "plots";

    private final List<String> machine;
    private final List<String> preface;
    private final UnaryOperator<String> neutral;

    /**
     * @param machine what it ran on, a line each
     * @param preface paragraphs in front
     * @param neutral takes out of a text what belongs to this machine only
     */
    public MarkdownReport(List<String> machine, List<String> preface, UnaryOperator<String> neutral) {
        this.machine = List.copyOf(machine);
        this.preface = List.copyOf(preface);
        this.neutral = neutral;
    }

    /** Writes it and its pictures. */
    public void write(Path file, List<Section> sections) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent.resolve(PLOTS));
            for (Section section : sections) {
                if (!section.curves().isEmpty()) {
                    Files.writeString(
                            parent.resolve(PLOTS).resolve(section.name() + ".svg"),
                            LatencyPlot.of(section.title(), section.curves()));
                }
            }
        }
        Files.writeString(file, neutral.apply(text(sections)));
    }

    /** The report's text. */
    String text(List<Section> sections) {
        List<String> lines = new ArrayList<>();
        lines.add("# How fast: figures\n");
        preface.forEach(paragraph -> lines.add(paragraph + "\n"));
        lines.add("## Goals\n");
        lines.add("| what | goal | figure | |");
        lines.add("|---|---|---|---|");
        sections.forEach(section -> section.goals().forEach(goal -> lines.add(goal.row())));
        lines.add("\n## Machine\n");
        machine.forEach(line -> lines.add("- " + line));
        sections.forEach(section -> lines.addAll(section(section)));
        return String.join("\n", lines) + "\n";
    }

    private static List<String> section(Section section) {
        List<String> lines = new ArrayList<>();
        lines.add("\n## " + section.title() + "\n");
        lines.addAll(table(section.samples()));
        if (!section.notes().isEmpty()) {
            lines.add("");
            section.notes().forEach(note -> lines.add("- " + note));
        }
        if (!section.curves().isEmpty()) {
            lines.add("\n![" + section.title() + "](" + PLOTS + "/" + section.name() + ".svg)");
        }
        for (Map.Entry<String, String> text : section.texts().entrySet()) {
            lines.add("\n<details><summary>" + text.getKey() + "</summary>\n\n```\n"
                    + text.getValue().strip() + "\n```\n\n</details>");
        }
        return lines;
    }

    /** Medians, with the least and the largest value in parentheses. */
    private static List<String> table(Samples samples) {
        List<String> lines = new ArrayList<>();
        List<String> quantities = samples.quantities();
        lines.add("| | " + String.join(" | ", quantities) + " |");
        lines.add("|---" + "|---".repeat(quantities.size()) + "|");
        for (String target : samples.targets()) {
            lines.add("| " + target + " | "
                    + quantities.stream()
                            .map(quantity -> cell(samples.of(target, quantity)))
                            .collect(Collectors.joining(" | "))
                    + " |");
        }
        return lines;
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "—";
        }
        String median = Numbers.plain(Samples.median(values).orElseThrow());
        if (values.size() == 1) {
            return median;
        }
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return median + " (" + Numbers.plain(least) + "–" + Numbers.plain(most) + ")";
    }
}
