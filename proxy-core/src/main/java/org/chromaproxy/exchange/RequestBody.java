package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;

/** Takes one request's body as it arrives, on the connection's loop. It asks for each piece by {@link Exchange#more}. */
public interface RequestBody {
    /** A piece of the body; the receiver now owns the buffer. */
    void content(ByteBuf content);

    /** The body is complete. */
    void complete();

    /** The client left, stalled, or broke its framing: there will be no more, and no answer is read. */
    void gone();

    /** Whether it waits for the client now: one that pauses too long then has stalled. */
    boolean reading();

    /** Whether others wait for the memory it holds: then it has to come faster. */
    default boolean contended() {
        return false;
    }

    /** How many bytes may be read of it at once: the memory for them is reserved. */
    default int room() {
        return Integer.MAX_VALUE;
    }

    /** The client's socket can or cannot take more of the response now. */
    void writabilityChanged(boolean writable);
}
