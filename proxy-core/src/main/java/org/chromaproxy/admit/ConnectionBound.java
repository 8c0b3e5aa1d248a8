package org.chromaproxy.admit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many client connections there may be, and who gives way at the bound. Thread-safe; one short lock, taken when a
 * connection begins and ends.
 *
 * <p>Places are shared by address: where all are taken, the address with the most gives up one of its connections that is not
 * at work (between two requests, in the middle of a head, or of a body), the newest first, to an address with fewer. So
 * many connections of some addresses never keep another out. An address that is alone gives up its own, but none that is
 * younger than a second, which may be about to ask; and it never has all places, so that the next address finds some even
 * where every connection is at work.
 *
 * <p>Whoever gets no place may still ask whether the proxy lives: a few more connections are taken for that alone. Among
 * them the oldest of the address with the most gives way.
 */
public final class ConnectionBound {
    /** Connections that may ask for the probes alone. */
    public static final int PROBES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionBound.class);
    /** An address may have this part of all places, in eighths. */
    private static final int SHARE_EIGHTHS = 7;

    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** So many connections are looked at for one to give way. */
    private static final int LOOKS = 256;

    private final int limit;
    private final int share;
    private final LongSupplier nanos;
    private final Pool served = new Pool();
    private final Pool probes = new Pool();
    private final LongAdder shed = new LongAdder();
    private final LongAdder beyond = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private int peak;
    private boolean told;
    private long toldAt;

    /**
     * @param limit connections, beside those for the probes
     * @param nanos a monotonic clock
     */
    public ConnectionBound(int limit, LongSupplier nanos) {
        this.limit = limit;
        this.share = share(limit);
        this.nanos = nanos;
    }

    /** How many of so many places one address may have. */
    static int share(int limit) {
        return Math.max(1, limit / 8 * SHARE_EIGHTHS);
    }

    /** The place of one connection. */
    public final class Place {
        private final String address;
        private final Runnable giveWay;
        private final long since;
        private final boolean probesOnly;
        private volatile boolean working;
        private boolean left;

        private Place(String address, Runnable giveWay, long since, boolean probesOnly) {
            this.address = address;
            this.giveWay = giveWay;
            this.since = since;
            this.probesOnly = probesOnly;
        }

        /** Whether nothing but the probes is answered here. */
        public boolean probesOnly() {
            return probesOnly;
        }

        /** Says whether a whole request is under way; a connection that has one keeps its place. */
        public void working(boolean now) {
            working = now;
        }

        public boolean working() {
            return working;
        }

        /** The connection has ended. */
        public void leave() {
            synchronized (ConnectionBound.this) {
                forget(this);
            }
        }
    }

    /**
     * Takes a place.
     *
     * @param address the client's, or its network's
     * @param giveWay run on any thread when the place is given to another: the connection has to end
     * @return empty if there is none at all; otherwise {@link Place#leave} must follow
     */
    public Optional<Place> enter(String address, Runnable giveWay) {
        Place gone = null;
        Optional<Place> entered;
        synchronized (this) {
            long now = nanos.getAsLong();
            boolean free = served.size < limit && served.of(address) < share;
            gone = free ? null : inThePlaceOf(address, now);
            boolean probesOnly = !free && gone == null;
            if (probesOnly && probes.size >= PROBES) {
                gone = probes.heaviest().map(Group::oldest).orElse(null);
            }
            if (gone != null) {
                forget(gone);
                shed.increment();
            }
            boolean none = probesOnly && probes.size >= PROBES;
            entered = none ? Optional.empty() : Optional.of(new Place(address, giveWay, now, probesOnly));
            entered.ifPresent(place -> (probesOnly ? probes : served).add(place));
            if (none) {
                refused.increment();
            } else if (probesOnly) {
                beyond.increment();
            }
            peak = Math.max(peak, served.size);
            if (!free) {
                tell(now);
            }
        }
        if (gone != null) {
            gone.giveWay.run();
        }
        return entered;
    }

    private @Nullable Place inThePlaceOf(String address, long now) {
        Optional<Group> heaviest = served.heaviest();
        boolean another = served.size >= limit
                && heaviest.isPresent()
                && heaviest.get().places.size() > served.of(address) + 1;
        if (another) {
            return heaviest.get().newest(Long.MAX_VALUE);
        }
        Group own = served.groups.get(address);
        return own == null ? null : own.newest(now - GRACE_NANOS);
    }

    private void forget(Place place) {
        if (!place.left) {
            place.left = true;
            (place.probesOnly ? probes : served).remove(place);
        }
    }

    private void tell(long now) {
        if (!told || now - toldAt > TELL_NANOS) {
            told = true;
            toldAt = now;
            LOG.warn(
                    "all {} places for client connections are taken, or one address has its {}: connections without a"
                            + " request give way, and others beyond are answered the health probes only. Raise"
                            + " MAX_MEMORY_MB (or MAX_CONNECTIONS) if these are honest clients; /status counts them",
                    limit,
                    share);
        }
    }

    /** Of one address, in the order of their coming. */
    private static final class Group {
        private final SequencedSet<Place> places = new LinkedHashSet<>();

        /** The newest that is not at work, and came before a time; null if there is none among the newest ones. */
        @Nullable
        Place newest(long before) {
            return places.reversed().stream()
                    .limit(LOOKS)
                    .filter(place -> !place.working && (before == Long.MAX_VALUE || place.since - before < 0))
                    .findFirst()
                    .orElse(null);
        }

        @Nullable
        Place oldest() {
            return places.stream().filter(place -> !place.working).findFirst().orElse(null);
        }
    }

    private static final class Pool {
        private final Map<String, Group> groups = new HashMap<>();
        private final TreeMap<Integer, SequencedSet<Group>> bySize = new TreeMap<>(Comparator.naturalOrder());
        private int size;

        int of(String address) {
            Group group = groups.get(address);
            return group == null ? 0 : group.places.size();
        }

        Optional<Group> heaviest() {
            return Optional.ofNullable(bySize.lastEntry())
                    .map(entry -> entry.getValue().getFirst());
        }

        void add(Place place) {
            Group group = groups.computeIfAbsent(place.address, _ -> new Group());
            unrank(group);
            group.places.add(place);
            rank(group);
            size++;
        }

        void remove(Place place) {
            Group group = groups.get(place.address);
            if (group == null) {
                return;
            }
            unrank(group);
            if (group.places.remove(place)) {
                size--;
            }
            if (group.places.isEmpty()) {
                groups.remove(place.address);
            } else {
                rank(group);
            }
        }

        private void rank(Group group) {
            bySize.computeIfAbsent(group.places.size(), _ -> new LinkedHashSet<>())
                    .add(group);
        }

        private void unrank(Group group) {
            bySize.computeIfPresent(group.places.size(), (_, all) -> {
                all.remove(group);
                return all.isEmpty() ? null : all;
            });
        }
    }

    public int limit() {
        return limit;
    }

    /** How many of them one address may have. */
    public int share() {
        return share;
    }

    /** Connections that have a place. */
    public synchronized int open() {
        return served.size;
    }

    /** The most there have been. */
    public synchronized int peak() {
        return peak;
    }

    /** Connections that may ask for the probes alone. */
    public synchronized int probesOnly() {
        return probes.size;
    }

    /** How many had to give way. */
    public long shed() {
        return shed.sum();
    }

    /** How many were taken for the probes alone. */
    public long beyond() {
        return beyond.sum();
    }

    /** How many were closed at once. */
    public long refused() {
        return refused.sum();
    }
}
