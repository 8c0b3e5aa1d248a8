package org.chromaproxy.config;

import java.util.Optional;

/**
 * What {@code MAX_MEMORY_MB} is divided into, in one place: the launcher gives the JVM the first two parts
 * ({@code MemoryPlanTest} compares), the rest are parts of the heap. The JVM has {@link #JVM_MB} of its own, however much there is;
 * what is left of the whole is {@link #divided}. docs/memory.md says how all were measured.
 *
 * @param maxMemoryMb the whole process, in MiB
 * @param maxBody largest body of a write, in bytes
 * @param tls whether clients speak TLS
 */
public record MemoryPlan(int maxMemoryMb, int maxBody, boolean tls) {
    /** What the JVM has resident beside heap and buffers once everything was loaded and compiled, in MiB. */
    static final int JVM_MB = 134;

    /** The least there may be, in MiB: with less the JVM's own part leaves too little to divide. */
    static final int LEAST_MB = 270;

    /** Of what is divided: {@code -Xmx}. */
    static final int HEAP_PERCENT = 60;

    /** Of what is divided: {@code -XX:MaxDirectMemorySize}. */
    static final int DIRECT_PERCENT = 13;

    /** The largest body of a write where nobody says, in MiB. */
    static final int BODY_MB = 40;

    /** Of a thousand: the largest body that may be allowed. The heap holds three: one comes, one is logged, one is sent. */
    private static final int BODY_SHARE = 110;

    /** A body up to this size is small: such bodies have a share of their own, which no large one can take. */
    static final int SMALL_BODY = 1 << 20;

    /** What a connection between two requests costs, measured, with what the heap needs beside it. */
    static final int CONNECTION_BYTES = 2_560;

    /** The same with TLS, by BoringSSL, most of it outside of the heap. */
    static final int TLS_CONNECTION_BYTES = 24 << 10;

    private static final int CONNECTIONS_SHARE = 135;
    private static final int HEADS_SHARE = 35;
    private static final int ANSWERS_SHARE = 27;
    private static final int COLLECTED_SHARE = 27;
    private static final int SMALL_BODIES_SHARE = 45;
    private static final int LARGE_BODIES_SHARE = 150;
    private static final int SHARES = 1_000;
    private static final int PERCENT = 100;
    private static final int MIB = 1 << 20;

    /** The largest body, in MiB, where nobody says: as large as fits, and {@link #BODY_MB} at most. */
    public static int defaultBodyMb(int maxMemoryMb) {
        return Math.min(BODY_MB, largestBodyMb(maxMemoryMb));
    }

    private static int largestBodyMb(int maxMemoryMb) {
        return (int) (divided(maxMemoryMb) * (long) BODY_SHARE / SHARES);
    }

    /**
     * What heap, buffers and clients have their shares of, in MiB: the whole, as long as the JVM finds its own part in what the
     * shares of heap and buffers leave; else so much less that it does.
     */
    static int divided(int maxMemoryMb) {
        return Math.min(maxMemoryMb, (maxMemoryMb - JVM_MB) * PERCENT / (HEAP_PERCENT + DIRECT_PERCENT));
    }

    /** Why the largest body does not fit, with the sum; empty if it does. */
    Optional<String> bodyProblem() {
        int bodyMb = maxBody / MIB;
        if (bodyMb <= largestBodyMb(maxMemoryMb)) {
            return Optional.empty();
        }
        int enough = maxMemoryMb;
        while (largestBodyMb(enough) < bodyMb) {
            enough++;
        }
        long clients = connections() + heads() + answers() + collected() + smallBodies();
        return Optional.of("is larger than the " + largestBodyMb(maxMemoryMb) + " that max_memory_mb (" + maxMemoryMb
                + ") has room for, so that such bodies could end the process: of " + maxMemoryMb + " MiB the heap has "
                + heapMb() + ", of these connections, heads, answers and small bodies may take " + clients / MIB
                + ", and large bodies three times the largest, " + 3L * bodyMb
                + " (one comes, one is logged, one is sent); raise max_memory_mb to " + enough
                + " or lower max_body_mb");
    }

    /** What the launcher gives the JVM for its heap, in MiB. */
    public int heapMb() {
        return divided(maxMemoryMb) * HEAP_PERCENT / PERCENT;
    }

    /** The same for buffers outside of the heap. */
    public int directMb() {
        return divided(maxMemoryMb) * DIRECT_PERCENT / PERCENT;
    }

    private long part(int share) {
        return divided(maxMemoryMb) * (long) MIB / SHARES * share;
    }

    /** What one connection is counted as, in bytes. */
    public int connectionBytes() {
        return tls ? TLS_CONNECTION_BYTES : CONNECTION_BYTES;
    }

    /** Bytes of connections. */
    long connections() {
        return part(CONNECTIONS_SHARE);
    }

    /** How many connections that is. */
    int mostConnections() {
        return (int) Math.min(Integer.MAX_VALUE, connections() / connectionBytes());
    }

    /** Bytes of requests' heads that are larger than usual, or have come in part. */
    public long heads() {
        return part(HEADS_SHARE);
    }

    /** Bytes of answers that wait for their clients. */
    public long answers() {
        return part(ANSWERS_SHARE);
    }

    /** Bytes of servers' answers that clients' answers are made of. */
    public long collected() {
        return part(COLLECTED_SHARE);
    }

    /** Bytes of bodies up to {@link #SMALL_BODY}. */
    public long smallBodies() {
        return part(SMALL_BODIES_SHARE);
    }

    /** Bytes of larger bodies: at least one of the largest. */
    public long largeBodies() {
        return Math.max(maxBody, part(LARGE_BODIES_SHARE));
    }
}
