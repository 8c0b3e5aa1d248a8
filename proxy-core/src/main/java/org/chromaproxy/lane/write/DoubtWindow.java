package org.chromaproxy.lane.write;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.chromaproxy.scan.Footprint;

/**
 * What a lane has sent since its durable cursor, and whether one more record commutes with all of it.
 *
 * <p>After a crash everything in the window is applied again, so only records that commute may share it: operations on
 * disjoint ids. Anything else waits until the cursor is durable. Confined to its lane's loop.
 */
public final class DoubtWindow {
    /** Beyond this many ids the window is closed by a flush: memory stays bounded. */
    private static final int MAX_IDS = 10_000;

    private record Sent(long lsn, List<String> ids) {}

    private final ArrayDeque<Sent> window = new ArrayDeque<>();
    private final Set<String> ids = new HashSet<>();
    private boolean exclusive;

    /** Whether that record was sent already: sending it again is always allowed, as all in the window commute. */
    public boolean holds(long lsn) {
        for (Iterator<Sent> latest = window.descendingIterator(); latest.hasNext(); ) {
            long sent = latest.next().lsn;
            if (sent <= lsn) {
                return sent == lsn;
            }
        }
        return false;
    }

    /** Whether the record may be sent now; if not, the cursor must be made durable first. */
    public boolean admits(Footprint footprint) {
        if (window.isEmpty()) {
            return true;
        }
        if (exclusive || ids.size() > MAX_IDS) {
            return false;
        }
        return switch (footprint) {
            case Footprint.Everything everything -> false;
            case Footprint.Ids named -> {
                for (String id : named.ids()) {
                    if (ids.contains(id)) {
                        yield false;
                    }
                }
                yield true;
            }
        };
    }

    /** The record is about to be sent. Sending the same one again changes nothing. */
    public void sending(long lsn, Footprint footprint) {
        if (holds(lsn)) {
            return;
        }
        switch (footprint) {
            case Footprint.Everything everything -> {
                exclusive = true;
                window.add(new Sent(lsn, List.of()));
            }
            case Footprint.Ids named -> {
                ids.addAll(named.ids());
                window.add(new Sent(lsn, named.ids()));
            }
        }
    }

    /** The cursor is durable up to {@code lsn}. */
    public void durable(long lsn) {
        for (Sent first = window.peek(); first != null && first.lsn <= lsn; first = window.peek()) {
            window.poll();
            // Ids are disjoint within a window, so each belongs to one record only.
            first.ids.forEach(ids::remove);
        }
        if (window.isEmpty()) {
            exclusive = false;
        }
    }
}
