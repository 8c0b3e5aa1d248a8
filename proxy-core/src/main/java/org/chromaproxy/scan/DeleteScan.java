package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the body of a delete to its end, since a limit or a filter may follow the ids. Keys that Chroma does not know are
 * passed over, as Chroma does; a limit that it would not take is noted, and its value is none.
 */
public final class DeleteScan extends BodyScan {
    /** Chroma holds a limit in 32 bits. */
    private static final long MAX_LIMIT = (1L << 32) - 1;

    private static final int MAX_LIMIT_DIGITS = 10;

    private enum Key {
        IDS,
        WHERE,
        WHERE_DOCUMENT,
        LIMIT,
        UNKNOWN
    }

    private final IdScan.Collected list = new IdScan.Collected();
    private final Set<Key> seen = EnumSet.noneOf(Key.class);
    private final Map<Key, Slice> slices = new EnumMap<>(Key.class);
    private Key key = Key.UNKNOWN;
    private boolean inside;
    private int start;
    private boolean limited;
    private boolean limitTwice;
    private OptionalLong limit = OptionalLong.empty();
    private DeleteBody body = DeleteBody.notUnderstood("the body is incomplete");

    /** Scans a whole body. */
    public static DeleteBody of(byte[] body) {
        DeleteScan scan = new DeleteScan();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /** The result; to be called when {@link #feed} said so or the body has ended. */
    DeleteBody finish() {
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
        if (level > 1 || token.isStructEnd()) {
            return false;
        }
        return token == JsonToken.FIELD_NAME ? key(text()) : value(token);
    }

    private boolean key(String name) {
        key = switch (name) {
            case "ids" -> Key.IDS;
            case "where" -> Key.WHERE;
            case "where_document" -> Key.WHERE_DOCUMENT;
            case "limit" -> Key.LIMIT;
            default -> Key.UNKNOWN;
        };
        boolean twice = !seen.add(key);
        if (key == Key.LIMIT) {
            limitTwice |= twice;
            return false;
        }
        return twice && key != Key.UNKNOWN && stop("a key twice");
    }

    private boolean value(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL || key == Key.UNKNOWN) {
            return false;
        }
        if (key == Key.LIMIT) {
            limit = limit(token);
            limited = true;
            return false;
        }
        if (key == Key.IDS && token != JsonToken.START_ARRAY) {
            return stop("ids is not an array");
        }
        if (!token.isStructStart()) {
            slices.put(key, DeleteBody.NO_FILTER);
            return false;
        }
        start = position() - 1;
        inside = true;
        return false;
    }

    private OptionalLong limit(JsonToken token) throws IOException {
        String text = token == JsonToken.VALUE_NUMBER_INT ? text() : "";
        if (text.isEmpty() || text.length() > MAX_LIMIT_DIGITS) {
            return OptionalLong.empty();
        }
        long value = Long.parseLong(text);
        return value < 0 || value > MAX_LIMIT ? OptionalLong.empty() : OptionalLong.of(value);
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
        return new DeleteBody(
                footprint(),
                true,
                limited || limitTwice,
                limitTwice ? OptionalLong.empty() : limit,
                slice(Key.IDS),
                slice(Key.WHERE),
                slice(Key.WHERE_DOCUMENT));
    }

    private Footprint footprint() {
        if (slices.containsKey(Key.WHERE) || slices.containsKey(Key.WHERE_DOCUMENT)) {
            return new Footprint.Everything("the delete has a filter", list.count());
        }
        return list.footprint();
    }

    private Optional<Slice> slice(Key wanted) {
        return Optional.ofNullable(slices.get(wanted));
    }

    @Override
    void notUnderstood(String reason) {
        body = DeleteBody.notUnderstood(reason);
    }
}
