package org.chromaproxy.access.client;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.chromaproxy.config.ClientSettings;

/** How many connections and requests one client address may have. Thread-safe. */
public final class ClientLimits {
    private static final int ADDRESSES = 4_096;
    /** Seconds' worth of requests that may come at once. */
    private static final int BURST_SECONDS = 2;

    private final int mostConnections;
    private final boolean bounded;
    private final RateTable requests;
    /** Never more entries than there are connections. */
    private final ConcurrentMap<String, Integer> connections = new ConcurrentHashMap<>();

    public ClientLimits(ClientSettings settings) {
        this.mostConnections = settings.connections();
        this.bounded = settings.requestsPerSecond() > 0;
        int rate = Math.max(1, settings.requestsPerSecond());
        this.requests = new RateTable(BURST_SECONDS * rate, rate, ADDRESSES, System::nanoTime);
    }

    /** Whether requests are counted at all. */
    public boolean boundsRequests() {
        return bounded;
    }

    /** Whether connections are counted at all. */
    public boolean boundsConnections() {
        return mostConnections > 0;
    }

    /** Counts a request; false if it is one too many now. */
    public boolean request(String address) {
        return !bounded || requests.take(address);
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
