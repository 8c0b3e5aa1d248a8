package org.chromaproxy.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a history is made of and can be left out of it, one by one: clients, operations, faults, fates of requests. */
final class Elements {
    /** Kinds, in the order in which they are left out. */
    enum Kind {
        FAULT,
        CLIENT,
        OPERATION,
        FATE;

        /** The element of that name. */
        String named(Object name) {
            return this + " " + name;
        }

        boolean is(String element) {
            return element.startsWith(this + " ");
        }
    }

    private final Set<String> without;
    private final boolean keeps;
    private final Set<String> met = new LinkedHashSet<>();

    /**
     * @param without left out
     * @param keeps whether those that happen are to be told
     */
    Elements(Set<String> without, boolean keeps) {
        this.without = Set.copyOf(without);
        this.keeps = keeps;
    }

    /** Whether that element, which would happen now, does. */
    boolean has(Kind kind, Object name) {
        if (!keeps && without.isEmpty()) {
            return true;
        }
        String element = kind.named(name);
        boolean there = !without.contains(element);
        if (there) {
            met.add(element);
        }
        return there;
    }

    /** Those that happened, in their order. */
    List<String> met() {
        return List.copyOf(met);
    }
}
