package org.chromaproxy.lane;

/**
 * Which bodies are so large that only one lane at a time may have one in memory. A committed large body is in the log, where
 * it waits; a lane reads it when it can send it, and drops it with the answer.
 */
public final class LargeBodies {
    /** Bytes from which a body is large: some hundred records with embeddings stay below. */
    public static final int LARGE = 4 << 20;

    private LargeBodies() {}

    /** Whether a body of so many bytes needs a turn. */
    static boolean needTurn(int bytes) {
        return bytes > LARGE;
    }
}
