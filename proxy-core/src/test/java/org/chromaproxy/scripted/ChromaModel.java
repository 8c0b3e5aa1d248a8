package org.chromaproxy.scripted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** As much of Chroma as a proxy needs to run on it: tenants, databases, collections, records; filters match everything. */
final class ChromaModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ROOT = "/api/v2/";

    private final Set<String> tenants = new TreeSet<>(Set.of("default_tenant"));
    private final Set<String> databases = new TreeSet<>(Set.of("default_tenant/default_database"));
    private final Map<String, ModelCollection> collections = new TreeMap<>();

    /** The ids that a collection of that name holds, in order of insertion. */
    synchronized List<String> ids(String name) {
        return named(name).map(ModelCollection::ids).orElse(List.of());
    }

    /** This server's own id of the collection of that name. */
    synchronized String idOf(String name) {
        return named(name).orElseThrow().id();
    }

    /** Its disk is a new one. */
    synchronized void wipe() {
        collections.clear();
    }

    /** Somebody makes an empty collection there. */
    synchronized void make(String name, JsonNode metadata) {
        ModelCollection made = new ModelCollection("default_tenant/default_database", name, metadata);
        collections.put(made.id(), made);
    }

    /** Somebody replaces a collection's metadata there. */
    synchronized void describe(String name, JsonNode metadata) {
        ObjectNode change = NODES.objectNode();
        change.set("new_metadata", metadata);
        named(name).orElseThrow().modify(change);
    }

    /** Its disk lacks that record, which it had. */
    synchronized void lose(String name, String id) {
        named(name).orElseThrow().lose(id);
    }

    /** The LSN that the proxy's witness on it carries; -1 if there is none. */
    synchronized long witness() {
        return named("witness")
                .map(witness -> witness.json().path("metadata").path("lsn").asLong(-1))
                .orElse(-1L);
    }

    /** Its disk is one of an earlier time. */
    void rewindWitness() {
        putWitness(0);
    }

    /** The proxy's witness names that LSN from now on. */
    synchronized void putWitness(long lsn) {
        ModelCollection witness = named("witness").orElseThrow();
        ObjectNode metadata = witness.json().path("metadata").deepCopy();
        ObjectNode change = NODES.objectNode();
        change.set("new_metadata", metadata.put("lsn", lsn));
        witness.modify(change);
    }

    /** The LSN that the proxy's witness carries here. */
    synchronized long witnessed() {
        return named("witness")
                .orElseThrow()
                .json()
                .path("metadata")
                .path("lsn")
                .asLong();
    }

    private Optional<ModelCollection> named(String name) {
        return collections.values().stream().filter(c -> c.name().equals(name)).findFirst();
    }

    synchronized Reply execute(Call call) {
        if (!call.path().startsWith(ROOT)) {
            return Reply.json(404, "");
        }
        String[] path = call.path().substring(ROOT.length()).split("/", -1);
        return path[0].equals("tenants") ? tenants(call, path) : Reply.json(200, ofServer(path));
    }

    private static String ofServer(String[] path) {
        return switch (path[path.length - 1]) {
            case "heartbeat" -> "{\"nanosecond heartbeat\":1}";
            case "pre-flight-checks" -> "{\"max_batch_size\":5461,\"supports_base64_encoding\":true}";
            case "identity" -> "{\"user_id\":\"\",\"tenant\":\"default_tenant\",\"databases\":[]}";
            case "version" -> "\"1.0.0\"";
            default -> "{}";
        };
    }

    private Reply tenants(Call call, String[] path) {
        if (path.length == 1) {
            return make(tenants, read(call).path("name").asText(), "Tenant");
        }
        if (path.length == 2 && call.method().equals("PATCH")) {
            return Reply.json(200, "{}");
        }
        if (path.length == 2) {
            return tenants.contains(path[1])
                    ? Reply.json(200, object("name", path[1]).toString())
                    : notFound("Tenant [" + path[1] + "] not found");
        }
        if (path.length == 3) {
            return call.method().equals("POST")
                    ? make(databases, path[1] + "/" + read(call).path("name").asText(), "Database")
                    : databases(call, path[1]);
        }
        String database = path[1] + "/" + path[3];
        if (!databases.contains(database)) {
            return notFound("Database [" + path[3] + "] not found");
        }
        if (path.length == 4) {
            return database(call, database, path);
        }
        return path[4].equals("collections") ? collections(call, database, path) : Reply.json(200, "0");
    }

    private Reply databases(Call call, String tenant) {
        List<ObjectNode> found = databases.stream()
                .filter(database -> database.startsWith(tenant + "/"))
                .sorted()
                .map(database -> object("name", database.substring(tenant.length() + 1)))
                .toList();
        return page(call, found);
    }

    /** The part of a list that the query asks for. */
    private static Reply page(Call call, List<ObjectNode> all) {
        Map<String, List<String>> query = new QueryStringDecoder(call.uri()).parameters();
        long offset = Long.parseLong(query.getOrDefault("offset", List.of("0")).getFirst());
        long limit = Long.parseLong(
                query.getOrDefault("limit", List.of(Long.toString(all.size()))).getFirst());
        ArrayNode list = NODES.arrayNode();
        all.stream().skip(offset).limit(limit).forEach(list::add);
        return Reply.json(200, list.toString());
    }

    private static Reply make(Set<String> all, String name, String kind) {
        return all.add(name)
                ? Reply.json(200, "{}")
                : Reply.error(409, "ChromaError", kind + " [" + name + "] already exists");
    }

    private Reply database(Call call, String database, String[] path) {
        if (call.method().equals("DELETE")) {
            databases.remove(database);
            collections.values().removeIf(collection -> collection.database().equals(database));
            return Reply.json(200, "{}");
        }
        ObjectNode answer = object("name", path[3]);
        answer.put("id", "00000000-0000-0000-0000-000000000000").put("tenant", path[1]);
        return Reply.json(200, answer.toString());
    }

    private Reply collections(Call call, String database, String[] path) {
        if (path.length == 5) {
            return call.method().equals("POST") ? create(call, database) : list(call, database);
        }
        String reference = path[5];
        Optional<ModelCollection> found = collections.values().stream()
                .filter(c -> c.database().equals(database))
                .filter(c -> c.id().equals(reference) || (c.name().equals(reference) && path.length == 6))
                .findFirst();
        if (found.isEmpty()) {
            return notFound("Collection [" + reference + "] does not exist.");
        }
        if (path.length > 6) {
            return found.get().records(path[6], read(call));
        }
        return switch (call.method()) {
            case "DELETE" -> {
                collections.remove(found.get().id());
                yield Reply.json(200, "{}");
            }
            case "PUT" -> {
                found.get().modify(read(call));
                yield Reply.json(200, "{}");
            }
            default -> Reply.json(200, found.get().json().toString());
        };
    }

    private Reply create(Call call, String database) {
        JsonNode body = read(call);
        String name = body.path("name").asText();
        Optional<ModelCollection> present = collections.values().stream()
                .filter(c -> c.database().equals(database) && c.name().equals(name))
                .findFirst();
        if (present.isPresent()) {
            return body.path("get_or_create").asBoolean()
                    ? Reply.json(200, present.get().json().toString())
                    : Reply.error(409, "ChromaError", "Collection [" + name + "] already exists");
        }
        ModelCollection made = new ModelCollection(database, name, body.path("metadata"));
        collections.put(made.id(), made);
        return Reply.json(200, made.json().toString());
    }

    private Reply list(Call call, String database) {
        List<ObjectNode> found = collections.values().stream()
                .filter(collection -> collection.database().equals(database))
                .sorted(Comparator.comparing(ModelCollection::id))
                .map(ModelCollection::json)
                .toList();
        return page(call, found);
    }

    static Reply notFound(String message) {
        return Reply.error(404, "NotFoundError", message);
    }

    private static ObjectNode object(String key, String value) {
        return NODES.objectNode().put(key, value);
    }

    private static JsonNode read(Call call) {
        try {
            return call.body().isEmpty() ? NODES.objectNode() : JSON.readTree(call.body());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + call, e);
        }
    }
}
