package org.chromaproxy.http;

/**
 * What one connection holds of requests' heads, in bytes of heap, reserved in steps; the head of a usual request is part of
 * what a connection costs. Confined to the connection's event loop.
 */
final class HeadCharge {
    /** Not reserved: some eight fields of a usual length. */
    private static final int FREE = 1_536;

    private static final int STEP = 2 << 10;
    /** What a field takes beside its characters, measured: its entry, two strings, two arrays. */
    private static final int FIELD = 112;

    /** Fails a head for which there is no memory. */
    static final class Exhausted extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        Exhausted() {
            super("the memory for heads is used up", null);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final HeadMemory memory;
    private int fields;
    private int longest;
    private int reserved;

    HeadCharge(HeadMemory memory) {
        this.memory = memory;
    }

    /** A field comes. */
    void field(int length) {
        fields += FIELD + length;
        longest = Math.max(longest, length);
        if (!holds(0)) {
            throw new Exhausted();
        }
    }

    /**
     * Whether there is memory for the present head's fields and for more; then it is reserved.
     *
     * @param waiting bytes that have come and are not decoded
     */
    boolean holds(int waiting) {
        int needed = fields + waiting - FREE - reserved;
        if (needed <= 0) {
            return true;
        }
        int step = Math.max(needed, STEP);
        if (!memory.reserve(step)) {
            return false;
        }
        reserved += step;
        return true;
    }

    /** The head is not held any more. The decoder keeps a buffer as long as the longest line it has seen. */
    void ended() {
        fields = longest > FREE ? longest : 0;
        if (reserved > 0) {
            int kept = Math.min(reserved, Math.max(0, fields - FREE));
            memory.release(reserved - kept);
            reserved = kept;
        }
    }

    /** The connection has ended. */
    void close() {
        memory.release(reserved);
        reserved = 0;
        fields = 0;
        longest = 0;
    }
}
