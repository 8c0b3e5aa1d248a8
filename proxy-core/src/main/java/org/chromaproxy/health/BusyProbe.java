package org.chromaproxy.health;

import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.upstream.UpstreamRequest;

/**
 * Tells a server that executes a long write, or a read whose filter takes long, from a dead one. Chroma applies one write after the other, and while it deletes
 * some ten thousand records, whatever touches its database waits for seconds (seen on 1.5.9: 5.5 s). While a probe is
 * unanswered and one of them is under way there, it is asked for what touches nothing; an answer counts as any other. Confined to
 * the health checker's loop.
 */
final class BusyProbe {
    private static final String PATH = "/api/v2/heartbeat";
    private static final long TIMEOUT_MS = 1_000;
    /** A probe is usually answered sooner. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** No longer than that, and a second for each MiB it was sent: a server whose database hangs answers this, too. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MOST_SECONDS = 60;
    /** The same for a read that keeps it busy. */
    private static final long LONGEST_READ_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Instance instance;
    private final LaneIo io;
    private boolean asking;
    /** Of what was under way while probes were unanswered, the most. */
    private long bytes;

    BusyProbe(Instance instance, LaneIo io) {
        this.instance = instance;
        this.io = io;
    }

    /** @param askedSince when the first of the probes that have no usable answer was sent, by the clock */
    void look(long now, long askedSince) {
        long silent = now - askedSince;
        bytes = silent < QUIET_NANOS ? 0 : Math.max(bytes, instance.writes().bytesUnderWay());
        long longest = LONGEST_NANOS + TimeUnit.SECONDS.toNanos(Math.min(MOST_SECONDS, bytes >> 20));
        boolean reading = instance.reads().heavy();
        if (reading) {
            longest = Math.max(longest, LONGEST_READ_NANOS);
        }
        if (asking || silent < QUIET_NANOS || silent > longest || !instance.usable()) {
            return;
        }
        if (reading || instance.writes().underWay()) {
            asking = true;
            io.ask(instance, UpstreamRequest.get(PATH), TIMEOUT_MS).whenComplete((answer, error) -> asking = false);
        }
    }
}
