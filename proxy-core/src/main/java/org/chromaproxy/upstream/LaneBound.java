package org.chromaproxy.upstream;

/**
 * How many connections to one instance lanes and copies have between them, over all event loops. Writes have most of them; a quarter
 * is for what lanes ask beside their writes and for copies, so that neither waits for the other; one is the catalog's.
 *
 * @param connections at least {@link #LEAST}
 */
public record LaneBound(int connections) {
    static final int LEAST = 8;
    public static final LaneBound DEFAULT = new LaneBound(64);

    public LaneBound {
        if (connections < LEAST) {
            throw new IllegalArgumentException(connections + " connections, and at least " + LEAST + " are needed");
        }
    }

    /** Writes under way at once, those of the catalog left out. */
    public int writes() {
        return connections - questions() - 1;
    }

    /** Other requests under way at once. */
    int questions() {
        return connections / 4;
    }
}
