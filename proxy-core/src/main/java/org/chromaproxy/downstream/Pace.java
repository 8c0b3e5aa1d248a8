package org.chromaproxy.downstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.function.LongSupplier;

/**
 * Whether a client sends its request fast enough to be waited for, looked at once a second. Seconds in which the proxy
 * does not take the body do not count. Confined to the connection's event loop.
 */
final class Pace {
    /** A body may be as slow as this, in bytes per second, over all of its time; what a poor mobile network manages. */
    static final int LEAST_RATE = 1 << 10;

    /** The same for a large body while others wait for the memory it holds: 40 MiB in less than three minutes. */
    static final int CONTENDED_RATE = 256 << 10;

    /** The rest of a refused body is read for so long in all, however it comes. */
    static final int LINGER_SECONDS = 10;

    private static final int SMALL_BODY = 64 << 10;
    private static final long SECOND = 1_000;

    private final LongSupplier headMs;
    private final LongSupplier graceMs;
    private long headTime;
    private long bodyTime;
    private long received;
    private int lingered;

    /**
     * Both may change under way.
     *
     * @param headMs how long a head may take
     * @param graceMs for how long a body may be slower than the least rate
     */
    Pace(LongSupplier headMs, LongSupplier graceMs) {
        this.headMs = headMs;
        this.graceMs = graceMs;
    }

    private static long seconds(LongSupplier ms) {
        return Math.max(1, ms.getAsLong() / SECOND);
    }

    /** Whether the rest of a refused body is small enough to read, for the connection to go on. */
    static boolean smallBody(HttpRequest request) {
        boolean counted = !request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        return counted
                && !HttpUtil.is100ContinueExpected(request)
                && HttpUtil.getContentLength(request, 0L) <= SMALL_BODY;
    }

    /** A request begins. */
    void begin() {
        headTime = 0;
        bodyTime = 0;
        received = 0;
        lingered = 0;
    }

    void received(int bytes) {
        received += bytes;
    }

    /** A second has passed between two requests. */
    boolean headTooSlow(boolean begun) {
        headTime = begun ? headTime + 1 : 0;
        return headTime > seconds(headMs);
    }

    /** A second has passed since the request was answered, and its body is not whole. */
    boolean lingersTooLong() {
        lingered++;
        return lingered > LINGER_SECONDS;
    }

    /**
     * A second has passed in which the body was waited for.
     *
     * @param contended whether others wait for the memory it holds
     */
    boolean bodyTooSlow(boolean contended) {
        bodyTime++;
        return bodyTime > seconds(graceMs) && received < bodyTime * (contended ? CONTENDED_RATE : LEAST_RATE);
    }
}
