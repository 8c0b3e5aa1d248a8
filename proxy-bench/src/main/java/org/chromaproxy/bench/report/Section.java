package org.chromaproxy.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What one row of the table leaves behind. */
public final class Section {
    private final String name;
    private final String title;
    private final Samples samples = new Samples();
    private List<Goal> goals = List.of();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();

    /** @param name short, for files; {@code title} for people */
    public Section(String name, String title) {
        this.name = name;
        this.title = title;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    public Samples samples() {
        return samples;
    }

    /** Sets the goals as they stand now. */
    public void goals(List<Goal> all) {
        goals = List.copyOf(all);
    }

    public List<Goal> goals() {
        return goals;
    }

    /** A sentence on how it was measured, or what was wrong. The same one counts once. */
    public void note(String sentence) {
        if (!notes.contains(sentence)) {
            notes.add(sentence);
        }
    }

    /** A command line or a configuration, verbatim. */
    public void text(String heading, String text) {
        texts.put(heading, text);
    }

    /** Adds a run's latencies, in ns, to the curve of that name. */
    public void latencies(String curve, Histogram run) {
        latencies
                .computeIfAbsent(curve, key -> new Histogram(run.getHighestTrackableValue(), 3))
                .add(run);
    }

    List<String> notes() {
        return notes;
    }

    Map<String, String> texts() {
        return texts;
    }

    Map<String, Histogram> curves() {
        return latencies;
    }
}
