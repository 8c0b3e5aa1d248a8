package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects a few scalar members of an object, and which values one map in it has; passes over everything else. */
abstract class FieldScan extends BodyScan {
    /** A member's value. */
    record Field(JsonToken token, String text) {}

    private final Set<String> wanted;
    /** A member whose own members are looked at, too. */
    private final String map;

    private String innerKey = "";
    private String structured = "";
    private final Map<String, Field> fields = new HashMap<>();
    private String key = "";
    private boolean complete;
    private int others;
    private int end;

    FieldScan(Set<String> wanted, String map) {
        this.wanted = wanted;
        this.map = map;
    }

    /** The first member of the map whose value is an array or an object; empty if there is none. */
    final String structured() {
        return structured;
    }

    /** Whether the object was read to its end, with each wanted key at most once. */
    final boolean complete() {
        end();
        return complete;
    }

    final Optional<Field> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** How many members there are that were not asked for. */
    final int others() {
        return others;
    }

    /** Whether nothing but white space follows the object in the whole body. */
    final boolean endsIn(byte[] body) {
        for (int i = end; i < body.length; i++) {
            if (body[i] != ' ' && body[i] != '\n' && body[i] != '\r' && body[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    @Override
    final boolean accept(JsonToken token, int level) throws IOException {
        if (level == 0) {
            complete = true;
            end = position();
            return true;
        }
        if (level > 1) {
            if (level == 2 && structured.isEmpty() && key.equals(map)) {
                inner(token);
            }
            return false;
        }
        if (token == JsonToken.FIELD_NAME) {
            key = text();
            others += wanted.contains(key) ? 0 : 1;
            return fields.containsKey(key) && stop("a key twice");
        }
        if (wanted.contains(key) && !token.isStructEnd()) {
            String text = token == JsonToken.VALUE_STRING ? text() : "";
            fields.put(key, new Field(token, text));
            return !wellFormed(text) && stop("a name is not Unicode");
        }
        return false;
    }

    private void inner(JsonToken token) throws IOException {
        if (token == JsonToken.FIELD_NAME) {
            innerKey = text();
        } else if (token.isStructStart()) {
            structured = map + "." + innerKey;
        }
    }

    @Override
    final void notUnderstood(String reason) {
        complete = false;
    }
}
