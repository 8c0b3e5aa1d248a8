package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerBoundsTest {
    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String many(int count, String one) {
        return IntStream.range(0, count).mapToObj(one::formatted).collect(Collectors.joining(","));
    }

    @Test
    void objectsAreCounted() {
        assertEquals(0, ServerBounds.objects(Unpooled.wrappedBuffer(bytes("[1,2]"))));
        assertEquals(3, ServerBounds.objects(Unpooled.wrappedBuffer(bytes("{\"a\":{\"b\":1},\"c\":{}}"))));
        assertEquals(1, ServerBounds.objects(Unpooled.wrappedBuffer(bytes("{"))));
    }

    @Test
    void onlyTheFilterOfADeleteCounts() {
        String braces = many(3_000, "\"{%d\"");
        assertFalse(ServerBounds.filterExceeded(bytes("{\"ids\":[" + braces + "]}")));
        String terms = many(2_047, "{\"k\":%d}");
        assertFalse(ServerBounds.filterExceeded(bytes("{\"where\":{\"$or\":[" + terms + "]}}")));
        String more = "{\"$or\":[" + terms + ",{\"k\":1}]}";
        assertTrue(ServerBounds.filterExceeded(bytes("{\"where\":" + more + "}")));
        assertTrue(ServerBounds.filterExceeded(bytes("{\"where_document\":" + more + "}")));
        assertTrue(ServerBounds.filterExceeded(bytes("[null," + more + ",null]")), "members' values for the object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"k%d\":1", "\"k%d\" : {\"indices\":[1,2],\"values\":[1,2]}"})
    void aRecordHasSoManyMembersAtMost(String member) {
        String most =
                "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{" + many(5_000, member) + "},{" + many(5_000, member) + "}]}";
        assertFalse(ServerBounds.metadataExceeded(bytes(most)));
        String more = "{\"ids\":[\"a\",\"b\"],\"metadatas\":[null,{" + many(5_001, member) + "}]}";
        assertTrue(ServerBounds.metadataExceeded(bytes(more)));
        assertTrue(ServerBounds.metadataExceeded(bytes("[[\"a\"],null,[{" + many(5_001, member) + "}]]")));
    }

    @Test
    void elementsOfListsAreValuesAndVectorsAreNot() {
        assertTrue(ServerBounds.metadataExceeded(bytes("{\"metadatas\":[{\"l\":[" + many(5_001, "%d") + "]}]}")));
        String vector = "[" + many(20_000, "0.%d") + "]";
        assertFalse(ServerBounds.metadataExceeded(
                bytes("{\"ids\":[\"a:,\\\"\"],\"embeddings\":[" + vector + "],\"documents\":[\"" + ":{,".repeat(9_000)
                        + "\"],\"metadatas\":[{\"s\":{\"indices\":" + vector + ",\"values\":" + vector + "}}]}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":4097}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max\\u005fneighbors\":1000000}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":[\"l2\",100,100,1000000]}}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:M\":1e9}}",
                "{\"name\":\"n\",\"schema\":{\"keys\":{\"#embedding\":{\"v\":{\"hnsw\":{\"max_neighbors\":99999999999999999999}}}}}}",
                "{\"new_configuration\":{\"hnsw\":{\"max_neighbors\":1000000}}}",
            })
    void anIndexHasSoManyLinksAtMost(String body) {
        assertTrue(ServerBounds.collectionExceeds(bytes(body)).contains("links"), body);
    }

    @Test
    void aCollectionHasSoManyMembersAndBytesAtMost() {
        assertEquals(
                "",
                ServerBounds.collectionExceeds(
                        bytes("{\"name\":\"n\",\"metadata\":{" + many(5_000, "\"%d\":1") + "}}")));
        for (String map : new String[] {"metadata", "new_metadata"}) {
            String body = "{\"" + map + "\":{" + many(5_001, "\"%d\":9") + "}}";
            assertTrue(ServerBounds.collectionExceeds(bytes(body)).contains("values"), map);
            String large = "{\"" + map + "\":{\"k\":\"" + "x".repeat(ServerBounds.COLLECTION_BYTES) + "\"}}";
            assertTrue(ServerBounds.collectionExceeds(bytes(large)).contains("bytes"), map);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"n\"}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:M\":128,\"year\":5000}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":4096,\"sync_threshold\":100000}}}",
                "not JSON"
            })
    void usualCollectionsAreWithin(String body) {
        assertEquals("", ServerBounds.collectionExceeds(bytes(body)));
    }
}
