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
 * only what it may contain, and how much, is looked at. Renames and deletions of collections are ordered among
 * themselves: their place among the records in the log says nothing about what a read may show. So whether a collection
 * is there is judged by time alone: not before its deletion began, and not after somebody knew of it.
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
                .filter(write -> write.kind() != Kind.RENAME && write.kind() != Kind.DROP)
                .forEach(write -> run.lsn(write)
                        .ifPresent(lsn -> bounds.computeIfAbsent(run.collection(write), id -> new Bounds())
                                .write(write, lsn)));
        List<Violation> violations = new ArrayList<>();
        reads.forEach((collection, all) -> {
            Optional<Timeline> timeline = run.world().timeline(collection);
            Bounds of = bounds.getOrDefault(collection, new Bounds()).ready();
            all.sort(Comparator.comparingLong(Operation::end));
            timeline.ifPresent(line -> all.forEach(read -> check(read, line, of).ifPresent(violations::add)));
            run.drop(collection)
                    .ifPresentOrElse(drop -> deletion(drop, all, violations), () -> missed(all, violations));
        });
        return violations;
    }

    private void missed(List<Operation> reads, List<Violation> violations) {
        reads.stream()
                .filter(read -> read.attempts().getLast().gone())
                .forEach(read -> violations.add(violation(
                        "operation " + read.id() + " did not find a collection that nobody deleted", read.id())));
    }

    /** Reads in the order they ended: none finds the collection once it is known to be deleted. */
    private void deletion(Operation drop, List<Operation> reads, List<Violation> violations) {
        long known = drop.acknowledged().map(Attempt::end).orElse(Long.MAX_VALUE);
        for (Operation read : reads) {
            Attempt told = read.attempts().getLast();
            if (told.gone()) {
                known = Math.min(known, told.end());
            } else if (told.success() && told.begin() > known) {
                violations.add(violation(
                        "operation " + read.id() + ", " + read.kind()
                                + ", found a collection that was known to be deleted when it began",
                        drop.id(),
                        read.id()));
            }
        }
    }

    private Optional<Violation> check(Operation read, Timeline timeline, Bounds bounds) {
        Attempt told = read.attempts().getLast();
        if (told.failed() || told.gone()) {
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
