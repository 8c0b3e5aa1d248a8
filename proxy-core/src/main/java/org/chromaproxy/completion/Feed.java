package org.chromaproxy.completion;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.completion.Identity.Sampling;
import org.chromaproxy.http.ForwardedHeaders.Client;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.RouteKind;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries ended exchanges from the event loops to the observers. Event loops never wait: what finds the queue full is
 * dropped, and counted. The reader looks a hundred times a second instead of being woken, which would cost the loops a
 * system call.
 */
public final class Feed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    /** A few MB at most; at 20,000 requests a second, a fifth of a second. */
    private static final int CAPACITY = 4_096;

    private static final int BATCH = 512;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long CLOSE_MS = 3_000;

    private final List<Observer> observers;
    private final Sampling sampling;
    private final Counts counts;
    private final MpscArrayQueue<Noted> queue = new MpscArrayQueue<>(CAPACITY);
    private final @Nullable Thread reader;
    private volatile boolean stopping;
    private long reported;
    private long reportedAt = System.nanoTime() - REPORT_NANOS;

    /** What became of what could not be told. Thread-safe. */
    public record Counts(LongAdder dropped, LongAdder spansExported, LongAdder spansDropped) {
        public Counts() {
            this(new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    private Feed(List<Observer> observers, Sampling sampling, Counts counts) {
        this.observers = observers;
        this.sampling = sampling;
        this.counts = counts;
        this.reader = observers.isEmpty()
                ? null
                : Thread.ofPlatform().name("observe").daemon().start(this::read);
    }

    /** One that tells nobody. */
    public static Feed none() {
        return new Feed(List.of(), Sampling.OFF, new Counts());
    }

    /** One that tells these; it closes them. */
    public static Feed to(List<Observer> observers, Sampling sampling, Counts counts) {
        return new Feed(List.copyOf(observers), sampling, counts);
    }

    /** Whether there is anybody to tell. */
    public boolean watched() {
        return reader != null;
    }

    /**
     * An exchange begins.
     *
     * @param uri its query is not kept
     * @param traceparent the client's; empty if there is none, or several
     * @return where to note what becomes of it; {@link Trail#NONE} with nobody to tell
     */
    public Trail begin(Client client, String method, String uri, RouteKind kind, CharSequence traceparent) {
        if (!watched()) {
            return Trail.NONE;
        }
        String route = kind.name().toLowerCase(Locale.ROOT);
        return new Noted(Origin.of(client, method, uri, route, traceparent), sampling);
    }

    /** It has ended: told once, whatever is told after that. */
    public void tell(Trail trail, Ending ending) {
        if (trail instanceof Noted noted && noted.ended(ending) && !queue.relaxedOffer(noted)) {
            counts.dropped().increment();
        }
    }

    /** A request was refused before it could become an exchange. */
    public void refused(Client client, ProxyError error) {
        if (watched()) {
            Noted noted = new Noted(Origin.of(client, "", "", "none", ""), sampling);
            noted.refused(error);
            tell(noted, Ending.REFUSED);
        }
    }

    public Counts counts() {
        return counts;
    }

    private void read() {
        while (!stopping || !queue.isEmpty()) {
            int told = queue.drain(this::each, BATCH);
            observers.forEach(observer -> safely(observer::flush));
            report();
            if (told == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        observers.forEach(observer -> safely(observer::close));
    }

    private void each(Noted noted) {
        for (Observer observer : observers) {
            safely(() -> observer.completed(noted));
        }
    }

    /** An observer that fails costs its own lines only. */
    private void safely(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            counts.dropped().increment();
            LOG.debug("an observer failed", e);
        }
    }

    private void report() {
        long dropped = counts.dropped().sum();
        if (dropped > reported && System.nanoTime() - reportedAt > REPORT_NANOS) {
            LOG.warn(
                    "{} exchanges are missing in the access log and in traces: they ended faster than they could be"
                            + " written",
                    dropped - reported);
            reported = dropped;
            reportedAt = System.nanoTime();
        }
    }

    /** Tells what has ended until now, for a bounded time, and stops. */
    @Override
    public void close() {
        stopping = true;
        Thread running = reader;
        if (running != null) {
            LockSupport.unpark(running);
            try {
                running.join(CLOSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
