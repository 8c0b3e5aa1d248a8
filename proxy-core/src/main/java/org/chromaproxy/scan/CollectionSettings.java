package org.chromaproxy.scan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a collection is beside its records, as an instance's answer tells it: configuration, metadata, schema, dimension.
 * Two are compared by what requests can notice of them. Immutable.
 *
 * <p>Not noticed: members that are null or absent; {@code num_threads}, which is the machine's processor count where no
 * client gave it; keys that the schema has merely discovered, which behave as its defaults do; and, where one side is a
 * release that knows no schema, members that only the other side tells of.
 */
public final class CollectionSettings {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String MACHINES_OWN = "num_threads";
    private static final int SHOWN = 120;

    private final JsonNode configuration;
    private final JsonNode metadata;
    private final JsonNode schema;
    private final JsonNode dimension;
    private final boolean knowsSchema;

    private CollectionSettings(JsonNode collection) {
        this.configuration = pruned(collection.path("configuration_json"));
        this.metadata = collection.path("metadata").isObject() ? collection.path("metadata") : NODES.objectNode();
        this.schema = undiscovered(pruned(collection.path("schema")));
        this.dimension = collection.path("dimension");
        this.knowsSchema = collection.path("schema").isObject();
    }

    /** Reads the answer to a {@code GET} of one collection; empty if it is something else. */
    public static Optional<CollectionSettings> of(byte[] collection) {
        return of(collection, new Slice(0, collection.length));
    }

    /** Reads one element of a list. */
    public static Optional<CollectionSettings> of(byte[] body, Slice element) {
        try {
            JsonNode tree = ClientJson.tree(body, element);
            return tree.isObject() ? Optional.of(new CollectionSettings(tree)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * What tells two apart that are not the same: of two with the same one no {@link #difference} is known. Those of different
     * releases may have different ones though nothing can be noticed.
     */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (JsonNode part :
                    List.of(configuration, metadata, schema, dimension, BooleanNode.valueOf(knowsSchema))) {
                digest(digest, part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whatever the order of members. */
    private static void digest(MessageDigest digest, JsonNode value) {
        if (value.isObject()) {
            Set<String> names = new TreeSet<>();
            value.fieldNames().forEachRemaining(names::add);
            digest.update((byte) '{');
            for (String name : names) {
                digest(digest, TextNode.valueOf(name));
                digest(digest, value.path(name));
            }
            digest.update((byte) '}');
        } else {
            digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) ',');
        }
    }

    /** Whether the distance between its vectors ignores their lengths. */
    public boolean cosine() {
        return space("hnsw").equals("cosine")
                || space("spann").equals("cosine")
                || metadata.path("hnsw:space").asText().equals("cosine");
    }

    private String space(String index) {
        return configuration.path(index).path("space").asText();
    }

    /** The dimension of its vectors, 0 while it is open. */
    int dimension() {
        return dimension.asInt(0);
    }

    /** The first thing in which the other differs, as {@code path: here, there}; empty if no request can tell them apart. */
    public Optional<String> difference(CollectionSettings other) {
        return sameShape(other)
                .or(() -> dimension() == other.dimension()
                        ? Optional.empty()
                        : Optional.of("dimension: " + dimension + ", " + other.dimension));
    }

    /** The same, the dimension aside: the first record sets it. */
    public Optional<String> sameShape(CollectionSettings other) {
        boolean lenient = knowsSchema != other.knowsSchema;
        return difference("metadata", metadata, other.metadata, false)
                .or(() -> difference("configuration", configuration, other.configuration, lenient))
                .or(() -> lenient ? Optional.empty() : difference("schema", schema, other.schema, false));
    }

    /** Whether the metadata differ. */
    public boolean sameMetadata(CollectionSettings other) {
        return metadata.equals(other.metadata);
    }

    private static Optional<String> difference(String path, JsonNode one, JsonNode other, boolean lenient) {
        if (one.isObject() && other.isObject()) {
            Set<String> names = new TreeSet<>();
            one.fieldNames().forEachRemaining(names::add);
            other.fieldNames().forEachRemaining(names::add);
            return names.stream()
                    .map(name -> difference(path + "." + name, one.path(name), other.path(name), lenient))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (one.equals(other) || (lenient && (one.isMissingNode() || other.isMissingNode()))) {
            return Optional.empty();
        }
        return Optional.of(path + ": " + brief(one) + ", " + brief(other));
    }

    private static String brief(JsonNode value) {
        String text = value.isMissingNode() ? "absent" : value.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private static JsonNode pruned(JsonNode value) {
        if (!value.isObject()) {
            return value.isNull() || value.isMissingNode() ? NODES.objectNode() : value;
        }
        ObjectNode pruned = NODES.objectNode();
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            if (!member.getValue().isNull() && !member.getKey().equals(MACHINES_OWN)) {
                JsonNode kept = member.getValue().isObject() ? pruned(member.getValue()) : member.getValue();
                pruned.set(member.getKey(), kept);
            }
        }
        return pruned;
    }

    /** Without the keys whose every type is indexed as the defaults say. */
    private static JsonNode undiscovered(JsonNode schema) {
        JsonNode defaults = schema.path("defaults");
        if (schema.path("keys") instanceof ObjectNode keys) {
            keys.properties()
                    .removeIf(key -> !key.getKey().startsWith("#")
                            && key.getValue().properties().stream()
                                    .allMatch(type -> type.getValue().equals(defaults.path(type.getKey()))));
        }
        return schema;
    }
}
