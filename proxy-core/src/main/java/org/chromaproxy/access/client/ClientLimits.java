package org.chromaproxy.access.client;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.chromaproxy.config.ClientSettings;

/** How many connections and requests one client address may have. Thread-safe. */
public final class ClientLimits {
    private static final int ADDRESSES = 4_096;
    /** Seconds' worth of requests that may come at once. */
    private static final int BURST_SECONDS = 2;

    private volatile int mostConnections;
    private volatile Rate rate;
    /** Never more entries than there are connections. */
    private final ConcurrentMap<String, Integer> connections = new ConcurrentHashMap<>();

    /**
     * How many requests, and who has sent how many.
     *
     * @param perSecond 0: they are not counted
     */
    private record Rate(int perSecond, RateTable requests) {
        static Rate of(int perSecond) {
            int counted = Math.max(1, perSecond);
            return new Rate(perSecond, new RateTable(BURST_SECONDS * counted, counted, ADDRESSES, System::nanoTime));
        }
    }

    public ClientLimits(ClientSettings settings) {
        this.mostConnections = settings.connections();
        this.rate = Rate.of(settings.requestsPerSecond());
    }

    /**
     * Other bounds hold from now on. Where the rate is another one, every client begins anew. Connections that were opened
     * while they were not counted stay uncounted; none is closed.
     */
    public void change(ClientSettings settings) {
        mostConnections = settings.connections();
        if (rate.perSecond() != settings.requestsPerSecond()) {
            rate = Rate.of(settings.requestsPerSecond());
        }
    }

    /** Whether requests are counted at all. */
    boolean boundsRequests() {
        return rate.perSecond() > 0;
    }

    /** Whether connections are counted at all. */
    public boolean boundsConnections() {
        return mostConnections > 0;
    }

    /** Counts a request; false if it is one too many now. */
    public boolean request(String address) {
        Rate now = rate;
        return now.perSecond() == 0 || now.requests().take(address);
    }

    /** Counts a connection, which {@link #disconnected} takes back; false, and not counted, if it is one too many. */
    public boolean connected(String address) {
        String network = RateTable.network(address);
        int now = connections.merge(network, 1, Integer::sum);
        if (now <= mostConnections) {
            return true;
        }
        disconnected(address);
        return false;
    }

    public void disconnected(String address) {
        connections.computeIfPresent(RateTable.network(address), (_, count) -> count > 1 ? count - 1 : null);
    }
}
