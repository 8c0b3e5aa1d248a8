package org.chromaproxy.bench.stub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.chromaproxy.bench.load.Requests;

/**
 * As much of Chroma's catalog as the proxy asks for: tenants, databases, collections. It holds no records, and counts the adds to each
 * collection that was there from the start.
 */
final class StubModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/api/v2/tenants";
    private static final String HOME = "default_tenant/default_database";

    /** A status line without the version, and a body. */
    record Answer(String status, String body) {}

    private record Collection(String id, String database, String name, JsonNode metadata) {}

    private final Set<String> tenants = new TreeSet<>();
    private final Set<String> databases = new TreeSet<>();
    private final Map<String, Collection> byId = new TreeMap<>();
    private final Map<String, Collection> byPath = new HashMap<>();
    private final int[] adds;
    private boolean records;

    /** @param server tells the ids of two stubs apart; the names are the same */
    StubModel(int collections, int server) {
        tenants.add("default_tenant");
        databases.add(HOME);
        adds = new int[collections];
        for (int i = 0; i < collections; i++) {
            String name = "collection-" + i;
            put(new Collection(StubServer.id(server, i).toString(), HOME, name, JsonNodeFactory.instance.nullNode()));
        }
    }

    /** Chroma fixes a collection's dimension with the first record; this one does so for all at once. */
    void recordsCame() {
        records = true;
    }

    /** @param number as {@link StubServer#number} tells it */
    void added(long number) {
        if (number >= 0 && number < adds.length) {
            adds[(int) number]++;
        }
    }

    /** How many adds there were to that collection. */
    private int adds(String id) {
        long number = StubServer.number(id);
        return number >= 0 && number < adds.length ? adds[(int) number] : 0;
    }

    private void put(Collection collection) {
        byId.put(collection.id, collection);
        byPath.put(collection.database + "/" + collection.name, collection);
    }

    private void remove(Collection collection) {
        byId.remove(collection.id);
        byPath.remove(collection.database + "/" + collection.name);
    }

    Answer execute(String method, String target, String body) {
        URI uri = URI.create(target);
        if (!uri.getPath().startsWith(ROOT)) {
            return ok("{}");
        }
        String[] path = uri.getPath().substring(ROOT.length()).split("/", -1);
        JsonNode json = read(body);
        return switch (path.length) {
            case 1 -> make(tenants, json.path("name").asText());
            case 2 -> tenants.contains(path[1]) ? ok(named(path[1]).toString()) : missing();
            case 3 ->
                method.equals("POST")
                        ? make(databases, path[1] + "/" + json.path("name").asText())
                        : ok(databasesOf(path[1]));
            case 4 ->
                databases.contains(path[1] + "/" + path[3]) ? ok(named(path[3]).toString()) : missing();
            default -> collections(method, uri, path, json);
        };
    }

    private Answer collections(String method, URI uri, String[] path, JsonNode json) {
        String database = path[1] + "/" + path[3];
        if (path.length == 5) {
            return method.equals("POST") ? create(database, json) : ok(list(database, uri));
        }
        Optional<Collection> found = Optional.ofNullable(byPath.get(database + "/" + path[5]))
                .or(() -> Optional.ofNullable(byId.get(path[5])));
        if (found.isEmpty()) {
            return missing();
        }
        Collection collection = found.get();
        if (path[path.length - 1].equals("count")) {
            return ok(Integer.toString(adds(collection.id)));
        }
        switch (method) {
            case "DELETE" -> remove(collection);
            case "PUT" -> {
                String name = json.path("new_name").asText(collection.name);
                JsonNode metadata = json.has("new_metadata") ? json.get("new_metadata") : collection.metadata;
                remove(collection);
                put(new Collection(collection.id, database, name, metadata));
            }
            default -> {
                return ok(json(collection).toString());
            }
        }
        return ok("{}");
    }

    private Answer create(String database, JsonNode json) {
        String name = json.path("name").asText();
        Collection present = byPath.get(database + "/" + name);
        if (present == null) {
            Collection made = new Collection(UUID.randomUUID().toString(), database, name, json.path("metadata"));
            put(made);
            // With a dimension the proxy would take it for one that was there before, with data: kept on one side only.
            return ok(json(made).putNull("dimension").toString());
        }
        return json.path("get_or_create").asBoolean()
                ? ok(json(present).toString())
                : new Answer("409 Conflict", "{\"error\":\"ChromaError\",\"message\":\"already exists\"}");
    }

    private String list(String database, URI uri) {
        return byId.values().stream()
                .filter(collection -> collection.database.equals(database))
                .skip(number(uri, "offset", 0))
                .limit(number(uri, "limit", Integer.MAX_VALUE))
                .map(collection -> json(collection).toString())
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static long number(URI uri, String name, long otherwise) {
        String query = uri.getQuery() == null ? "" : uri.getQuery();
        for (String pair : query.split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return Long.parseLong(pair.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    private String databasesOf(String tenant) {
        return databases.stream()
                .filter(database -> database.startsWith(tenant + "/"))
                .map(database -> named(database.substring(tenant.length() + 1)).toString())
                .collect(Collectors.joining(",", "[", "]"));
    }

    private ObjectNode json(Collection collection) {
        ObjectNode json = JSON.createObjectNode().put("id", collection.id).put("name", collection.name);
        json.set("metadata", collection.metadata.isMissingNode() ? json.nullNode() : collection.metadata);
        json.set("dimension", records ? json.numberNode(Requests.DIMENSION) : json.nullNode());
        json.set("configuration_json", JSON.createObjectNode());
        String[] home = collection.database.split("/", -1);
        return json.put("tenant", home[0]).put("database", home[1]);
    }

    private static ObjectNode named(String name) {
        return JSON.createObjectNode()
                .put("id", "00000000-0000-0000-0000-000000000000")
                .put("name", name);
    }

    private static Answer make(Set<String> all, String name) {
        return all.add(name)
                ? ok("{}")
                : new Answer("409 Conflict", "{\"error\":\"ChromaError\",\"message\":\"already exists\"}");
    }

    private static Answer ok(String body) {
        return new Answer("200 OK", body);
    }

    private static Answer missing() {
        return new Answer("404 Not Found", "{\"error\":\"NotFoundError\",\"message\":\"does not exist\"}");
    }

    private static JsonNode read(String body) {
        try {
            return body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + body, e);
        }
    }
}
