package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads the collections in Chroma's answers, and where in the bytes they and their ids stand. */
public final class CollectionJson {
    private static final int ID_BYTES = 36;

    /** One collection of a list: its bytes, and its head with offsets in the whole body. */
    public record Element(Slice bytes, CollectionHead head) {}

    private CollectionJson() {}

    /** The collection that the body is; empty if it is something else. */
    public static Optional<CollectionHead> head(byte[] body) {
        try (JsonParser parser = ClientJson.once().createParser(body)) {
            return parser.nextToken() == JsonToken.START_OBJECT ? object(parser, body) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The collections of the array that the body is, in its order; empty if any part of it is something else. */
    public static Optional<List<Element>> elements(byte[] body) {
        List<Element> elements = new ArrayList<>();
        try (JsonParser parser = ClientJson.once().createParser(body)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                int start = tokenStart(parser);
                Optional<CollectionHead> head = object(parser, body);
                if (head.isEmpty()) {
                    return Optional.empty();
                }
                elements.add(new Element(new Slice(start, tokenStart(parser) + 1), head.get()));
            }
            return parser.currentToken() == JsonToken.END_ARRAY ? Optional.of(elements) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads from behind an opening brace up to the brace that closes it. */
    private static Optional<CollectionHead> object(JsonParser parser, byte[] body) throws IOException {
        int idStart = -1;
        String id = null;
        String name = null;
        OptionalInt dimension = OptionalInt.empty();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "id" -> {
                    id = string(parser, value);
                    idStart = tokenStart(parser) + 1;
                }
                case "name" -> name = string(parser, value);
                case "dimension" -> {
                    if (value == JsonToken.VALUE_NUMBER_INT) {
                        dimension = OptionalInt.of(parser.getIntValue());
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return id == null || name == null || !verbatim(body, idStart, id)
                ? Optional.empty()
                : Optional.of(new CollectionHead(idStart, id, name, dimension));
    }

    private static @Nullable String string(JsonParser parser, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_STRING ? parser.getText() : null;
    }

    private static int tokenStart(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private static boolean verbatim(byte[] body, int start, String id) {
        if (id.length() != ID_BYTES || start + ID_BYTES > body.length) {
            return false;
        }
        for (int i = 0; i < ID_BYTES; i++) {
            if (body[start + i] != id.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
