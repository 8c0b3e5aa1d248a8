package org.chromaproxy.admit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * How many client requests, or lists among them, may be under way and how many may wait for their turn, of all and of each
 * principal, with the counters operators read. Turns are given to principals in rotation, and to the requests of one in the order of asking. The
 * proxy's own endpoints are counted, never bounded. Thread-safe; a lock is taken only while requests wait.
 *
 * <p>A principal without a bound of its own may have all there is while it is alone. While another has a place, or may take
 * one, it gets no more than three quarters of all places; and where as many wait as may, the longest line gives its newest
 * place to a principal with a shorter one.
 */
public final class RequestBound {
    /** Of fewer places there are no shares. */
    private static final int FEW = 8;

    private final Function<PrincipalUse, PrincipalUse.Places> places;
    private volatile int limit;
    private volatile int queueLimit;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final Object lock = new Object();
    /** Who waits; guarded by {@link #lock}. */
    private final Map<PrincipalUse, Line> lines = new HashMap<>();
    /** Whose turn is next: all lines but those whose principal has as many places as it may. Guarded by {@link #lock}. */
    private final ArrayDeque<Line> rotation = new ArrayDeque<>();
    /** Those whose principal has its share, while others had places or wanted some. Guarded by {@link #lock}. */
    private final List<Line> sated = new ArrayList<>();

    private final LongAdder entered = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private final LongAdder gaveUp = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder endedInError = new LongAdder();
    private final LongAdder endedNanos = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    /** The requests of one principal that wait, in the order of asking. */
    private static final class Line {
        private final PrincipalUse use;
        private final LinkedHashSet<Waiting> waiting = new LinkedHashSet<>();
        private boolean inRotation;

        Line(PrincipalUse use) {
            this.use = use;
        }
    }

    /**
     * Of all requests.
     *
     * @param limit requests under way
     * @param queueLimit requests that wait
     */
    public RequestBound(int limit, int queueLimit) {
        this(limit, queueLimit, PrincipalUse::requests);
    }

    private RequestBound(int limit, int queueLimit, Function<PrincipalUse, PrincipalUse.Places> places) {
        this.limit = limit;
        this.queueLimit = queueLimit;
        this.places = places;
    }

    /** The same of those requests that are lists, each of which has a place among all requests already. */
    public static RequestBound ofLists(int limit, int queueLimit) {
        return new RequestBound(limit, queueLimit, PrincipalUse::lists);
    }

    /** Other bounds from now on; what is under way or waits beyond them is left to end. */
    public void change(int newLimit, int newQueueLimit) {
        limit = newLimit;
        queueLimit = newQueueLimit;
        List<Waiting> turns;
        synchronized (lock) {
            lines.values().forEach(this::rotate);
            turns = serve();
        }
        turns.forEach(Waiting::begin);
    }

    /** A request that waits for its turn. */
    public final class Waiting {
        private final PrincipalUse use;
        private final Executor loop;
        private final Runnable turn;
        private final Runnable displaced;
        /** Guarded by {@link #lock}. */
        private boolean over;

        private Waiting(PrincipalUse use, Executor loop, Runnable turn, Runnable displaced) {
            this.use = use;
            this.loop = loop;
            this.turn = turn;
            this.displaced = displaced;
        }

        /** Waits no longer; false if its turn has come already, which then has to be taken and given back. */
        public boolean giveUp() {
            synchronized (lock) {
                if (over) {
                    return false;
                }
                leaveLine();
            }
            gaveUp.increment();
            return true;
        }

        private void leaveLine() {
            over = true;
            queued.decrementAndGet();
            places.apply(use).unqueue();
            Line line = lines.get(use);
            if (line != null) {
                line.waiting.remove(this);
                if (line.waiting.isEmpty()) {
                    lines.remove(use);
                    if (line.inRotation) {
                        rotation.remove(line);
                    }
                }
            }
        }

        private void begin() {
            loop.execute(turn);
        }
    }

    /** Takes a place at once; false when there is none for that principal, or others wait for it. */
    public boolean enter(PrincipalUse use) {
        if (queued.get() > 0 && !first(use)) {
            return false;
        }
        PrincipalUse.Places of = places.apply(use);
        if (!of.enter()) {
            return false;
        }
        if (sated(use) || !take()) {
            of.leave();
            // Its place may have been wanted meanwhile.
            serve(use);
            return false;
        }
        entered.increment();
        return true;
    }

    /** Whether that principal has as many, under way or waiting, as it may. */
    public boolean full(PrincipalUse use) {
        return places.apply(use).full();
    }

    /** Whether it has, with the place it asks for, more than its share, while others have places. */
    private boolean sated(PrincipalUse use) {
        return beyondShare(use) && taken.get() >= places.apply(use).active();
    }

    private boolean beyondShare(PrincipalUse use) {
        int most = limit;
        PrincipalUse.Places of = places.apply(use);
        return most >= FEW && of.active() > most / 4L * 3 && !of.bounded();
    }

    /** Whether nobody who waits has to be served before it. */
    private boolean first(PrincipalUse use) {
        List<Waiting> turns;
        boolean first;
        synchronized (lock) {
            turns = serve();
            first = rotation.isEmpty() && !lines.containsKey(use);
        }
        turns.forEach(Waiting::begin);
        return first;
    }

