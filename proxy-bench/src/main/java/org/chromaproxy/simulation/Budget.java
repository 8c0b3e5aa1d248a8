package org.chromaproxy.simulation;

/**
 * How many calls a changed world may make: one that goes round and round within a single event would never end. Called at the beginning
 * of each method of {@code lane} there; each such world has a class of its own. It also tells whether what was changed is ever called.
 */
public final class Budget {
    /** A hundred times what a long history needs. */
    private static final long MOST = 1_000_000_000;

    private static long spent;
    private static boolean met;

    private Budget() {}

    /** It is spent. */
    static final class Spent extends Error {
        private static final long serialVersionUID = 1L;

        Spent() {
            super("it goes round and round", null, false, false);
        }
    }

    /** One more call. */
    public static void spend() {
        spent++;
        if (spent > MOST) {
            throw new Spent();
        }
    }

    /** The method that was changed is called. */
    public static void meet() {
        met = true;
    }

    /** Whether it ever was. */
    static boolean met() {
        return met;
    }

    /** A history begins. */
    static void renew() {
        spent = 0;
    }
}
