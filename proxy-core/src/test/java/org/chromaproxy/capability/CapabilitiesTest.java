package org.chromaproxy.capability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    private static final String COLLECTION =
            "/api/v2/tenants/{tenant}/databases/{database}/collections/{collection_id}";
    private static final String PATH = "/api/v2/tenants/t/databases/d/collections/0b7e";

    private static final Capabilities SERVER = OpenApi.read(("{\"paths\":{\"" + COLLECTION
                    + "/search\":{\"post\":{},\"parameters\":[]},\"" + COLLECTION + "\":{\"get\":{},\"put\":{}}}}")
            .getBytes(UTF_8));

    @Test
    void aRouteIsFoundByMethodAndPath() {
        assertTrue(SERVER.hasRoute("POST", PATH + "/search?limit=1"));
        assertTrue(SERVER.hasRoute("put", PATH));
        assertFalse(SERVER.hasRoute("GET", PATH + "/search"));
        assertFalse(SERVER.hasRoute("POST", PATH + "/searches"));
        assertFalse(SERVER.hasRoute("POST", PATH + "/search/more"));
        assertFalse(SERVER.hasRoute("PARAMETERS", PATH + "/search"));
        assertTrue(SERVER.lacksRoute("POST", PATH + "/conditional/commit"));
        assertFalse(SERVER.lacksRoute("POST", PATH + "/search"));
    }

    @Test
    void whatIsNotKnownIsNeitherHadNorLacked() {
        assertFalse(Capabilities.UNKNOWN.known());
        assertFalse(Capabilities.UNKNOWN.hasRoute("POST", PATH + "/search"));
        assertFalse(Capabilities.UNKNOWN.lacksRoute("POST", PATH + "/search"));
        for (Feature feature : Feature.values()) {
            assertFalse(SERVER.has(feature) || SERVER.lacks(feature), "no schema tells of " + feature);
        }
        assertEquals(Capabilities.UNKNOWN, OpenApi.read("<html>no</html>".getBytes(UTF_8)));
        assertEquals(Capabilities.UNKNOWN, OpenApi.read("{}".getBytes(UTF_8)));
    }

    @Test
    void whatEveryReleaseDoesNeedsNothing() {
        assertEquals(Set.of(), needs(OpKind.ADD, """
            {"ids":["a"],"embeddings":["AACAQA=="],"metadatas":[{"k":1,"n":null},null],"documents":null,"uris":null}\
            """));
        assertEquals(Set.of(), needs(OpKind.CREATE_COLLECTION, """
            {"name":"n","metadata":null,"configuration":null,"schema":null,"get_or_create":true}\
            """));
        assertEquals(Set.of(), needs(OpKind.DELETE, """
            {"ids":["$contains"],"where":{"a":{"$in":["#document"]}},"where_document":{"$contains":"x"}}\
            """));
        assertEquals(Set.of(), needs(OpKind.ADD, "[[\"a\"]]"));
        assertEquals(Set.of(), needs(OpKind.ADD, "{\"metadatas\":[{\"k\":["));
    }

    @Test
    void whatOnlySomeReleasesDoIsFoundWhereverItStands() {
        assertEquals(Set.of(Feature.LIST_METADATA, Feature.LENIENT_KEYS), needs(OpKind.UPDATE, """
            {"documents":[["x"]],"metadatas":[null,{"k":1,"":2},{"k":{"indices":[1]}}],"ids":["a"]}\
            """));
        assertEquals(Set.of(Feature.LIST_FILTERS), needs(OpKind.DELETE, """
            {"limit":1,"where":{"$or":[{"a":1},{"$and":[{"b":{"$not_contains":1}}]}]}}\
            """));
        assertEquals(
                Set.of(Feature.COLLECTION_SCHEMA, Feature.UNKNOWN_EMBEDDING_FUNCTION),
                needs(OpKind.CREATE_COLLECTION, """
                    {"configuration":{"hnsw":{"space":"l2"},"embedding_function":{"name":"x","type":"unknown"}},"schema":{},"name":"n"}\
                    """));
        assertEquals(Set.of(Feature.UNKNOWN_EMBEDDING_FUNCTION), needs(OpKind.MODIFY_COLLECTION, """
            {"new_configuration":{"embedding_function":{"type":"unknown"}}}\
            """));
    }

    private static Set<Feature> needs(OpKind kind, String body) {
        return Needs.of(kind, body.getBytes(UTF_8));
    }
}
