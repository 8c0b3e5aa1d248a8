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

    /** Of a server's answer: a document may be as long as a body. */
    private static final int LONGEST_ANSWERED = 64 << 20;
    /**
     * Of a client's body: a parser holds what it reads as characters, beside the body. Whoever needs no more than ids and names passes
     * by what is longer as not understood.
     */
    private static final int LONGEST_SENT = 1 << 20;

    private static final int LONGEST_NAME = 1 << 20;

    /** Makes no parser itself. */
    private static final JsonFactory ANSWERS = pattern(LONGEST_ANSWERED);

    private static final JsonFactory BODIES = pattern(LONGEST_SENT);

    /** For parsers that are fed: they look up no names that were met before, and keep none. */
    private static final JsonFactory FED = BODIES.rebuild()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /** Turns what a parser reads into trees; never reads bytes itself. */
    private static final ObjectMapper TREES = new ObjectMapper(ANSWERS);

    private ClientJson() {}

    private static JsonFactory pattern(int longestText) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(longestText)
                        .maxNameLength(LONGEST_NAME)
                        .build())
                // Nor do they fill the process-wide table of interned strings.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /** One to read one answer of a server with, and to be dropped then. */
    public static JsonFactory once() {
        return ANSWERS.copy();
    }

    /** The same for a client's body, whose texts it reads up to 1 MiB. */
    public static JsonFactory onceOfBody() {
        return BODIES.copy();
    }

    /** A parser that is fed the bytes of one body, see {@link JsonParser#getNonBlockingInputFeeder}. */
    static JsonParser fed() throws IOException {
        return FED.createNonBlockingByteArrayParser();
    }

    /**
     * The one JSON value that a client's body is, with texts of up to 1 MiB.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException when it is not JSON, more than one value, or a text is longer
     */
    public static JsonNode treeOfBody(byte[] body) throws IOException {
        try (JsonParser parser = onceOfBody().createParser(body)) {
            return tree(parser);
        }
    }

    /**
     * The one JSON value that an answer is; a missing node if it is empty.
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
            return tree(parser);
        }
    }

    private static JsonNode tree(JsonParser parser) throws IOException {
        JsonNode tree = TREES.readTree(parser);
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "more than one JSON value");
        }
        return tree == null ? MissingNode.getInstance() : tree;
    }
}
