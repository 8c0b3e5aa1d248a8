package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * Reads JSON whose field names clients choose. A factory of Jackson's keeps the names that its parsers have met, up to 6,000 of
 * whatever length, for as long as it lives: so each reading has one of its own, and nothing outlives it. Thread-safe.
 */
public final class ClientJson {
    /** The deepest that Chroma's parser takes. */
    private static final int MAX_DEPTH = 127;

    private static final int MAX_STRING = 64 << 20;

    /** Makes no parser itself. */
    private static final JsonFactory PATTERN = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_STRING)
                    .build())
            // Nor do they fill the process-wide table of interned strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private ClientJson() {}

    /** One to read one body with, and to be dropped then. */
    public static JsonFactory once() {
        return PATTERN.copy();
    }
}
