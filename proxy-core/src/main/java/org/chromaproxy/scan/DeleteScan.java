package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the body of a delete to its end, since a limit or a filter may follow the ids. */
public final class DeleteScan extends BodyScan {
    /** Chroma holds a limit in 32 bits. */
    private static final long MAX_LIMIT = (1L << 32) - 1;

    private enum Key {
        IDS,
        WHERE,
        WHERE_DOCUMENT,
        LIMIT,
        NONE
    }

    private final IdScan.Collected list = new IdScan.Collected();
    private final Set<Key> seen = EnumSet.noneOf(Key.class);
    private final Map<Key, Slice> slices = new EnumMap<>(Key.class);
    private Key key = Key.NONE;
    private boolean inside;
    private int start;
    private OptionalLong limit = OptionalLong.empty();
    private DeleteBody body = DeleteBody.notUnderstood("the body is incomplete");

    /** Scans a whole body. */
    public static DeleteBody of(byte[] body) {
        DeleteScan scan = new DeleteScan();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /** The result; to be called when {@link #feed} said so or the body has ended. */
    public DeleteBody finish() {
        end();
        return body;
    }

    @Override
    boolean accept(JsonToken token, int level) throws IOException {
        if (inside) {
            return inside(token, level);
        }
        if (level == 0) {
            body = understood();
            return true;
        }
        return token == JsonToken.FIELD_NAME ? key(text()) : value(token);
    }

    private boolean key(String name) {
        key = switch (name) {
            case "ids" -> Key.IDS;
            case "where" -> Key.WHERE;
            case "where_document" -> Key.WHERE_DOCUMENT;
            case "limit" -> Key.LIMIT;
            default -> Key.NONE;
        };
        if (key == Key.NONE) {
            return stop("an unknown key");
        }
        return !seen.add(key) && stop("a key twice");
    }

    private boolean value(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return false;
        }
        if (key == Key.LIMIT) {
            return limit(token);
        }
        if (token != (key == Key.IDS ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
            return stop("a value of the wrong type");
        }
        start = position() - 1;
        inside = true;
        return false;
    }

    private boolean limit(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT || numberType() == NumberType.BIG_INTEGER) {
            return stop("a limit that is not an integer");
        }
        long value = number();
        if (value < 0 || value > MAX_LIMIT) {
            return stop("a limit out of range");
        }
        limit = OptionalLong.of(value);
        return false;
    }

    private boolean inside(JsonToken token, int level) throws IOException {
        if (level == 1 && token.isStructEnd()) {
            slices.put(key, new Slice(start, position()));
            inside = false;
            return false;
        }
        if (key != Key.IDS) {
            return false;
        }
        String fault = list.add(token, text());
        return !fault.isEmpty() && stop(fault);
    }

    private DeleteBody understood() {
        boolean filtered = slices.containsKey(Key.WHERE) || slices.containsKey(Key.WHERE_DOCUMENT);
        Footprint footprint =
                filtered ? new Footprint.Everything("the delete has a filter") : new Footprint.Ids(list.ids());
        return new DeleteBody(footprint, true, limit, slice(Key.IDS), slice(Key.WHERE), slice(Key.WHERE_DOCUMENT));
    }

    private Optional<Slice> slice(Key wanted) {
        return Optional.ofNullable(slices.get(wanted));
    }

    @Override
    void notUnderstood(String reason) {
        body = DeleteBody.notUnderstood(reason);
    }
}
