package org.chromaproxy.simulation;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The greatest LSN that was known at each moment; it is told in the order of the moments. */
final class Furthest {
    static final Furthest NONE = new Furthest();

    private final NavigableMap<Long, Long> known = new TreeMap<>();

    /** At that moment, which is not before the last one that was told. */
    void add(long nanos, long lsn) {
        known.put(nanos, Math.max(lsn, at(nanos)));
    }

    /** What was known then, that moment included; 0 for nothing. */
    long at(long nanos) {
        Map.Entry<Long, Long> last = known.floorEntry(nanos);
        return last == null ? 0 : last.getValue();
    }
}
