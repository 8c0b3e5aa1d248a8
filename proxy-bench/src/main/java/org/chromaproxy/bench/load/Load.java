package org.chromaproxy.bench.load;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * What a run does.
 *
 * @param connections open at once, each with one request under way at most
 * @param rate requests per second of an open-loop run; 0 for a closed loop: a connection sends when it was answered
 */
public record Load(InetSocketAddress target, RequestSource requests, int connections, Duration time, double rate) {
    /** Every connection sends its next request as soon as it was answered. */
    public static Load closed(URI target, RequestSource requests, int connections, Duration time) {
        return new Load(address(target), requests, connections, time, 0);
    }

    /** Requests are due at a fixed rate. */
    public static Load open(URI target, RequestSource requests, int connections, Duration time, double rate) {
        return new Load(address(target), requests, connections, time, rate);
    }

    private static InetSocketAddress address(URI target) {
        return new InetSocketAddress(target.getHost(), target.getPort());
    }
}
