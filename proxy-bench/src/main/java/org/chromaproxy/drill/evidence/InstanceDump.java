package org.chromaproxy.drill.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.chromaproxy.drill.model.StoredRecord;

/** Reads everything a Chroma server holds in the default database, past the proxy. */
public final class InstanceDump {
    private static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";
    /** Far below what Chroma refuses in one answer, and far above what a run makes. */
    private static final int PAGE = 5_000;

    private final Http server;

    private InstanceDump(Http server) {
        this.server = server;
    }

    public static InstanceContent read(String name, URI url) throws IOException {
        return new InstanceDump(new Http(url, Duration.ofSeconds(30))).read(name);
    }

    private InstanceContent read(String name) throws IOException {
        SortedMap<String, InstanceContent.Content> collections = new TreeMap<>();
        JsonNode list = Http.ok(server.get(COLLECTIONS + "?limit=" + PAGE));
        for (JsonNode collection : list) {
            JsonNode got = Http.ok(server.post(
                    COLLECTIONS + "/" + collection.path("id").asText() + "/get",
                    "{\"include\":[\"embeddings\",\"documents\",\"metadatas\"],\"limit\":" + PAGE + "}"));
            SortedMap<String, String> metadata = new TreeMap<>();
            collection
                    .path("metadata")
                    .properties()
                    .forEach(field ->
                            metadata.put(field.getKey(), field.getValue().toString()));
            String called = collection.path("name").asText();
            if (collections.put(called, new InstanceContent.Content(metadata, records(called, got))) != null) {
                throw new IOException(name + " has two collections named " + called);
            }
        }
        return new InstanceContent(name, limitsDeletes(list), collections);
    }

    /** Servers that know limits refuse this one; on the others it deletes nothing. To be asked after all has been read. */
    private boolean limitsDeletes(JsonNode collections) throws IOException {
        if (collections.isEmpty()) {
            return true;
        }
        String id = collections.path(0).path("id").asText();
        Http.Reply reply = server.post(COLLECTIONS + "/" + id + "/delete", "{\"limit\":0}");
        if (reply.status() != 200 && reply.status() != 400) {
            throw new IOException("whether limits are known was answered " + reply.status() + ": " + reply.body());
        }
        return reply.status() == 400;
    }

    private static SortedMap<String, StoredRecord> records(String collection, JsonNode got) throws IOException {
        SortedMap<String, StoredRecord> records = new TreeMap<>();
        for (int i = 0; i < got.path("ids").size(); i++) {
            String id = got.path("ids").path(i).asText();
            StoredRecord stored = StoredRecord.of(
                    got.path("documents").path(i),
                    got.path("metadatas").path(i),
                    got.path("embeddings").path(i));
            if (records.put(id, stored) != null) {
                throw new IOException("the id " + id + " stands twice in " + collection);
            }
        }
        return records;
    }
}