    /**
     * Waits in line for a place.
     *
     * @param turn run on {@code loop} once a place is taken for it; {@link #leave} must follow
     * @param displaced run on {@code loop} instead if another principal gets its place in the line: the request is to be
     *     refused, and {@link #leave} must not be called
     * @return empty when too many wait already: the same, and neither is run
     */
    public Optional<Waiting> await(PrincipalUse use, Executor loop, Runnable turn, Runnable displaced) {
        Waiting waiting = new Waiting(use, loop, turn, displaced);
        List<Waiting> turns;
        synchronized (lock) {
            PrincipalUse.Places of = places.apply(use);
            if (!of.queue()) {
                rejected.increment();
                return Optional.empty();
            }
            if (queued.get() >= queueLimit && !displace(use)) {
                of.unqueue();
                rejected.increment();
                return Optional.empty();
            }
            queued.incrementAndGet();
            waited.increment();
            Line line = lines.computeIfAbsent(use, Line::new);
            line.waiting.add(waiting);
            rotate(line);
            turns = serve();
        }
        turns.forEach(Waiting::begin);
        return Optional.of(waiting);
    }

    /** Takes the newest place of the longest line, if that has more with one less. Under the lock. */
    private boolean displace(PrincipalUse use) {
        Line own = lines.get(use);
        int most = own == null ? 0 : own.waiting.size();
        Line longest = lines.values().stream()
                .max(Comparator.comparingInt(line -> line.waiting.size()))
                .orElse(null);
        if (queueLimit == 0 || longest == null || longest.waiting.size() <= most + 1) {
            return false;
        }
        Waiting newest = longest.waiting.getLast();
        newest.leaveLine();
        places.apply(newest.use).displaced();
        rejected.increment();
        newest.loop.execute(newest.displaced);
        return true;
    }

    /** A request to one of the proxy's own endpoints begins. */
    public void enterOwn() {
        entered.increment();
        own.incrementAndGet();
    }

    private boolean take() {
        int now = taken.get();
        while (now < limit) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    private void rotate(Line line) {
        if (!line.inRotation) {
            line.inRotation = true;
            rotation.add(line);
        }
    }

    /** Gives out the places there are; whoever gives one back does it after that. Under the lock; returns whose turn it is. */
    private List<Waiting> serve() {
        List<Waiting> turns = new ArrayList<>();
        sated.stream().filter(line -> !line.waiting.isEmpty()).forEach(this::rotate);
        sated.clear();
        for (Line line = rotation.peek(); line != null; line = rotation.peek()) {
            PrincipalUse.Places of = places.apply(line.use);
            if (!of.enter()) {
                // It comes back when one of its own ends.
                rotation.poll();
                line.inRotation = false;
            } else if (sated(line.use) || (rotation.size() > 1 && beyondShare(line.use))) {
                of.leave();
                rotation.poll();
                line.inRotation = false;
                sated.add(line);
            } else if (!take()) {
                of.leave();
                break;
            } else {
                Waiting first = line.waiting.iterator().next();
                rotation.poll();
                line.inRotation = false;
                first.leaveLine();
                if (!line.waiting.isEmpty()) {
                    rotate(line);
                }
                entered.increment();
                turns.add(first);
            }
        }
        return turns;
    }

    /**
     * Gives the place back.
     *
     * @param status what the client was told; 0 if it left before
     */
    public void leave(PrincipalUse use, int status) {
        places.apply(use).leave();
        taken.decrementAndGet();
        count(status);
        serve(use);
    }

    /** One of its places is free. */
    private void serve(PrincipalUse use) {
        if (queued.get() == 0) {
            return;
        }
        List<Waiting> turns;
        synchronized (lock) {
            Line line = lines.get(use);
            if (line != null) {
                rotate(line);
            }
            turns = serve();
        }
        turns.forEach(Waiting::begin);
    }

    /** The same for a request that was answered; {@code nanos} is how long it took. */
    public void leave(PrincipalUse use, int status, long nanos) {
        ended.increment();
        endedNanos.add(nanos);
        if (status >= 500) {
            endedInError.increment();
        }
        leave(use, status);
    }

    /** A request to one of the proxy's own endpoints ends. */
    public void leaveOwn(int status) {
        own.decrementAndGet();
        count(status);
    }

    private void count(int status) {
        if (status >= 200 && status < 500) {
            succeeded.increment();
        } else if (status >= 500) {
            failed.increment();
        }
    }

    /** A request ended because its time was over. */
    public void countTimeout() {
        timedOut.increment();
    }

    public int limit() {
        return limit;
    }

    /** Requests under way, those to the proxy's own endpoints included. */
    public int active() {
        return taken.get() + own.get();
    }

    /** Requests that wait for their turn now. */
    public int waiting() {
        return queued.get();
    }

    /** Requests that had to wait for their turn. */
    public long waited() {
        return waited.sum();
    }

    /** Requests that got a place. */
    public long entered() {
        return entered.sum();
    }

    /** All that came: those that got a place, wait for one, gave up or were refused. */
    public long total() {
        return entered.sum() + gaveUp.sum() + rejected.sum() + queued.get();
    }

    /** Client requests that were answered; those to the proxy's own endpoints are not among them. */
    public long ended() {
        return ended.sum();
    }

    /** Those of them answered with 5xx. */
    public long endedInError() {
        return endedInError.sum();
    }

    /** How long they all took, in ns. */
    public long endedNanos() {
        return endedNanos.sum();
    }

    public long succeeded() {
        return succeeded.sum();
    }

    public long failed() {
        return failed.sum();
    }

    public long timedOut() {
        return timedOut.sum();
    }

    /** Requests refused because too many waited. */
    public long rejected() {
        return rejected.sum();
    }
}
