package org.chromaproxy.exchange;

import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryShare;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.upstream.AnswerMemory;

/**
 * What one exchange holds of servers' answers until its client's answer is made of them: reserved before it is held. One
 * principal has seven eighths of the share at most. Confined to the exchange's event loop.
 */
public final class Collected {
    private static final int EIGHTHS = 8;

    private final MemoryShare share;
    private final PrincipalUse use;
    private final long mostOfOne;
    private long held;
    private boolean closed;
    private boolean refused;
    private boolean ownBound;

    public Collected(MemoryBudget memory, PrincipalUse use) {
        this.share = memory.of(MemoryBudget.Kind.COLLECTED);
        this.use = use;
        this.mostOfOne = share.limit() / EIGHTHS * (EIGHTHS - 1);
    }

    /** Whether there are so many bytes more; then they are taken. */
    public boolean reserve(long bytes) {
        if (closed) {
            return false;
        }
        if (!use.collect(bytes, mostOfOne)) {
            refused = true;
            ownBound = true;
            return false;
        }
        if (!share.tryReserve(bytes)) {
            use.collected(bytes);
            refused = true;
            return false;
        }
        held += bytes;
        return true;
    }

    /** Gives bytes back; nothing is left to give back once it is closed. */
    public void release(long bytes) {
        if (!closed) {
            held -= bytes;
            use.collected(bytes);
            share.release(bytes);
        }
    }

    /** Nothing is held any more, nor will be. May be called again. */
    public void close() {
        release(held);
        closed = true;
    }

    /** Whether something could not be reserved. */
    public boolean refused() {
        return refused;
    }

    /** Why: its principal holds as much as it may, or all together do. */
    public ProxyError refusal() {
        return ownBound ? ProxyError.PRINCIPAL_ANSWER_MEMORY : ProxyError.OUT_OF_ANSWER_MEMORY;
    }

    /** All that one principal may hold. */
    public long mostOfOne() {
        return mostOfOne;
    }

    /** The same account for one answer of a server, which may have so many bytes. */
    public AnswerMemory answer(int most) {
        return new AnswerMemory() {
            @Override
            public boolean reserve(int bytes) {
                return Collected.this.reserve(bytes);
            }

            @Override
            public void release(int bytes) {
                Collected.this.release(bytes);
            }

            @Override
            public int most() {
                return most;
            }
        };
    }
}
