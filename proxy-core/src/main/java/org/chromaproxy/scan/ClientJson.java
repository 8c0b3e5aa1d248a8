package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/**
 * Reads JSON whose field names clients choose: their bodies, and servers' answers about what they wrote. A factory of Jackson's keeps the names that its parsers have met, up to 6,000 of
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

    /** For parsers that are fed: they look up no names that were met before, and keep none. */
    private static final JsonFactory FED = PATTERN.rebuild()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /** Turns what a parser reads into trees; never reads bytes itself. */
    private static final ObjectMapper TREES = new ObjectMapper(PATTERN);

    private ClientJson() {}

    /** One to read one body with, and to be dropped then. */
    public static JsonFactory once() {
        return PATTERN.copy();
    }

    /** A parser that is fed the bytes of one body, see {@link JsonParser#getNonBlockingInputFeeder}. */
    static JsonParser fed() throws IOException {
        return FED.createNonBlockingByteArrayParser();
    }

    /**
     * The one JSON value that a body is; a missing node if it is empty.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException when it is not JSON, or more than one value
     */
    public static JsonNode tree(byte[] body) throws IOException {
        return tree(body, new Slice(0, body.length));
    }

    /** Whether a body is one JSON value; nothing of it is kept meanwhile. */
    public static boolean isValue(byte[] body) {
        try (JsonParser parser = once().createParser(body)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** The one JSON value that a part of a body is. */
    public static JsonNode tree(byte[] body, Slice part) throws IOException {
        try (JsonParser parser = once().createParser(body, part.start(), part.length())) {
            JsonNode tree = TREES.readTree(parser);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "more than one JSON value");
            }
            return tree == null ? MissingNode.getInstance() : tree;
        }
    }
}
