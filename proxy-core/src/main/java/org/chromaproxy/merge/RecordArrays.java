package org.chromaproxy.merge;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parallel arrays of an add, update or upsert, as places in its body. Only of a body that is understood whole: known
 * keys, each once, every array as long as its ids. Anything else could give one client's values to another's ids. A key
 * whose value is {@code null} counts as absent, as it does for Chroma: the Python client writes all five keys always.
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

        /** The key written there, quotes included; a key that is written with escapes counts as unknown. */
        static Optional<Key> at(byte[] body, int start, int end) {
            for (Key key : values()) {
                if (key.isAt(body, start + 1, end - 1)) {
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        }

        private boolean isAt(byte[] body, int start, int end) {
            boolean same = end - start == text.length();
            for (int i = 0; same && i < text.length(); i++) {
                same = body[start + i] == text.charAt(i);
            }
            return same;
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

    private final byte[] body;
    private final Map<Key, Elements> arrays = new EnumMap<>(Key.class);
    private Encoding encoding = Encoding.NONE;

    private RecordArrays(byte[] body) {
        this.body = body;
    }

    /** The arrays of a body, unless it is not to be merged with others. */
    public static Optional<RecordArrays> of(byte[] body) {
        RecordArrays found = new RecordArrays(body);
        try {
            return found.read(new JsonWalk(body)) && found.parallel() ? Optional.of(found) : Optional.empty();
        } catch (JsonWalk.Malformed e) {
            return Optional.empty();
        }
    }

    private boolean read(JsonWalk walk) throws JsonWalk.Malformed {
        Set<Key> seen = EnumSet.noneOf(Key.class);
        walk.expect('{');
        do {
            walk.peek();
            int start = walk.at();
            walk.string();
            Optional<Key> key = Key.at(body, start, walk.at());
            walk.expect(':');
            if (key.isEmpty() || !seen.add(key.get()) || !member(walk, key.get())) {
                return false;
            }
        } while (walk.take(','));
        walk.expect('}');
        // Chroma does not look at bytes behind the object; they are no business of other clients' records.
        return walk.atEnd();
    }

    private boolean member(JsonWalk walk, Key key) throws JsonWalk.Malformed {
        if (walk.peek() == 'n') {
            walk.value();
            return true;
        }
        return array(walk, key);
    }

    private boolean array(JsonWalk walk, Key key) throws JsonWalk.Malformed {
        walk.expect('[');
        int start = walk.at();
        int count = 0;
        while (walk.peek() != ']') {
            if (count > 0) {
                walk.expect(',');
            }
            if (key == Key.EMBEDDINGS && !embedding(walk.peek())) {
                return false;
            }
            walk.value();
            count++;
        }
        arrays.put(key, new Elements(start, walk.at(), count));
        walk.expect(']');
        return true;
    }

    private boolean embedding(byte first) {
        Encoding found = switch (first) {
            case '[' -> Encoding.NUMBERS;
            case '"' -> Encoding.BASE64;
            case 'n' -> encoding;
            default -> Encoding.NONE;
        };
        boolean mixed = encoding != Encoding.NONE && found != encoding;
        encoding = found;
        return !mixed && (found != Encoding.NONE || first == 'n');
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

    /** Whether it has a list of embeddings. */
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
