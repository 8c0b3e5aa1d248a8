package org.chromaproxy.access.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket per client address, for the addresses seen last. When an address is forgotten because there are too many
 * of them it begins with a full bucket again: a bound on memory at the price of a bound on many addresses at once.
 * Thread-safe.
 */
public final class RateTable {
    private static final double NANOS = 1e9;
    private static final int NETWORK_GROUPS = 4;

    private final double burst;
    private final double perSecond;
    private final LongSupplier nanos;
    private final int addresses;
    private final Map<String, Bucket> buckets;

    private static final class Bucket {
        private double left;
        private long at;

        Bucket(double left, long at) {
            this.left = left;
            this.at = at;
        }
    }

    /**
     * @param burst how many at once
     * @param perSecond how many come back each second
     * @param addresses how many are remembered
     * @param nanos a monotonic clock
     */
    public RateTable(int burst, double perSecond, int addresses, LongSupplier nanos) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.nanos = nanos;
        this.addresses = addresses;
        this.buckets = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > addresses;
            }
        };
    }

    /** Takes one; false if none is left. */
    public synchronized boolean take(String address) {
        long now = nanos.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(network(address), _ -> new Bucket(burst, now));
        bucket.left = Math.min(burst, bucket.left + (now - bucket.at) / NANOS * perSecond);
        bucket.at = now;
        if (bucket.left < 1) {
            return false;
        }
        bucket.left--;
        return true;
    }

    /** Whether that address is a new one, and for it another is forgotten. */
    public synchronized boolean displaces(String address) {
        return buckets.size() >= addresses && !buckets.containsKey(network(address));
    }

    /** How many addresses are remembered. */
    public synchronized int size() {
        return buckets.size();
    }

    /** An IPv6 client has 2^64 addresses of its own: what counts is its network of 64 bits. */
    public static String network(String address) {
        int at = -1;
        for (int groups = 0; groups < NETWORK_GROUPS; groups++) {
            at = address.indexOf(':', at + 1);
            if (at < 0) {
                return address;
            }
        }
        return address.substring(0, at);
    }
}
