package org.chromaproxy.scan;

import java.util.List;

/** The records of its collection that a write can touch. */
public sealed interface Footprint {
    /**
     * Only these.
     *
     * @param ids as the body lists them, duplicates included; empty if the write touches none
     */
    record Ids(List<String> ids) implements Footprint {
        public Ids {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Possibly every record: the write conflicts with all others.
     *
     * @param reason why, in a few words, for the logs; never holds the client's data
     */
    record Everything(String reason) implements Footprint {}
}
