package org.chromaproxy.capability;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.wal.record.OpKind;

/**
 * Which features a write needs of a server, read from its whole body. To be asked only while servers differ: it costs a
 * pass over the body. A body that cannot be read needs nothing, as every server refuses it alike.
 */
public final class Needs {
    private Needs() {}

    /** What the write needs; empty for what every supported release does. */
    public static Set<Feature> of(OpKind kind, byte[] body) {
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        try (JsonParser parser = ClientJson.onceOfBody().createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                members(kind, parser, needs);
            }
        } catch (IOException unreadable) {
            return Set.of();
        }
        return needs;
    }

    private static void members(OpKind kind, JsonParser parser, Set<Feature> needs) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (kind) {
                case ADD, UPDATE, UPSERT -> {
                    if (name.equals("metadatas") && value == JsonToken.START_ARRAY) {
                        metadatas(parser, needs);
                        continue;
                    }
                }
                case DELETE -> {
                    if (name.equals("where") && value == JsonToken.START_OBJECT) {
                        filter(parser, needs);
                        continue;
                    }
                }
                case CREATE_COLLECTION -> {
                    if (name.equals("schema") && value != JsonToken.VALUE_NULL) {
                        needs.add(Feature.COLLECTION_SCHEMA);
                    } else if (name.equals("configuration") && value == JsonToken.START_OBJECT) {
                        configuration(parser, needs);
                        continue;
                    }
                }
                case MODIFY_COLLECTION -> {
                    if (name.equals("new_configuration") && value == JsonToken.START_OBJECT) {
                        configuration(parser, needs);
                        continue;
                    }
                }
                default -> {}
            }
            parser.skipChildren();
        }
    }

    private static void metadatas(JsonParser parser, Set<Feature> needs) throws IOException {
        for (JsonToken each = parser.nextToken();
                each != JsonToken.END_ARRAY && each != null;
                each = parser.nextToken()) {
            if (each == JsonToken.START_OBJECT) {
                metadata(parser, needs);
            } else {
                parser.skipChildren();
            }
        }
    }

    private static void metadata(JsonParser parser, Set<Feature> needs) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            if (key.isEmpty() || key.startsWith("#") || key.startsWith("$")) {
                needs.add(Feature.LENIENT_KEYS);
            }
            if (parser.nextToken().isStructStart()) {
                needs.add(Feature.LIST_METADATA);
                parser.skipChildren();
            }
        }
    }

    /** Everything below is looked at: filters nest. */
    private static void filter(JsonParser parser, Set<Feature> needs) throws IOException {
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return;
            }
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                switch (parser.currentName()) {
                    case "$contains", "$not_contains", "#document" -> needs.add(Feature.LIST_FILTERS);
                    default -> {}
                }
            }
        }
    }

    private static void configuration(JsonParser parser, Set<Feature> needs) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("embedding_function") && value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean type = parser.currentName().equals("type");
                    if (parser.nextToken() == JsonToken.VALUE_STRING
                            && type
                            && parser.getText().equals("unknown")) {
                        needs.add(Feature.UNKNOWN_EMBEDDING_FUNCTION);
                    }
                    parser.skipChildren();
                }
            } else {
                parser.skipChildren();
            }
        }
    }
}
