package org.chromaproxy.drill.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Every state of one collection, each from the LSN of the record that made it. Deleting it is a record of another lane:
 * writes that stand after it in the log may still be executed before it, so the states go on as if it had not been.
 */
public final class Timeline {
    private final List<Version> versions = new ArrayList<>();
    private long deletedAt;

    /** A state, valid from that LSN on. */
    public record Version(long lsn, CollectionState state) {}

    Timeline(long lsn, CollectionState created) {
        versions.add(new Version(lsn, created));
    }

    void add(long lsn, CollectionState state) {
        versions.add(new Version(lsn, state));
    }

    void delete(long lsn) {
        deletedAt = lsn;
    }

    /** The LSN of the record that deleted it; 0 while it lives. */
    public long deletedAt() {
        return deletedAt;
    }

    public CollectionState last() {
        return versions.getLast().state();
    }

    public long createdAt() {
        return versions.getFirst().lsn();
    }

    /** The states at every position between two LSNs, both included: the one valid at {@code from}, and all after. */
    public List<Version> between(long from, long to) {
        int first = 0;
        while (first + 1 < versions.size() && versions.get(first + 1).lsn() <= from) {
            first++;
        }
        int end = first + 1;
        while (end < versions.size() && versions.get(end).lsn() <= to) {
            end++;
        }
        return versions.subList(first, end);
    }
}
