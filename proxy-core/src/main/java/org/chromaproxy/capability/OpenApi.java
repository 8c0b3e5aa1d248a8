package org.chromaproxy.capability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** What a server's {@code /openapi.json} tells of it. */
public final class OpenApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private OpenApi() {}

    /** The routes and the features that show in it; {@link Capabilities#UNKNOWN} if this is no such document. */
    public static Capabilities read(byte[] document) {
        JsonNode root;
        try {
            root = JSON.readTree(document);
        } catch (IOException e) {
            return Capabilities.UNKNOWN;
        }
        Set<String> routes = new HashSet<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        routes.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        JsonNode schemas = root.path("components").path("schemas");
        JsonNode create = schemas.path("CreateCollectionPayload").path("properties");
        JsonNode values = schemas.path("HashMap").path("additionalProperties");
        if (routes.isEmpty() || create.isMissingNode() || values.isMissingNode()) {
            return new Capabilities(routes, Set.of(), Set.of());
        }
        return new Capabilities(routes, Set.of(), Set.of())
                .with(Feature.COLLECTION_SCHEMA, create.has("schema"))
                .with(Feature.LIST_METADATA, says(values, "type", "array"))
                .with(
                        Feature.UNKNOWN_EMBEDDING_FUNCTION,
                        contains(schemas.path("EmbeddingFunctionConfiguration"), "unknown"));
    }

    private static boolean says(JsonNode within, String key, String value) {
        return within.findValues(key).stream().anyMatch(found -> value.equals(found.asText()));
    }

    private static boolean contains(JsonNode within, String text) {
        Deque<JsonNode> left = new ArrayDeque<>(Set.of(within));
        while (!left.isEmpty()) {
            JsonNode next = left.pop();
            if (next.isTextual() && next.asText().equals(text)) {
                return true;
            }
            next.forEach(left::push);
        }
        return false;
    }
}
