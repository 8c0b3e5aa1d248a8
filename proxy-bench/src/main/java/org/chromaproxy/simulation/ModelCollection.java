package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;

/**
 * The records of one collection, with Chroma's semantics: an add leaves an id that is there as it is, an update passes by one that is
 * not, metadata is merged by updates and upserts. A server has one, and so has whoever knows what must be there.
 */
final class ModelCollection {
    /** Clients and lanes use few names, so that these may be kept. */
    private static final ObjectMapper BODIES =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int NONE = 0;
    private static final String EMBEDDING = "embedding";

    private static final List<String> ARRAYS = List.of("embeddings", "metadatas", "documents");

    /** Embedding and metadata of a record, as text by name, and all of it as one text. Never changed. */
    private record Fields(SortedMap<String, String> byName, String text) {
        static final Fields NONE = new Fields(new TreeMap<>(), "");

        Fields(SortedMap<String, String> byName) {
            this(byName, byName.toString());
        }
    }

    /** By id. */
    private final Map<String, Fields> records = new LinkedHashMap<>();

    /** What {@link #content} says; null where that has to be made anew. */
    private @Nullable Map<String, String> content;

    /** By id: the embedding of an update that found no record. */
    private final Map<String, String> left = new LinkedHashMap<>();

    private int dimension = NONE;
    /** Whether the last that concerned it was a request that fixed the dimension and was refused. */
    private boolean unwritten;

