package org.chromaproxy.drill.net;

import java.time.Duration;

/** What a link does with its connections. */
public sealed interface LinkMode {
    /** Whether connections can be made at all; else they are refused. */
    default boolean listens() {
        return true;
    }

    /** Whether new connections are made; else connecting hangs. */
    default boolean accepts() {
        return true;
    }

    /** Whether bytes go on: {@code up} is towards the server. */
    default boolean passes(boolean up) {
        return true;
    }

    /** How long bytes are under way, ns. */
    default long delayNanos() {
        return 0;
    }

    /** Bytes per second in each direction of each connection. */
    default int bytesPerSecond() {
        return Integer.MAX_VALUE;
    }

    /** As if it were not there. */
    record Pass() implements LinkMode {}

    /** A long way, or a narrow one. */
    record Slow(Duration delay, int bytesPerSecond) implements LinkMode {
        @Override
        public long delayNanos() {
            return delay.toNanos();
        }
    }

    /**
     * Bytes vanish, connections stay, connecting hangs. What was sent meanwhile arrives after healing, as a kernel
     * retransmits it, also when the sender has closed the connection in order; not when the sender has reset it (as
     * {@code SO_LINGER 0} does), which empties a kernel's queue.
     *
     * @param requests whether bytes towards the server vanish
     * @param answers whether bytes from the server vanish
     * @param late also what was sent on connections reset meanwhile arrives, at the moment of healing: packets that were
     *     under way in the network itself, out of the sender's reach. Real ones may be late by any time; these are late
     *     by no more than the hole lasts, and come no later than the first new connection.
     */
    record BlackHole(boolean requests, boolean answers, boolean late) implements LinkMode {
        @Override
        public boolean accepts() {
            return false;
        }

        @Override
        public boolean passes(boolean up) {
            return up ? !requests : !answers;
        }
    }

    /**
     * The server's end of each present connection is gone, and the client's end not told: what it sends vanishes. New
     * connections are well. Healing tells the others, with a reset.
     */
    record HalfOpen() implements LinkMode {}

    /** As when nobody listens: connections are reset, new ones refused. */
    record Refuse() implements LinkMode {
        @Override
        public boolean listens() {
            return false;
        }
    }

    /** Resets every n-th connection that gets to the point. */
    record Cut(CutPoint point, int every) implements LinkMode {}
}
