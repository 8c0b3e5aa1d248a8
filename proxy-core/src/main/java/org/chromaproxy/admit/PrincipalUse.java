package org.chromaproxy.admit;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one principal uses now, and may use. What is taken is given back by whoever took it. Thread-safe, never waits. */
public final class PrincipalUse {
    private static final Logger LOG = LoggerFactory.getLogger(PrincipalUse.class);
    /** Time after which one more write may be given up. */
    private static final long DEAD_LETTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final boolean token;
    private final LongSupplier nanos;
    private volatile PrincipalLimits defaults;
    private volatile Map<PrincipalLimit, Long> overrides = Map.of();
    private volatile PrincipalLimits limits;
    private final Places requests = new Places(PrincipalLimit.REQUESTS, Optional.of(PrincipalLimit.QUEUE));
    private final Places lists = new Places(PrincipalLimit.LISTS, Optional.empty());
    private final AtomicLong pending = new AtomicLong();
    private final LoggedBytes logged = new LoggedBytes();
    private final AtomicLong collected = new AtomicLong();
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicInteger waits = new AtomicInteger();
    private final AtomicInteger creating = new AtomicInteger();
    private final Map<PrincipalLimit, LongAdder> refused = new EnumMap<>(PrincipalLimit.class);
    private final AtomicLong deadLetters = new AtomicLong();
    /** Dead letters that are not worn off yet at {@link #countedAt}; both guarded by this. */
    private double counted;

    private long countedAt;
    private boolean told;

    PrincipalUse(String name, boolean token, PrincipalLimits limits, LongSupplier nanos) {
        this.name = name;
        this.token = token;
        this.defaults = limits;
        this.limits = limits;
        this.nanos = nanos;
        this.countedAt = nanos.getAsLong();
        for (PrincipalLimit limit : PrincipalLimit.values()) {
            refused.put(limit, new LongAdder());
        }
    }

    /** Of somebody who may use everything. */
    public static PrincipalUse unbounded() {
        return new PrincipalUse("", false, PrincipalLimits.NONE, System::nanoTime);
    }

    /** Takes up other limits, if they are others. */
    void take(PrincipalLimits standard, Map<PrincipalLimit, Long> own) {
        if (!defaults.equals(standard) || !overrides.equals(own)) {
            defaults = standard;
            overrides = own;
            limits = standard.with(own);
        }
    }

    /** The token's name, or the address. */
    public String name() {
        return name;
    }

    /** Whether it is a token. */
    public boolean token() {
        return token;
    }

    public PrincipalLimits limits() {
        return limits;
    }

    /** Of all its requests. */
    Places requests() {
        return requests;
    }

    /** Of those among them that are lists. */
    Places lists() {
        return lists;
    }

    /** How many of its requests, or of one sort of them, are under way and wait for their turn. */
    final class Places {
        private final PrincipalLimit limit;
        private final Optional<PrincipalLimit> line;
        private final AtomicInteger active = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();

        /**
         * @param limit what bounds those under way
         * @param line what bounds those that wait; empty if nothing but the line's own length does
         */
        private Places(PrincipalLimit limit, Optional<PrincipalLimit> line) {
            this.limit = limit;
            this.line = line;
        }

        /** Takes a place for a request; false if it has as many as it may. */
        boolean enter() {
            if (limits.exceeded(limit, active.incrementAndGet())) {
                active.decrementAndGet();
                return false;
            }
            return true;
        }

        /** Whether it has as many, under way or waiting, as it may. */
        boolean full() {
            return limits.exceeded(limit, active.get() + 1L)
                    || line.filter(queue -> limits.exceeded(queue, waiting.get() + 1L))
                            .isPresent();
        }

        void leave() {
            active.decrementAndGet();
        }

        /** Takes a place in the line; false, and counted as refused, if it has as many as it may. */
        boolean queue() {
            int now = waiting.incrementAndGet();
            if (line.filter(queue -> limits.exceeded(queue, now)).isPresent()) {
                waiting.decrementAndGet();
                return refuse(line.get());
            }
            return true;
        }

        void unqueue() {
            waiting.decrementAndGet();
        }

        /** Another got its place in the line. */
        void displaced() {
            refuse(line.orElse(limit));
        }

        int active() {
            return active.get();
        }

        int waiting() {
            return waiting.get();
        }

        /** Whether it has a bound of its own. */
        boolean bounded() {
            return limits.of(limit) > 0;
        }

        boolean idle() {
            return active.get() == 0 && waiting.get() == 0;
        }
    }

    /** Takes a place for a held request; false, and counted as refused, if it has as many as it may. */
    public boolean hold() {
        return taken(PrincipalLimit.WAITS, waits, 1);
    }

    public void release() {
        waits.decrementAndGet();
    }

