package org.chromaproxy.scan;

import java.util.List;
import java.util.Set;

/** What a write can touch: records of its collection or, for one that changes the catalog, names. */
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
     * Names of the catalog. Two such writes conflict if one of them changes what the other changes or lies in.
     *
     * @param changed what it changes, as keys: paths of containers or collections, ids of collections
     * @param containers the paths of what these lie in
     */
    record Names(Set<String> changed, Set<String> containers) implements Footprint {
        public Names {
            changed = Set.copyOf(changed);
            containers = Set.copyOf(containers);
        }

        @Override
        public int records() {
            return 0;
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
