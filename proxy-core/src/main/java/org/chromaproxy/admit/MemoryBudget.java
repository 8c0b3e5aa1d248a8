package org.chromaproxy.admit;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The one account of what clients make the proxy hold: each kind has a share, and is reserved before it is held. Thread-safe.
 *
 * <p>Shares are fixed, so that no kind can starve another: connections that ask nothing take no memory of bodies, and large
 * bodies none of small ones.
 */
public final class MemoryBudget {
    /** What is held. */
    public enum Kind {
        /** Open connections. */
        CONNECTIONS,
        /** Heads that are larger than usual, and what was sent ahead. */
        HEADS,
        /** Bodies up to 1 MiB. */
        SMALL_BODIES,
        /** Larger ones; each is granted whole. */
        LARGE_BODIES,
        /** Answers that wait for their clients to take them. */
        ANSWERS,
        /** Answers of servers that a client's answer is made of. */
        COLLECTED;

        /** In {@code /status} and metrics. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Kind, MemoryShare> shares = new EnumMap<>(Kind.class);

    private final ConnectionBound connections;
    private final UntakenAnswers answers;
    private final LongAdder exhausted = new LongAdder();

    /**
     * @param limits bytes; a kind that is missing has none
     * @param connections their places
     */
    public MemoryBudget(Map<Kind, Long> limits, ConnectionBound connections) {
        this.connections = connections;
        for (Kind kind : Kind.values()) {
            shares.put(kind, new MemoryShare(limits.getOrDefault(kind, 0L)));
        }
        answers = new UntakenAnswers(of(Kind.ANSWERS));
    }

    /** So many bytes of every kind, and a thousand connections. */
    public static MemoryBudget ofEach(long bytes) {
        Map<Kind, Long> limits = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            limits.put(kind, bytes);
        }
        return new MemoryBudget(limits, new ConnectionBound(1_000, System::nanoTime));
    }

    /** The places of connections. */
    public ConnectionBound connections() {
        return connections;
    }

    /** Answers that wait for their clients, by connection. */
    public UntakenAnswers answers() {
        return answers;
    }

    public MemoryShare of(Kind kind) {
        MemoryShare share = shares.get(kind);
        if (share == null) {
            throw new IllegalStateException("no share of " + kind);
        }
        return share;
    }

    private MemoryShare small() {
        return of(Kind.SMALL_BODIES);
    }

    private MemoryShare large() {
        return of(Kind.LARGE_BODIES);
    }

    /** A connection was closed because the JVM had no memory for it, whatever the account says. */
    public void countExhausted() {
        exhausted.increment();
    }

    /** How often that was. */
    public long exhausted() {
        return exhausted.sum();
    }

    /** Bytes of request bodies in memory. */
    public long bodiesUsed() {
        return small().used() + large().used();
    }

    /** What they may take. */
    public long bodiesLimit() {
        return small().limit() + large().limit();
    }

    /** How often a request had to wait for memory for its body. */
    public long bodyWaits() {
        return small().waits() + large().waits();
    }
}
