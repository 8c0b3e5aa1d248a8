package org.chromaproxy.acceptance.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything one Chroma server holds, in a form that two servers with the same content share: no collection ids, no
 * order, metadata as sets of keys.
 *
 * @param collections by {@code tenant/database/name}; databases without collections are entries that end in a slash
 */
public record InstanceDump(SortedMap<String, CollectionDump> collections) {
    /** Below Chroma's own limits for one read, and bounded in memory. */
    private static final int PAGE = 1_000;
    /** The collections that the proxy keeps for itself on each instance start with this. */
    private static final String OWN = "chroma-proxy-";
    /** Deleted collections start with this until they are purged, on each instance for itself: no client sees them. */
    private static final String DELETED = "chroma-proxy.deleted.";

    private static final int DIFFERENCES_SHOWN = 20;
    /** A member that the older releases do not have. */
    private static final String SCHEMA = "schema";

    /**
     * One collection.
     *
     * @param settings its metadata, configuration, dimension and, where the release knows one, schema
     * @param records by id: embedding, document, metadata, uri
     */
    public record CollectionDump(String id, JsonNode settings, SortedMap<String, JsonNode> records) {}

    /** Reads a whole instance, page by page. Tenants cannot be listed, so all but the default one are named. */
    public static InstanceDump of(ChromaApi instance, String... furtherTenants) {
        SortedMap<String, CollectionDump> collections = new TreeMap<>();
        List<String> tenants = new ArrayList<>(List.of(furtherTenants));
        tenants.add("default_tenant");
        for (String tenant : tenants) {
            for (JsonNode database : pages(instance, "/api/v2/tenants/" + tenant + "/databases")) {
                dumpDatabase(instance, tenant, database.path("name").asText(), collections);
            }
        }
        return new InstanceDump(collections);
    }

    /** The collection of this name in the default database; an {@link AssertionError} when there is none. */
    public CollectionDump collection(String name) {
        CollectionDump found = collections.get("default_tenant/default_database/" + name);
        if (found == null) {
            throw new AssertionError("no collection " + name + " among " + collections.keySet());
        }
        return found;
    }

    /** How many deleted collections of the default database the instance still holds. */
    static long deleted(ChromaApi instance) {
        return pages(instance, ChromaApi.D + "/collections").stream()
                .filter(collection -> collection.path("name").asText().startsWith(DELETED))
                .count();
    }

    /** Fails with a readable list of what is on one side and not, or otherwise, on the other. */
    public static void assertEqual(InstanceDump primary, InstanceDump replica) {
        List<String> differences = differences(primary, replica);
        if (!differences.isEmpty()) {
            int shown = Math.min(DIFFERENCES_SHOWN, differences.size());
            throw new AssertionError("primary and replica differ in " + differences.size() + " places:\n  "
                    + String.join("\n  ", differences.subList(0, shown))
                    + (shown < differences.size() ? "\n  ..." : ""));
        }
    }

    static List<String> differences(InstanceDump primary, InstanceDump replica) {
        List<String> differences = new ArrayList<>();
        for (String name : union(primary.collections, replica.collections)) {
            CollectionDump ours = primary.collections.get(name);
            CollectionDump theirs = replica.collections.get(name);
            if (ours == null || theirs == null) {
                differences.add(name + ": only on the " + (ours == null ? "replica" : "primary"));
                continue;
            }
            compare(name + " settings", ours.settings, theirs.settings, differences);
            for (String id : union(ours.records, theirs.records)) {
                compare(name + " record '" + id + "'", ours.records.get(id), theirs.records.get(id), differences);
            }
        }
        return differences;
    }

    private static void compare(
            String what,
            @org.jspecify.annotations.Nullable JsonNode ours,
            @org.jspecify.annotations.Nullable JsonNode theirs,
            List<String> differences) {
        if (ours == null || theirs == null) {
            differences.add(what + ": only on the " + (ours == null ? "replica" : "primary"));
            return;
        }
        for (Map.Entry<String, JsonNode> field : ours.properties()) {
            JsonNode other = theirs.path(field.getKey());
            boolean unknownThere = field.getKey().equals(SCHEMA) && other.isMissingNode();
            if (!field.getValue().equals(other) && !unknownThere) {
                differences.add(what + ", " + field.getKey() + ": primary " + field.getValue() + ", replica " + other);
            }
        }
    }

    private static void dumpDatabase(
            ChromaApi instance, String tenant, String database, Map<String, CollectionDump> into) {
        String path = ChromaApi.database(tenant, database);
        String prefix = tenant + "/" + database + "/";
        if (database.startsWith(OWN)) {
            return;
        }
        into.put(prefix, new CollectionDump("", Json.object(), new TreeMap<>()));
        for (JsonNode collection : pages(instance, path + "/collections")) {
            String name = collection.path("name").asText();
            if (!name.startsWith(OWN) && !name.startsWith(DELETED)) {
                into.put(prefix + name, dumpCollection(instance, path, collection));
            }
        }
    }

    private static CollectionDump dumpCollection(ChromaApi instance, String database, JsonNode collection) {
        String id = collection.path("id").asText();
        ObjectNode settings = Json.object(
                "metadata", collection.path("metadata"),
                "configuration", collection.path("configuration_json"),
                "dimension", collection.path("dimension"));
        if (collection.has(SCHEMA)) {
            settings.set(SCHEMA, collection.get(SCHEMA));
        }
        return new CollectionDump(id, settings, records(instance, database + "/collections/" + id));
    }

    private static SortedMap<String, JsonNode> records(ChromaApi instance, String collection) {
        SortedMap<String, JsonNode> records = new TreeMap<>();
        int page;
        int offset = 0;
        do {
            JsonNode got = instance.records(collection, Json.object("limit", PAGE, "offset", offset));
            page = got.path("ids").size();
            for (int i = 0; i < page; i++) {
                ObjectNode before =
                        (ObjectNode) records.put(got.path("ids").path(i).asText(), recordAt(got, i));
                if (before != null) {
                    throw new AssertionError("the id " + got.path("ids").path(i) + " stands twice in " + collection);
                }
            }
            offset += page;
        } while (page == PAGE);
        return records;
    }

    private static JsonNode recordAt(JsonNode got, int index) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        fields.put("embedding", got.path("embeddings").path(index));
        fields.put("document", got.path("documents").path(index));
        fields.put("metadata", got.path("metadatas").path(index));
        fields.put("uri", got.path("uris").path(index));
        ObjectNode record = Json.object();
        fields.forEach(record::set);
        return record;
    }

    private static List<JsonNode> pages(ChromaApi instance, String path) {
        List<JsonNode> all = new ArrayList<>();
        int page;
        do {
            String query = "?limit=" + PAGE + "&offset=" + all.size();
            JsonNode got = instance.get(path + query).expect(200).json();
            page = got.size();
            got.forEach(all::add);
        } while (page == PAGE);
        return all;
    }

    private static SortedSet<String> union(Map<String, ?> one, Map<String, ?> other) {
        SortedSet<String> union = new TreeSet<>(one.keySet());
        union.addAll(other.keySet());
        return union;
    }
}
