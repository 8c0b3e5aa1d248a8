package org.chromaproxy.acceptance.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;

/** What the proxy says about one collection in {@code /admin/collection_mappings}; absent ids are empty texts. */
public record Mapping(String name, String primaryId, String replicaId, String status) {
    private static final int PAGE = 500;

    /** The mapping of a collection of the default database, as it stands. */
    public static Optional<Mapping> find(ChromaApi proxy, String name) {
        return find(proxy, "default_database", name);
    }

    /** The mapping of a collection of a database of the default tenant, as it stands. */
    public static Optional<Mapping> find(ChromaApi proxy, String database, String name) {
        JsonNode page;
        int offset = 0;
        do {
            page = proxy.get("/admin/collection_mappings?limit=" + PAGE + "&offset=" + offset)
                    .expect(200)
                    .json()
                    .path("collection_mappings");
            for (JsonNode row : page) {
                if (row.path("collection_name").asText().equals(name)
                        && row.path("database").asText().equals(database)
                        && row.path("tenant").asText().equals("default_tenant")) {
                    return Optional.of(of(row));
                }
            }
            offset += page.size();
        } while (page.size() == PAGE);
        return Optional.empty();
    }

    /** Waits up to 30 s until both instances have the collection. */
    public static Mapping awaitComplete(ChromaApi proxy, String name) {
        return Awaitility.await("a complete mapping of " + name)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> find(proxy, name),
                        found -> found.filter(Mapping::complete).isPresent())
                .orElseThrow();
    }

    public boolean complete() {
        return status.equals("complete") && !primaryId.isEmpty() && !replicaId.isEmpty();
    }

    private static Mapping of(JsonNode row) {
        return new Mapping(
                row.path("collection_name").asText(),
                row.path("primary_collection_id").asText(""),
                row.path("replica_collection_id").asText(""),
                row.path("status").asText());
    }
}
