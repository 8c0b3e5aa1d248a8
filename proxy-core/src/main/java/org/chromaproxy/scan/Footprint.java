package org.chromaproxy.scan;

import java.util.List;

/** The records of its collection that a write can touch. */
public sealed interface Footprint {
    /** How many ids the body lists, duplicates included; 0 if it lists none that could be read. */
    int records();

    /**
     * Only these.
     *
     * @param ids as the body lists them, duplicates included; empty if the write touches none
     */
    record Ids(List<String> ids) implements Footprint {
        public Ids {
            ids = List.copyOf(ids);
        }

        @Override
        public int records() {
            return ids.size();
        }
    }

    /**
     * Possibly every record: the write conflicts with all others.
     *
     * @param reason why, in a few words, for the logs; never holds the client's data
     */
    record Everything(String reason, int records) implements Footprint {
        /** With no ids that could be read. */
        public Everything(String reason) {
            this(reason, 0);
        }
    }
}
