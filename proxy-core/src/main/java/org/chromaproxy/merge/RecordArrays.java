package org.chromaproxy.merge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The parallel arrays of an add, update or upsert, as places in its body. Only of a body that is understood whole: known
 * keys, each once, every array as long as its ids. Anything else could give one client's values to another's ids.
 */
public final class RecordArrays {
    /** The keys of a record write, in the order they are written. */
    enum Key {
        IDS,
        EMBEDDINGS,
        METADATAS,
        DOCUMENTS,
        URIS;

        final String text = name().toLowerCase(java.util.Locale.ROOT);

        static Optional<Key> of(String text) {
            for (Key key : values()) {
                if (key.text.equals(text)) {
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        }
    }

    /** How embeddings are written. */
    enum Encoding {
        NONE,
        NUMBERS,
        BASE64
    }

    /** An array's elements without the brackets: bytes {@code start} to {@code end}. */
    record Elements(int start, int end, int count) {}

    private static final int MAX_STRING = 64 << 20;
    private static final int MAX_DEPTH = 64;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final byte[] body;
    private final Map<Key, Elements> arrays = new EnumMap<>(Key.class);
    private Encoding encoding = Encoding.NONE;

    private RecordArrays(byte[] body) {
        this.body = body;
    }

    /** The arrays of a body, unless it is not to be merged with others. */
    public static Optional<RecordArrays> of(byte[] body) {
        RecordArrays found = new RecordArrays(body);
        try (JsonParser parser = JSON.createParser(body)) {
            return found.read(parser) && found.parallel() ? Optional.of(found) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Optional<Key> key = Key.of(parser.currentName());
            if (key.isEmpty() || arrays.containsKey(key.get()) || !value(parser, key.get())) {
                return false;
            }
        }
        // Chroma does not look at bytes behind the object; they are no business of other clients' records.
        return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
    }

    private boolean value(JsonParser parser, Key key) throws IOException {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            return false;
        }
        int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
        int count = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null || (key == Key.EMBEDDINGS && !embedding(token))) {
                return false;
            }
            parser.skipChildren();
            count++;
        }
        arrays.put(key, new Elements(start, (int) parser.currentTokenLocation().getByteOffset(), count));
        return true;
    }

    private boolean embedding(JsonToken token) {
        Encoding found = switch (token) {
            case START_ARRAY -> Encoding.NUMBERS;
            case VALUE_STRING -> Encoding.BASE64;
            case VALUE_NULL -> encoding;
            default -> Encoding.NONE;
        };
        boolean mixed = encoding != Encoding.NONE && found != encoding;
        encoding = found;
        return !mixed && (found != Encoding.NONE || token == JsonToken.VALUE_NULL);
    }

    private boolean parallel() {
        int records = records();
        return records > 0 && arrays.values().stream().allMatch(each -> each.count == records);
    }

    /** How many records it is about. */
    public int records() {
        Elements ids = arrays.get(Key.IDS);
        return ids == null ? 0 : ids.count;
    }

    /** Bytes of the body it was read from. */
    public int bytes() {
        return body.length;
    }

    /** Whether it gives every record an embedding, or none at all. */
    public boolean embeds() {
        return arrays.containsKey(Key.EMBEDDINGS);
    }

    /** Whether both write embeddings alike, or one of them writes none. */
    public boolean fits(RecordArrays other) {
        return encoding == other.encoding || encoding == Encoding.NONE || other.encoding == Encoding.NONE;
    }

    boolean has(Key key) {
        return arrays.containsKey(key);
    }

    /** The array's elements, or so many nulls where it is missing. */
    void write(Key key, java.io.ByteArrayOutputStream to) {
        Elements elements = arrays.get(key);
        if (elements != null) {
            to.write(body, elements.start, elements.end - elements.start);
            return;
        }
        for (int i = 0; i < records(); i++) {
            to.writeBytes(i == 0 ? Splice.NULL : Splice.COMMA_NULL);
        }
    }
}
