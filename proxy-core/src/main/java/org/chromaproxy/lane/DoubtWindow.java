package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.chromaproxy.scan.Footprint;

/**
 * What a lane has sent since its durable cursor, and whether one more record commutes with all of it.
 *
 * <p>After a crash everything in the window is applied again, so only records that commute may share it: operations on
 * disjoint ids, or on unrelated names. Anything else waits until the cursor is durable. Confined to its lane's loop.
 */
final class DoubtWindow {
    /** Beyond this many ids the window is closed by a flush: memory stays bounded. */
    private static final int MAX_IDS = 10_000;

    private record Sent(long lsn, Footprint footprint) {}

    private final ArrayDeque<Sent> window = new ArrayDeque<>();
    /** Ids of records, or keys of names that are changed. */
    private final Set<String> changed = new HashSet<>();
    /** How many records of the window lie in each container. */
    private final Map<String, Integer> containers = new HashMap<>();

    private boolean exclusive;

    /** Whether that record was sent already: sending it again is always allowed, as all in the window commute. */
    boolean holds(long lsn) {
        for (Iterator<Sent> latest = window.descendingIterator(); latest.hasNext(); ) {
            long sent = latest.next().lsn;
            if (sent <= lsn) {
                return sent == lsn;
            }
        }
        return false;
    }

    /** Whether the record may be sent now; if not, the cursor must be made durable first. */
    boolean admits(Footprint footprint) {
        if (window.isEmpty()) {
            return true;
        }
        if (exclusive || changed.size() > MAX_IDS) {
            return false;
        }
        return switch (footprint) {
            case Footprint.Everything _ -> false;
            case Footprint.Ids named -> named.ids().stream().noneMatch(changed::contains);
            case Footprint.Names names ->
                names.changed().stream().noneMatch(key -> changed.contains(key) || containers.containsKey(key))
                        && names.containers().stream().noneMatch(changed::contains);
        };
    }

    /** The record is about to be sent. Sending the same one again changes nothing. */
    void sending(long lsn, Footprint footprint) {
        if (holds(lsn)) {
            return;
        }
        window.add(new Sent(lsn, footprint));
        switch (footprint) {
            case Footprint.Everything _ -> exclusive = true;
            case Footprint.Ids named -> changed.addAll(named.ids());
            case Footprint.Names names -> {
                changed.addAll(names.changed());
                names.containers().forEach(key -> containers.merge(key, 1, Integer::sum));
            }
        }
    }

    /** The cursor is durable up to {@code lsn}. */
    void durable(long lsn) {
        for (Sent first = window.peek(); first != null && first.lsn <= lsn; first = window.peek()) {
            window.poll();
            // What is changed is disjoint within a window, so each key belongs to one record only.
            switch (first.footprint) {
                case Footprint.Everything _ -> {}
                case Footprint.Ids named -> named.ids().forEach(changed::remove);
                case Footprint.Names names -> {
                    names.changed().forEach(changed::remove);
                    names.containers()
                            .forEach(key ->
                                    containers.computeIfPresent(key, (_, count) -> count > 1 ? count - 1 : null));
                }
            }
        }
        if (window.isEmpty()) {
            exclusive = false;
        }
    }
}
