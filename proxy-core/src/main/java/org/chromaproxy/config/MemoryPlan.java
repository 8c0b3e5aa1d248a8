package org.chromaproxy.config;

import java.util.Optional;

/**
 * What {@code MAX_MEMORY_MB} is divided into, in one place: the launcher gives the JVM the first two parts
 * ({@code MemoryPlanTest} compares), the rest are parts of the heap. docs/memory.md says how they were measured.
 *
 * @param maxMemoryMb the whole process, in MiB
 * @param maxBody largest body of a write, in bytes
 * @param tls whether clients speak TLS
 */
public record MemoryPlan(int maxMemoryMb, int maxBody, boolean tls) {
    /** Of the whole: {@code -Xmx}. */
    public static final int HEAP_PERCENT = 58;

    /** Of the whole: {@code -XX:MaxDirectMemorySize}. */
    public static final int DIRECT_PERCENT = 15;

    /** The largest body of a write where nobody says, in MiB. */
    public static final int BODY_MB = 40;

    /** Of the whole: the largest body that may be allowed. The heap holds three: one comes, one is logged, one is sent. */
    private static final int BODY_PERCENT = 10;

    /** A body up to this size is small: such bodies have a share of their own, which no large one can take. */
    public static final int SMALL_BODY = 1 << 20;

    /** What a connection between two requests costs, measured, with what the heap needs beside it. */
    static final int CONNECTION_BYTES = 2_560;

    /** The same with TLS, by BoringSSL, most of it outside of the heap. */
    static final int TLS_CONNECTION_BYTES = 24 << 10;

    private static final int CONNECTIONS_PERCENT = 13;
    private static final int HEADS_PERCENT = 4;
    private static final int ANSWERS_PERCENT = 3;
    private static final int COLLECTED_PERCENT = 3;
    private static final int SMALL_BODIES_PERCENT = 5;
    private static final int LARGE_BODIES_PERCENT = 15;
    private static final int PERCENT = 100;
    private static final int MIB = 1 << 20;

    /** The largest body, in MiB, where nobody says: as large as fits, and {@link #BODY_MB} at most. */
    public static int defaultBodyMb(int maxMemoryMb) {
        return Math.min(BODY_MB, maxMemoryMb * BODY_PERCENT / PERCENT);
    }

    /** Why the largest body does not fit, with the sum; empty if it does. */
    public Optional<String> bodyProblem() {
        if (maxBody <= percent(BODY_PERCENT)) {
            return Optional.empty();
        }
        long clients = connections() + heads() + answers() + collected() + smallBodies();
        return Optional.of("is larger than a tenth of max_memory_mb (" + maxMemoryMb
                + "), so that such bodies could end the process: of " + maxMemoryMb + " MiB the heap has " + heapMb()
                + ", of these connections, heads, answers and small bodies may take " + clients / MIB
                + ", and large bodies three times the largest, " + 3L * maxBody / MIB
                + " (one comes, one is logged, one is sent); raise max_memory_mb to "
                + maxBody / MIB * PERCENT / BODY_PERCENT + " or lower max_body_mb");
    }

    /** What the launcher gives the JVM for its heap, in MiB. */
    public int heapMb() {
        return maxMemoryMb * HEAP_PERCENT / PERCENT;
    }

    /** The same for buffers outside of the heap. */
    public int directMb() {
        return maxMemoryMb * DIRECT_PERCENT / PERCENT;
    }

    private long percent(int share) {
        return (maxMemoryMb * 1024L * 1024) / PERCENT * share;
    }

    /** What one connection is counted as, in bytes. */
    public int connectionBytes() {
        return tls ? TLS_CONNECTION_BYTES : CONNECTION_BYTES;
    }

    /** Bytes of connections. */
    public long connections() {
        return percent(CONNECTIONS_PERCENT);
    }

    /** How many connections that is. */
    public int mostConnections() {
        return (int) Math.min(Integer.MAX_VALUE, connections() / connectionBytes());
    }

    /** Bytes of requests' heads that are larger than usual, or have come in part. */
    public long heads() {
        return percent(HEADS_PERCENT);
    }

    /** Bytes of answers that wait for their clients. */
    public long answers() {
        return percent(ANSWERS_PERCENT);
    }

    /** Bytes of servers' answers that clients' answers are made of. */
    public long collected() {
        return percent(COLLECTED_PERCENT);
    }

    /** Bytes of bodies up to {@link #SMALL_BODY}. */
    public long smallBodies() {
        return percent(SMALL_BODIES_PERCENT);
    }

    /** Bytes of larger bodies: at least one of the largest. */
    public long largeBodies() {
        return Math.max(maxBody, percent(LARGE_BODIES_PERCENT));
    }
}
