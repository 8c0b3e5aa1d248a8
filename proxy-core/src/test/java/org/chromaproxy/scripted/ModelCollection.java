package org.chromaproxy.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A collection of the model, and its records. */
final class ModelCollection {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> COLUMNS = List.of("embeddings", "documents", "metadatas", "uris");

    private final String id = UUID.randomUUID().toString();
    private final String database;
    private final Map<String, ObjectNode> records = new LinkedHashMap<>();
    private String name;
    private JsonNode metadata;
    private JsonNode dimension = NODES.nullNode();

    ModelCollection(String database, String name, JsonNode metadata) {
        this.database = database;
        this.name = name;
        this.metadata = metadata.isMissingNode() ? NODES.nullNode() : metadata;
    }

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    /** Tenant and name. */
    String database() {
        return database;
    }

    List<String> ids() {
        return List.copyOf(records.keySet());
    }

    ObjectNode json() {
        ObjectNode json = NODES.objectNode().put("id", id).put("name", name);
        json.set("metadata", metadata);
        json.set("dimension", dimension);
        json.set("configuration_json", NODES.objectNode());
        return json.put("tenant", database.split("/", -1)[0]).put("database", database.split("/", -1)[1]);
    }

    void lose(String lost) {
        records.remove(lost);
    }

    void modify(JsonNode change) {
        name = change.path("new_name").asText(name);
        metadata = change.has("new_metadata") ? change.get("new_metadata") : metadata;
    }

    Reply records(String operation, JsonNode body) {
        return switch (operation) {
            case "add", "upsert", "update" -> write(operation, body);
            case "delete" -> delete(body);
            case "get" -> Reply.json(200, get(body).toString());
            case "count" -> Reply.json(200, Integer.toString(records.size()));
            default -> Reply.json(200, "{}");
        };
    }

    private Reply write(String operation, JsonNode body) {
        JsonNode embedding = body.path("embeddings").path(0);
        if (dimension.isNull() && embedding.isArray()) {
            dimension = NODES.numberNode(embedding.size());
        }
        for (int i = 0; i < body.path("ids").size(); i++) {
            String key = body.path("ids").get(i).asText();
            boolean present = records.containsKey(key);
            boolean writes = switch (operation) {
                case "add" -> !present;
                case "update" -> present;
                default -> true;
            };
            if (writes) {
                ObjectNode kept = records.computeIfAbsent(key, fresh -> NODES.objectNode());
                for (String column : COLUMNS) {
                    if (body.path(column).has(i)) {
                        kept.set(column, body.path(column).get(i));
                    }
                }
            }
        }
        return Reply.json(operation.equals("add") ? 201 : 200, "{}");
    }

    private List<String> matches(JsonNode body) {
        List<String> wanted = new ArrayList<>();
        body.path("ids").forEach(node -> wanted.add(node.asText()));
        return records.keySet().stream()
                .filter(key -> wanted.isEmpty() || wanted.contains(key))
                .skip(body.path("offset").asLong(0))
                .limit(body.hasNonNull("limit") ? body.path("limit").asLong() : Long.MAX_VALUE)
                .toList();
    }

    private Reply delete(JsonNode body) {
        boolean filtered = body.hasNonNull("where") || body.hasNonNull("where_document");
        if (body.hasNonNull("limit") && !filtered) {
            return Reply.error(400, "InvalidArgumentError", "limit without where");
        }
        List<String> hit = matches(body);
        hit.forEach(records::remove);
        int deleted = body.has("ids") ? body.path("ids").size() : hit.size();
        return Reply.json(200, "{\"deleted\":" + deleted + "}");
    }

    private ObjectNode get(JsonNode body) {
        ObjectNode answer = NODES.objectNode();
        List<String> hit = matches(body);
        ArrayNode ids = answer.putArray("ids");
        hit.forEach(ids::add);
        for (String column : COLUMNS) {
            ArrayNode values = answer.putArray(column);
            hit.forEach(key ->
                    values.add(records.getOrDefault(key, NODES.objectNode()).get(column)));
        }
        return answer;
    }
}
