package org.chromaproxy.drill.check.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.model.Timeline;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Rule;
import org.chromaproxy.drill.rule.Violation;

/**
 * Every read shows one position of its collection's log: not before a write that was acknowledged, or seen by a finished
 * read, before it began; and before every write that began after it ended. Since the order of the writes is known, taking
 * the earliest position that fits, read by read in the order they ended, decides this exactly. A query is approximate:
 * only what it may contain, and how much, is looked at. A rename changes no record and waits for none: its place among
 * them in the log says nothing about what a read may show.
 */
public final class Reads implements Rule {
    @Override
    public String name() {
        return "reads";
    }

    @Override
    public List<Violation> check(Case run) {
        Map<String, List<Operation>> reads = new HashMap<>();
        run.history()
                .reads()
                .forEach(read -> reads.computeIfAbsent(read.collection(), id -> new ArrayList<>())
                        .add(read));
        Map<String, Bounds> bounds = new HashMap<>();
        run.history()
                .writes()
                .filter(write -> write.kind() != Kind.RENAME)
                .forEach(write -> run.lsn(write)
                        .ifPresent(lsn -> bounds.computeIfAbsent(run.collection(write), id -> new Bounds())
                                .write(write, lsn)));
        List<Violation> violations = new ArrayList<>();
        reads.forEach((collection, all) -> {
            Optional<Timeline> timeline = run.world().timeline(collection);
            Bounds of = bounds.getOrDefault(collection, new Bounds()).ready();
            all.sort(Comparator.comparingLong(Operation::end));
            timeline.ifPresent(line -> all.forEach(read -> check(read, line, of).ifPresent(violations::add)));
        });
        return violations;
    }

    private Optional<Violation> check(Operation read, Timeline timeline, Bounds bounds) {
        Attempt told = read.attempts().getLast();
        if (told.failed()) {
            return Optional.empty();
        }
        long low = Math.max(timeline.createdAt(), bounds.lowest(told.begin()));
        long high = bounds.highest(told.end());
        List<Timeline.Version> window = timeline.between(low, Math.max(low, high));
        ReadAnswer answer = ReadAnswer.of(read, told);
        for (Timeline.Version version : window) {
            if (answer.shows(version.state())) {
                bounds.seen(told.end(), Math.max(low, version.lsn()));
                return Optional.empty();
            }
        }
        if (answer.mayMix(window)) {
            return Optional.empty();
        }
        return Optional.of(violation(
                "operation " + read.id() + ", " + read.kind() + " "
                        + read.request().body() + ", was told "
                        + told.status() + " " + told.body() + ", which is no state of the collection from record "
                        + low + " to " + (high == Long.MAX_VALUE ? "the end" : Long.toString(high)) + ", where it is "
                        + answer.expected(window.getFirst().state())
                        + (window.size() > 1
                                ? " to " + answer.expected(window.getLast().state())
                                : ""),
                read.id()));
    }
}
