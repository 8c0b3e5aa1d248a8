package org.chromaproxy.tls;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the handshakes of one side, and tells of those that fail: of each sort once in ten seconds. Thread-safe. */
public final class Handshakes {
    private static final Logger LOG = LoggerFactory.getLogger(Handshakes.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, Told> told = new ConcurrentHashMap<>();

    Handshakes() {}

    /**
     * One failure.
     *
     * @param atNanos when its sort was last told
     * @param skipped how many were not told: since then, or, if this one is told, before it
     * @param now whether it is told
     */
    record Told(long atNanos, int skipped, boolean now) {
        Told next(long nanos) {
            int since = now ? 0 : skipped;
            return nanos - atNanos < PAUSE_NANOS ? new Told(atNanos, since + 1, false) : new Told(nanos, since, true);
        }
    }

    void completed() {
        completed.increment();
    }

    /** @param sort one of few: each is remembered */
    void failed(String sort, Supplier<String> words) {
        failed.increment();
        long now = System.nanoTime();
        Told then = told.compute(sort, (any, before) -> before == null ? new Told(now, 0, true) : before.next(now));
        if (then.now()) {
            String others = then.skipped() == 0 ? "" : " (and " + then.skipped() + " more failed since the last told)";
            LOG.warn("{}{}", words.get(), others);
        }
    }

    /** Since the start. */
    public long allCompleted() {
        return completed.sum();
    }

    /** Since the start; those that were left before anything was wrong do not count. */
    public long allFailed() {
        return failed.sum();
    }
}
