package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.wal.record.OpKind;

/**
 * The records of one collection, with Chroma's semantics: an add leaves an id that is there as it is, an update passes by one that is
 * not, metadata is merged by updates and upserts. A server has one, and so has whoever knows what must be there.
 */
final class ModelCollection {
    private static final int NONE = 0;

    /** By id: embedding and metadata, as text. */
    private final Map<String, Map<String, String>> records = new LinkedHashMap<>();

    private int dimension = NONE;

    /** A body that some client or lane has made. */
    static JsonNode parse(byte[] body) {
        try {
            return ClientJson.tree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelCollection copy() {
        ModelCollection other = new ModelCollection();
        records.forEach((id, fields) -> other.records.put(id, new TreeMap<>(fields)));
        other.dimension = dimension;
        return other;
    }

    int dimension() {
        return dimension;
    }

    /** What it holds, as text that is equal if and only if the records are. */
    Map<String, String> content() {
        Map<String, String> all = new TreeMap<>();
        records.forEach((id, fields) -> all.put(id, fields.toString()));
        return all;
    }

    /** Whether Chroma refuses the body; then nothing has changed but perhaps the dimension. */
    boolean refuses(OpKind kind, JsonNode body) {
        for (JsonNode embedding : body.path("embeddings")) {
            if (dimension != NONE && embedding.size() != dimension) {
                return true;
            }
        }
        boolean writes = kind == OpKind.ADD || kind == OpKind.UPSERT;
        return writes && body.path("ids").size() != body.path("embeddings").size();
    }

    /** Executes it; how many records a delete named or matched. */
    int execute(OpKind kind, JsonNode body) {
        if (kind == OpKind.DELETE) {
            List<String> matches = matches(body);
            matches.forEach(records::remove);
            return body.has("ids") ? body.path("ids").size() : matches.size();
        }
        for (int i = 0; i < body.path("ids").size(); i++) {
            String id = body.path("ids").get(i).asText();
            boolean there = records.containsKey(id);
            JsonNode embedding = body.path("embeddings").path(i);
            if (dimension == NONE && embedding.isArray()) {
                dimension = embedding.size();
            }
            if (kind == OpKind.ADD ? !there : kind == OpKind.UPSERT || there) {
                Map<String, String> fields = records.computeIfAbsent(id, _ -> new TreeMap<>());
                if (embedding.isArray()) {
                    fields.put("embedding", embedding.toString());
                }
                body.path("metadatas")
                        .path(i)
                        .properties()
                        .forEach(field -> fields.put(
                                "." + field.getKey(), field.getValue().toString()));
            }
        }
        return 0;
    }

    /** The ids that a filter or a list of ids matches, in the order in which they came. */
    List<String> matches(JsonNode body) {
        List<String> found = new ArrayList<>();
        JsonNode where = body.path("where");
        int limit = body.path("limit").asInt(Integer.MAX_VALUE);
        for (Map.Entry<String, Map<String, String>> each : records.entrySet()) {
            boolean named = !body.path("ids").isArray() || contains(body.path("ids"), each.getKey());
            boolean matched = !where.isObject()
                    || where.properties().stream()
                            .allMatch(field -> field.getValue()
                                    .toString()
                                    .equals(each.getValue().get("." + field.getKey())));
            if (named && matched && found.size() < limit) {
                found.add(each.getKey());
            }
        }
        return found;
    }

    private static boolean contains(JsonNode ids, String id) {
        for (JsonNode each : ids) {
            if (each.asText().equals(id)) {
                return true;
            }
        }
        return false;
    }
}
