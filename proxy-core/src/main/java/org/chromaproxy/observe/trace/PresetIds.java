package org.chromaproxy.observe.trace;

import io.opentelemetry.sdk.trace.IdGenerator;
import org.chromaproxy.completion.Identity;

/** Gives an exchange's span the ids it had while it was under way, which an instance has been told; others are random. */
final class PresetIds implements IdGenerator {
    private final IdGenerator random = IdGenerator.random();
    private String traceId = "";
    private String spanId = "";

    /** The next span is that of this exchange. */
    void next(Identity identity) {
        traceId = identity.traceId();
        spanId = identity.spanId();
    }

    @Override
    public String generateSpanId() {
        String given = spanId;
        spanId = "";
        return given.isEmpty() ? random.generateSpanId() : given;
    }

    @Override
    public String generateTraceId() {
        return traceId;
    }
}
