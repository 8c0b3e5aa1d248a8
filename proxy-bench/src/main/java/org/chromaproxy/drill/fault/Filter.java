package org.chromaproxy.drill.fault;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which faults a schedule is drawn from.
 *
 * @param faults empty: all but those drawn only on demand
 * @param targets empty: all
 * @param loadMillis how long the load runs; faults begin in its first half
 */
public record Filter(Set<Fault> faults, Set<Target> targets, long loadMillis) {
    static final long LOAD_MS = 8000;

    /** Everything, for loads of 8 s. */
    public static final Filter ALL = new Filter(Set.of(), Set.of(), LOAD_MS);

    public Filter {
        faults = Set.copyOf(faults);
        targets = Set.copyOf(targets);
    }

    /** Every fault with every target it can happen to, as far as they are wanted; in a fixed order. */
    List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (Target target : EnumSet.copyOf(fault.targets())) {
                boolean wanted = faults.isEmpty() ? !fault.onDemand() : faults.contains(fault);
                if (wanted && (targets.isEmpty() || targets.contains(target))) {
                    pairs.add(new Pair(fault, target));
                }
            }
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("none of " + faults + " happens to any of " + targets);
        }
        return pairs;
    }

    record Pair(Fault fault, Target target) {}
}
