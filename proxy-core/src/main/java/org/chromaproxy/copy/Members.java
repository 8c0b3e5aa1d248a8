package org.chromaproxy.copy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.scan.Slice;

/** The arrays and objects that are members of a JSON object, as places in its bytes: numbers are never printed again. */
final class Members {
    /** Writes only: what it reads it would keep the names of. */
    private static final ObjectMapper WRITER = new ObjectMapper();

    private Members() {}

    /** @throws StepException when the body is not a JSON object */
    static Map<String, Slice> of(byte[] body) {
        Map<String, Slice> members = new LinkedHashMap<>();
        try (JsonParser parser = ClientJson.once().createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new StepException("an answer is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken().isStructStart()) {
                    int start = tokenStart(parser);
                    parser.skipChildren();
                    members.put(name, new Slice(start, tokenStart(parser) + 1));
                }
            }
        } catch (IOException e) {
            throw new StepException("an answer is not JSON: " + e.getMessage());
        }
        return members;
    }

    /** Whether an answer is an error in Chroma's shape: a server's own word, not a hop's. */
    static boolean isError(byte[] body) {
        try {
            JsonNode tree = ClientJson.tree(body);
            return tree.path("error").isTextual() && tree.path("message").isTextual();
        } catch (IOException e) {
            return false;
        }
    }

    static JsonNode tree(byte[] body) {
        try {
            return ClientJson.tree(body);
        } catch (IOException e) {
            throw new StepException("an answer is not JSON: " + e.getMessage());
        }
    }

    static JsonNode tree(byte[] body, Slice slice) {
        try {
            return ClientJson.tree(body, slice);
        } catch (IOException e) {
            throw new StepException("an answer is not JSON: " + e.getMessage());
        }
    }

    /** A JSON value as bytes. */
    static byte[] bytes(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new StepException("cannot be written as JSON: " + e.getMessage());
        }
    }

    private static int tokenStart(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }
}