    /** Counts bytes of servers' answers that are held for it; false if these are more than one may have. */
    public boolean collect(long bytes, long most) {
        if (collected.addAndGet(bytes) > most) {
            collected.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** They are held no more. */
    public void collected(long bytes) {
        collected.addAndGet(-bytes);
    }

    /** Counts a write that is to be logged; false, and counted as refused, if too much waits. One by itself may be larger. */
    public boolean pend(long bytes) {
        long before = pending.getAndAdd(bytes);
        if (before > 0 && limits.exceeded(PrincipalLimit.PENDING, before + bytes)) {
            pending.addAndGet(-bytes);
            return refuse(PrincipalLimit.PENDING);
        }
        return true;
    }

    /** Its outcome is known, or it was not logged. */
    public void settle(long bytes) {
        pending.addAndGet(-bytes);
    }

    /**
     * Whether a write of so many bytes may be logged beside those of it that some server has not applied; counted as refused
     * if not. One by itself may be larger.
     */
    public boolean hasRoomInLog(long bytes) {
        long used = logged.bytes();
        return used == 0 || !limits.exceeded(PrincipalLimit.LOG, used + bytes) || refuse(PrincipalLimit.LOG);
    }

    /** A write of it is in the log. */
    public void logged(long lsn, long bytes) {
        logged.add(lsn, bytes, limits.of(PrincipalLimit.LOG));
    }

    /** Every server has applied all that is in the log up to there. */
    public void passed(long lsn) {
        logged.passed(lsn);
    }

    /** Whether a write of so many records is permitted; counted as refused if not. */
    public boolean permits(PrincipalLimit limit, long amount) {
        return !limits.exceeded(limit, amount) || refuse(limit);
    }

    /** A create of a collection begins; {@link #created} follows. Returns how many of its creates are under way, it included. */
    public int create() {
        return creating.incrementAndGet();
    }

    public void created() {
        creating.decrementAndGet();
    }

    /** A write of it is suspected to be one that no server can execute. */
    public void suspect() {
        faults.incrementAndGet();
    }

    /** One of those is through. */
    public void cleared() {
        faults.decrementAndGet();
    }

    /** Whether so many of its writes are suspected that others have to wait; counted as refused if so. */
    public boolean suspended() {
        int now = faults.get();
        long most = limits.of(PrincipalLimit.FAULTS);
        return most > 0 && now >= most && !refuse(PrincipalLimit.FAULTS);
    }

    /** A write of it was given up, which counts for so many. */
    public void deadLetter(int weight) {
        deadLetters.incrementAndGet();
        boolean begins;
        synchronized (this) {
            wearOff();
            counted += weight;
            begins = !told && spent();
            told |= begins;
        }
        if (begins) {
            LOG.warn(
                    "{} {} has had {} writes given up lately: its further writes are refused until that is worn off, one in {} s",
                    token ? "token" : "the client at",
                    name,
                    limits.of(PrincipalLimit.DEAD_LETTERS),
                    TimeUnit.NANOSECONDS.toSeconds(DEAD_LETTER_NANOS));
        }
    }

    /** Whether so many of its writes were given up lately that it may make none for a while; counted as refused if so. */
    public boolean barred() {
        if (deadLetters.get() == 0) {
            return false;
        }
        synchronized (this) {
            wearOff();
            told &= spent();
            return spent() && !refuse(PrincipalLimit.DEAD_LETTERS);
        }
    }

    private void wearOff() {
        long now = nanos.getAsLong();
        counted = Math.max(0, counted - (double) (now - countedAt) / DEAD_LETTER_NANOS);
        countedAt = now;
    }

    private boolean spent() {
        long most = limits.of(PrincipalLimit.DEAD_LETTERS);
        return most > 0 && counted > most - 1;
    }

    /** Counts a refusal; false. */
    private boolean refuse(PrincipalLimit limit) {
        Objects.requireNonNull(refused.get(limit)).increment();
        return false;
    }

    private boolean taken(PrincipalLimit limit, AtomicInteger count, int more) {
        if (limits.exceeded(limit, count.addAndGet(more))) {
            count.addAndGet(-more);
            return refuse(limit);
        }
        return true;
    }

    /** How much of that it uses now; of {@link PrincipalLimit#DEAD_LETTERS} all there were. */
    public long used(PrincipalLimit limit) {
        return switch (limit) {
            case REQUESTS -> requests.active();
            case QUEUE -> requests.waiting();
            case LISTS -> lists.active();
            case PENDING -> pending.get();
            case LOG -> logged.bytes();
            case FAULTS -> faults.get();
            case DEAD_LETTERS -> deadLetters.get();
            case WAITS -> waits.get();
            case COLLECTIONS -> creating.get();
            case RECORDS, DOCUMENT, RESULTS -> 0;
        };
    }

    /** How often it was refused for that. */
    public long refused(PrincipalLimit limit) {
        return Objects.requireNonNull(refused.get(limit)).sum();
    }

    /** Whether nothing is lost if it is forgotten. */
    boolean idle() {
        boolean still = requests.idle()
                && lists.idle()
                && pending.get() == 0
                && logged.bytes() == 0
                && collected.get() == 0
                && faults.get() == 0
                && waits.get() == 0
                && creating.get() == 0;
        synchronized (this) {
            wearOff();
            return still && counted <= 0;
        }
    }

    boolean visible() {
        return weight() > 0;
    }

    long weight() {
        long all = 0;
        for (PrincipalLimit limit : PrincipalLimit.values()) {
            all += Math.min(used(limit), 1L << 40) + refused(limit);
        }
        return all;
    }
}
