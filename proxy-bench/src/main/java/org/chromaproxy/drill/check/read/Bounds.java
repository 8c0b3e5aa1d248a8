package org.chromaproxy.drill.check.read;

import java.util.ArrayList;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.chromaproxy.drill.history.Operation;

/** Between which LSNs of one collection a read of a given time must lie. Filled, made ready, then asked in order. */
final class Bounds {
    /** Time → the highest LSN acknowledged by then. */
    private final NavigableMap<Long, Long> acknowledged = new TreeMap<>();
    /** Time → the lowest LSN of all that began then or later. */
    private final NavigableMap<Long, Long> begun = new TreeMap<>();
    /** Time → the highest LSN a read ended by then has shown. */
    private final NavigableMap<Long, Long> seen = new TreeMap<>();

    void write(Operation write, long lsn) {
        begun.merge(write.begin(), lsn, Math::min);
        write.acknowledged().ifPresent(told -> acknowledged.merge(told.end(), lsn, Math::max));
    }

    Bounds ready() {
        long highest = 0;
        for (Long time : new ArrayList<>(acknowledged.keySet())) {
            highest = Math.max(highest, acknowledged.getOrDefault(time, 0L));
            acknowledged.put(time, highest);
        }
        long lowest = Long.MAX_VALUE;
        var backwards = new ArrayList<>(begun.keySet());
        Collections.reverse(backwards);
        for (Long time : backwards) {
            lowest = Math.min(lowest, begun.getOrDefault(time, Long.MAX_VALUE));
            begun.put(time, lowest);
        }
        return this;
    }

    /** The earliest position for a read that began then. */
    long lowest(long begin) {
        var told = acknowledged.lowerEntry(begin);
        var shown = seen.lowerEntry(begin);
        return Math.max(told == null ? 0 : told.getValue(), shown == null ? 0 : shown.getValue());
    }

    /** The latest position for a read that ended then. */
    long highest(long end) {
        var later = begun.higherEntry(end);
        return later == null ? Long.MAX_VALUE : later.getValue() - 1;
    }

    /** A read that ended then showed that position; called in the order reads end. */
    void seen(long end, long lsn) {
        var before = seen.floorEntry(end);
        seen.put(end, Math.max(lsn, before == null ? 0 : before.getValue()));
    }
}
