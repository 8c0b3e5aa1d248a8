package org.chromaproxy.completion;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.chromaproxy.http.TraceContext;

/**
 * Which trace an exchange belongs to.
 *
 * @param traceId 32 hexadecimal digits; empty if it belongs to none
 * @param spanId 16 hexadecimal digits: the exchange's own; empty without tracing
 * @param sampled whether its spans are wanted
 */
public record Identity(String traceId, String spanId, boolean sampled) {
    private static final Identity NONE = new Identity("", "", false);
    private static final int LOW_HALF = 16;

    /**
     * What becomes a trace.
     *
     * @param on whether at all
     * @param ratio share of the exchanges that belong to no trace yet, from 0 to 1
     */
    public record Sampling(boolean on, double ratio) {
        /** Nothing. */
        public static final Sampling OFF = new Sampling(false, 0);
    }

    /** As the client began it, or a new one. */
    static Identity of(TraceContext parent, Sampling sampling) {
        boolean joined = parent.present();
        if (!sampling.on()) {
            return joined ? new Identity(parent.traceId(), "", false) : NONE;
        }
        String traceId = joined ? parent.traceId() : random() + random();
        boolean sampled = joined ? parent.sampled() : chosen(traceId, sampling.ratio());
        return new Identity(traceId, random(), sampled);
    }

    /** Decided by the id, as OpenTelemetry's TraceIdRatioBased sampler does: everybody decides alike. */
    private static boolean chosen(String traceId, double ratio) {
        long low = HexFormat.fromHexDigitsToLong(traceId, LOW_HALF, 2 * LOW_HALF) & Long.MAX_VALUE;
        return ratio >= 1 || low < (long) (ratio * Long.MAX_VALUE);
    }

    private static String random() {
        long bits;
        do {
            bits = ThreadLocalRandom.current().nextLong();
        } while (bits == 0);
        return HexFormat.of().toHexDigits(bits);
    }

    String traceparent() {
        return spanId.isEmpty() ? "" : "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