    /** A body that some client or lane has made. */
    static JsonNode parse(byte[] body) {
        try {
            return BODIES.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelCollection copy() {
        ModelCollection other = new ModelCollection();
        other.records.putAll(records);
        other.content = content;
        other.left.putAll(left);
        other.dimension = dimension;
        other.unwritten = unwritten;
        return other;
    }

    int dimension() {
        return dimension;
    }

    /** What it holds, as text that is equal if and only if the records are. */
    Map<String, String> content() {
        Map<String, String> known = content;
        if (known == null) {
            Map<String, String> all = new TreeMap<>();
            records.forEach((id, fields) -> all.put(id, fields.text));
            known = Collections.unmodifiableMap(all);
            content = known;
        }
        return known;
    }

    /** Whether Chroma would refuse the body; nothing changes. */
    boolean refuses(OpKind kind, JsonNode body) {
        return copy().refusal(kind, body).isPresent();
    }

    /**
     * Why Chroma refuses the body, whether or not there is a collection: it cannot be read.
     *
     * @return the answer; empty if it can be read
     */
    static Optional<UpstreamResponse> unreadable(OpKind kind, JsonNode body) {
        boolean writes = kind == OpKind.ADD || kind == OpKind.UPSERT;
        boolean read =
                kind == OpKind.DELETE || (body.path("ids").isArray() && (!writes || embeds(body.path("embeddings"))));
        return read
                ? Optional.empty()
                : Optional.of(ModelAnswers.error(
                        422, "ChromaError", "Failed to deserialize the JSON body: a field is missing"));
    }

    private static boolean embeds(JsonNode embeddings) {
        boolean arrays = embeddings.isArray();
        for (JsonNode embedding : embeddings) {
            arrays &= embedding.isArray();
        }
        return arrays;
    }

    /**
     * Why Chroma refuses the body, which it can read. It checks the embeddings first, and a collection that has no dimension takes theirs,
     * even if the body is refused then.
     *
     * @return the answer; empty if it executes the body
     */
    Optional<UpstreamResponse> refusal(OpKind kind, JsonNode body) {
        Optional<UpstreamResponse> unreadable = unreadable(kind, body);
        if (kind == OpKind.DELETE || unreadable.isPresent()) {
            return unreadable;
        }
        int wanted = dimension;
        for (JsonNode embedding : body.path("embeddings")) {
            if (embedding.isArray()) {
                if (wanted != NONE && embedding.size() != wanted) {
                    return refused(
                            "Collection expecting embedding with dimension of " + wanted + ", got " + embedding.size());
                }
                wanted = embedding.size();
            }
        }
        boolean fixed = dimension == NONE && wanted != NONE;
        dimension = wanted;
        int ids = body.path("ids").size();
        for (String array : ARRAYS) {
            if (body.path(array).isArray() && body.path(array).size() != ids) {
                unwritten |= fixed;
                return refused("Inconsistent number of IDs, embeddings, documents, URIs and metadatas");
            }
        }
        return Optional.empty();
    }

    private static Optional<UpstreamResponse> refused(String message) {
        return Optional.of(ModelAnswers.error(400, "InvalidArgumentError", message));
    }

    /** Executes it; how many records a delete named or matched. */
    int execute(OpKind kind, JsonNode body) {
        content = null;
        if (kind == OpKind.DELETE) {
            boolean filtered = body.path("where").isObject();
            if (!filtered && !body.path("ids").isArray()) {
                return 0;
            }
            List<String> matches = matches(body);
            unwritten &= filtered ? matches.isEmpty() : body.path("ids").isEmpty();
            matches.forEach(records::remove);
            left.keySet().removeAll(matches);
            body.path("ids").forEach(id -> left.remove(id.asText()));
            return filtered ? matches.size() : body.path("ids").size();
        }
        unwritten &= body.path("ids").isEmpty();
        for (int i = 0; i < body.path("ids").size(); i++) {
            String id = body.path("ids").get(i).asText();
            boolean there = records.containsKey(id);
            JsonNode embedding = body.path("embeddings").path(i);
            if (dimension == NONE && embedding.isArray()) {
                dimension = embedding.size();
            }
            if (embedding.isArray() && kind == OpKind.UPDATE && !there) {
                left.put(id, Texts.of(embedding));
            } else if (embedding.isArray() && kind != OpKind.ADD) {
                left.remove(id);
            }
            if (kind == OpKind.ADD ? !there : kind == OpKind.UPSERT || there) {
                Fields before = records.getOrDefault(id, Fields.NONE);
                records.put(
                        id, written(before, embedding, body.path("metadatas").path(i)));
            }
        }
        return 0;
    }

    private static Fields written(Fields before, JsonNode embedding, JsonNode metadata) {
        SortedMap<String, String> fields = new TreeMap<>(before.byName);
        if (embedding.isArray()) {
            fields.put(EMBEDDING, Texts.of(embedding));
        }
        metadata.properties().forEach(field -> fields.put("." + field.getKey(), Texts.of(field.getValue())));
        return new Fields(fields);
    }

    /** The ids that a filter or a list of ids matches, in the order in which they came. */
    List<String> matches(JsonNode body) {
        List<String> found = new ArrayList<>();
        JsonNode where = body.path("where");
        int limit = body.path("limit").asInt(Integer.MAX_VALUE);
        int offset = body.path("offset").asInt(0);
        int passed = 0;
        for (Map.Entry<String, Fields> each : records.entrySet()) {
            boolean named = !body.path("ids").isArray() || contains(body.path("ids"), each.getKey());
            boolean matched = !where.isObject() || matches(where, each.getValue());
            if (named && matched && passed++ >= offset && found.size() < limit) {
                found.add(each.getKey());
            }
        }
        return found;
    }

    private static boolean matches(JsonNode where, Fields fields) {
        boolean all = true;
        for (Map.Entry<String, JsonNode> field : where.properties()) {
            all &= Texts.of(field.getValue()).equals(fields.byName.get("." + field.getKey()));
        }
        return all;
    }

    /**
     * The embedding that a server may show of a record instead of its own: that of an update which came before the add, and found no
     * record. Both releases do so, depending on when the collection is first read; the model does not.
     */
    Optional<String> embeddingLeft(String id) {
        return Optional.ofNullable(left.get(id));
    }

    /**
     * Whether a server may fail to read embeddings: a request that it refused has fixed the dimension, and none that it executed has come
     * since. Both releases do so if the collection was read before; the model does not.
     */
    boolean mayFailToReadEmbeddings() {
        return unwritten;
    }

    /** An answer to a get: what it includes of the records that match. */
    UpstreamResponse get(JsonNode body) {
        List<String> ids = matches(body);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ids.forEach(answer.putArray("ids")::add);
        JsonNode include = body.path("include");
        boolean usual = !include.isArray();
        answer.set("embeddings", included(ids, !usual && contains(include, "embeddings"), this::embedding));
        answer.set("documents", included(ids, usual || contains(include, "documents"), _ -> NullNode.getInstance()));
        answer.putNull("uris");
        answer.set("metadatas", included(ids, usual || contains(include, "metadatas"), this::metadata));
        return ModelAnswers.json(200, answer.toString());
    }

    private static JsonNode included(List<String> ids, boolean wanted, Function<String, JsonNode> part) {
        if (!wanted) {
            return NullNode.getInstance();
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        ids.forEach(id -> all.add(part.apply(id)));
        return all;
    }

    /** That record's embedding; a JSON null if there is none. */
    JsonNode embedding(String id) {
        return parse(fields(id).getOrDefault(EMBEDDING, "null").getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode metadata(String id) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        fields(id).forEach((name, value) -> {
            if (name.startsWith(".")) {
                metadata.set(name.substring(1), parse(value.getBytes(StandardCharsets.UTF_8)));
            }
        });
        return metadata.isEmpty() ? NullNode.getInstance() : metadata;
    }

    private Map<String, String> fields(String id) {
        return records.getOrDefault(id, Fields.NONE).byName;
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
