package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the ids in the body of an add, update or upsert, and stops behind them: official clients send them first, so that
 * embeddings are seldom parsed. A second {@code ids} further on goes unseen; Chroma answers such a body with 422.
 */
public final class IdScan extends BodyScan {
    /** More ids than this in one body count as everything: remembering them would cost more than it saves. */
    public static final int MAX_IDS = 100_000;

    private final Collected list = new Collected();
    private boolean key;
    private boolean inside;
    private Footprint footprint = new Footprint.Everything("the body has no ids");

    /** Scans a whole body. */
    public static Footprint of(byte[] body) {
        IdScan scan = new IdScan();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /** The result; to be called when {@link #feed} said so or the body has ended. */
    Footprint finish() {
        end();
        return footprint;
    }

    @Override
    boolean accept(JsonToken token, int level) throws IOException {
        if (inside) {
            return element(token);
        }
        if (key) {
            key = false;
            inside = token == JsonToken.START_ARRAY;
            return !inside && stop("ids is not an array");
        }
        key = level == 1 && token == JsonToken.FIELD_NAME && text().equals("ids");
        return level == 0;
    }

    private boolean element(JsonToken token) throws IOException {
        if (token == JsonToken.END_ARRAY) {
            footprint = list.footprint();
            return true;
        }
        String fault = list.add(token, text());
        return !fault.isEmpty() && stop(fault);
    }

    @Override
    void notUnderstood(String reason) {
        footprint = new Footprint.Everything(reason);
    }

    /** The strings of one array of ids; beyond the bound they are only counted. */
    static final class Collected {
        private final List<String> ids = new ArrayList<>();
        private int count;

        /** These ids; everything if they are too many to be remembered. */
        Footprint footprint() {
            return count > MAX_IDS
                    ? new Footprint.Everything("more than " + MAX_IDS + " ids", count)
                    : new Footprint.Ids(ids);
        }

        int count() {
            return count;
        }

        /** Takes an element; returns what is wrong with it, or an empty string. */
        String add(JsonToken token, String text) {
            if (token != JsonToken.VALUE_STRING) {
                return "an id is not a string";
            }
            if (!wellFormed(text)) {
                return "an id is not Unicode";
            }
            count++;
            if (count <= MAX_IDS) {
                ids.add(text);
            }
            return "";
        }
    }
}
