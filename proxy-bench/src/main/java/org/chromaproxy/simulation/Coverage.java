package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How often each event met a lane in each state, under each fault. Of one history or of many; belongs to one thread. */
final class Coverage {
    /** A reachable cell should have been met so often. */
    static final long ENOUGH = 100;

    /** One of the table's cells. */
    record Cell(LaneSituation state, LaneEvent event, FaultKind fault) {
        @Override
        public String toString() {
            return state + " x " + event + " x " + fault;
        }
    }

    private static final List<Cell> ALL = cells();

    private final List<Unreachable> rules;
    private final Map<Cell, Long> counts = new HashMap<>();

    Coverage() {
        this(Unreachable.RULES);
    }

    /** @param rules which cells nothing can meet */
    Coverage(List<Unreachable> rules) {
        this.rules = List.copyOf(rules);
    }

    private static List<Cell> cells() {
        List<Cell> all = new ArrayList<>();
        for (LaneSituation state : LaneSituation.values()) {
            for (LaneEvent event : LaneEvent.values()) {
                for (FaultKind fault : FaultKind.values()) {
                    all.add(new Cell(state, event, fault));
                }
            }
        }
        return all;
    }

    /** An event meets a lane; counted under each of the faults, and under none of them where there is none. */
    void met(LaneSituation state, LaneEvent event, Set<FaultKind> faults) {
        for (FaultKind fault : faults.isEmpty() ? EnumSet.of(FaultKind.NONE) : faults) {
            counts.merge(new Cell(state, event, fault), 1L, Long::sum);
        }
    }

    /** Adds what another has counted. */
    void add(Coverage other) {
        other.counts.forEach((cell, count) -> counts.merge(cell, count, Long::sum));
    }

    long count(Cell cell) {
        return counts.getOrDefault(cell, 0L);
    }

    private Optional<Unreachable> rule(Cell cell) {
        return rules.stream().filter(rule -> rule.covers(cell)).findFirst();
    }

    private boolean reachable(Cell cell) {
        return rule(cell).isEmpty();
    }

    /** The cells that were met at all. */
    List<Cell> met() {
        return ALL.stream().filter(cell -> count(cell) > 0).toList();
    }

    /** The cells that were met though they are said to be unreachable, each with the reason that is wrong. */
    List<String> contradictions() {
        return ALL.stream()
                .filter(cell -> count(cell) > 0)
                .flatMap(cell -> rule(cell).stream()
                        .map(rule -> cell + " was met " + count(cell) + " times, and is said to be unreachable: "
                                + rule.reason()))
                .toList();
    }

    /** The reachable cells that were met less often than {@link #ENOUGH}. */
    List<Cell> rare() {
        return ALL.stream()
                .filter(cell -> count(cell) < ENOUGH && reachable(cell))
                .toList();
    }

    /** The whole of it, as Markdown. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        long reachable = ALL.stream().filter(this::reachable).count();
        List<Cell> rare = rare();
        lines.add(String.format(
                Locale.ROOT,
                "%d cells; %d reachable, %d of them met %d times or more, %d never",
                ALL.size(),
                reachable,
                reachable - rare.size(),
                ENOUGH,
                rare.stream().filter(cell -> count(cell) == 0).count()));
        lines.add("");
        lines.addAll(table());
        lines.add("");
        lines.add("Reachable, and met fewer than " + ENOUGH + " times:");
        rare.forEach(cell -> lines.add("- " + cell + ": " + count(cell)));
        lines.add("");
        lines.add("Unreachable:");
        for (Unreachable rule : rules) {
            long cells = ALL.stream()
                    .filter(cell -> rule(cell).filter(rule::equals).isPresent())
                    .count();
            lines.add("- " + cells + " cells: " + rule.reason());
        }
        return lines;
    }

    /** States by events, all faults together; "-" where no fault makes the cell reachable. */
    private List<String> table() {
        List<String> lines = new ArrayList<>();
        String head =
                Arrays.stream(LaneSituation.values()).map(LaneSituation::name).collect(Collectors.joining(" | "));
        lines.add("| event | " + head + " |");
        lines.add("|---|" + "--:|".repeat(LaneSituation.values().length));
        for (LaneEvent event : LaneEvent.values()) {
            StringBuilder line = new StringBuilder("| " + event);
            for (LaneSituation state : LaneSituation.values()) {
                line.append(" | ").append(sum(state, event));
            }
            lines.add(line.append(" |").toString());
        }
        return lines;
    }

    private String sum(LaneSituation state, LaneEvent event) {
        List<Cell> cells = ALL.stream()
                .filter(cell -> cell.state == state && cell.event == event)
                .toList();
        long sum = cells.stream().mapToLong(this::count).sum();
        return sum == 0 && cells.stream().noneMatch(this::reachable) ? "-" : Long.toString(sum);
    }
}
