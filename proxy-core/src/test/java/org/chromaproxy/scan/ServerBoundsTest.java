package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertEquals("", ServerBounds.deleteExceeds(bytes("{\"ids\":[" + braces + "]}")));
        String terms = many(2_047, "{\"k\":%d}");
        assertEquals("", ServerBounds.deleteExceeds(bytes("{\"where\":{\"$or\":[" + terms + "]}}")));
        String more = "{\"$or\":[" + terms + ",{\"k\":1}]}";
        assertNotEquals("", ServerBounds.deleteExceeds(bytes("{\"where\":" + more + "}")));
        assertNotEquals("", ServerBounds.deleteExceeds(bytes("{\"where_document\":" + more + "}")));
        assertNotEquals(
                "", ServerBounds.deleteExceeds(bytes("[null," + more + ",null]")), "members' values for the object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"k%d\":1", "\"k%d\" : {\"indices\":[1,2],\"values\":[1,2]}"})
    void aRecordHasSoManyMembersAtMost(String member) {
        String most =
                "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{" + many(5_000, member) + "},{" + many(5_000, member) + "}]}";
        assertEquals("", ServerBounds.recordsExceed(bytes(most)));
        String more = "{\"ids\":[\"a\",\"b\"],\"metadatas\":[null,{" + many(5_001, member) + "}]}";
        assertTrue(ServerBounds.recordsExceed(bytes(more)).contains("values"));
        assertTrue(ServerBounds.recordsExceed(bytes("[[\"a\"],null,[{" + many(5_001, member) + "}]]"))
                .contains("values"));
    }

    @Test
    void elementsOfListsAreValuesAndVectorsAreNot() {
        assertTrue(ServerBounds.recordsExceed(bytes("{\"metadatas\":[{\"l\":[" + many(5_001, "%d") + "]}]}"))
                .contains("values"));
        String vector = "[" + many(20_000, "0.%d") + "]";
        assertEquals(
                "",
                ServerBounds.recordsExceed(bytes("{\"ids\":[\"a:,\\\"\"],\"embeddings\":[" + vector
                        + "],\"documents\":[\"" + ":{,".repeat(9_000) + "\"],\"metadatas\":[{\"s\":{\"indices\":"
                        + vector + ",\"values\":" + vector + "}}]}")));
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

    /** Everybody's adds take longer and longer then. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"sync_threshold\":100001}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"sync_threshold\":1e300}}}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:sync_threshold\":1000000000}}",
                "{\"name\":\"n\",\"schema\":{\"keys\":{\"#embedding\":{\"v\":{\"hnsw\":{\"sync_threshold\":4294967296}}}}}}",
                "{\"new_configuration\":{\"hnsw\":{\"sync_threshold\":1000000}}}",
            })
    void anIndexIsNotFarBehind(String body) {
        assertTrue(ServerBounds.collectionExceeds(bytes(body)).contains("sync_threshold"), body);
    }

    /** A server takes these (1.5.9), ends at the first add, and again whenever the collection is asked for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":0}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":-0}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":[\"l2\",100,100,0]}}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:M\":0}}",
                "{\"name\":\"n\",\"schema\":{\"keys\":{\"#embedding\":{\"v\":{\"hnsw\":{\"max_neighbors\":0}}}}}}",
                "{\"new_configuration\":{\"hnsw\":{\"max_neighbors\":0}}}",
            })
    void anIndexHasLinks(String body) {
        assertTrue(ServerBounds.collectionExceeds(bytes(body)).contains("without links"), body);
    }

    /** Servers refuse it themselves, in their own words. */
    @Test
    void fewerLinksThanNoneAreTheServersToRefuse() {
        assertEquals("", ServerBounds.collectionExceeds(bytes("{\"name\":\"n\",\"metadata\":{\"hnsw:M\":-1}}")));
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
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":256,\"sync_threshold\":100000}}}",
                "{\"name\":\"n\",\"metadata\":{\"years\":[2020,5000,0]}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":1,\"ef_search\":0}}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"ef_construction\":10000,\"ef_search\":10000}}}",
                "{\"name\":\"n\",\"configuration\":{\"embedding_function\":{\"config\":{\"sizes\":[1024]}}}}",
                "not JSON"
            })
    void usualCollectionsAreWithin(String body) {
        assertEquals("", ServerBounds.collectionExceeds(bytes(body)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"max_neighbors\":257}}}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:M\":257}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":[\"l2\",100,100,16,257]}}",
                "{\"name\":\"n\",\"configuration\":{\"embedding_function\":{\"a\":[1]},\"hnsw\":[\"l2\",257]}}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{\"ef_construction\":10001}}}",
                "{\"name\":\"n\",\"metadata\":{\"hnsw:construction_ef\":1e9}}",
                "{\"new_configuration\":{\"hnsw\":{\"ef_search\":10001}}}"
            })
    void anIndexThatCostsTheServersMinutesForAnAddIsBeyond(String body) {
        assertTrue(ServerBounds.collectionExceeds(bytes(body)).startsWith("an index"), body);
    }

    @Test
    void anEmbeddingHasSoManyNumbersAtMost() {
        String most = "[" + many(32_768, "%d") + "]";
        String more = "[" + many(32_769, "%d") + "]";
        String base64 = "\"" + "A".repeat(32_768 * 16 / 3 + 1) + "\"";
        for (String within : new String[] {
            "{\"ids\":[\"a\",\"b\"],\"embeddings\":[" + most + "," + most + "]}",
            "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"documents\":[" + base64 + "]}",
            "{\"metadatas\":[{\"sparse\":{\"indices\":" + more + "}}],\"embeddings\":[[1]],\"ids\":[\"a\"]}",
        }) {
            assertEquals("", ServerBounds.recordsExceed(bytes(within)));
        }
        for (String beyond : new String[] {
            "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1]," + more + "]}",
            "{\"documents\":[\"x\"], \"embeddings\" : [ " + more + "]}",
            "{\"embed\\u0064ings\":[" + more + "]}",
            "{\"ids\":[\"a\"],\"embeddings\":[" + base64 + "]}",
            "[[\"a\"],[" + more + "]]",
        }) {
            assertTrue(ServerBounds.recordsExceed(bytes(beyond)).contains("embedding"));
        }
    }

    /** After an update with none a collection of 1.0.5, if it has no dimension, answers 400 for ever. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "true; {\"ids\":[\"a\"],\"embeddings\":[[]]}",
                "true; {\"ids\":[\"a\"],\"embeddings\":[[ ]]}",
                "true; {\"ids\":[\"a\",\"b\"],\"embeddings\":[null,[]]}",
                "true; {\"ids\":[\"a\"],\"embeddings\":[\"\"]}",
                "true; {\"embed\\u0064ings\":[[]],\"ids\":[\"a\"]}",
                "true; [[\"a\"],[[]]]",
                "false; {\"ids\":[],\"embeddings\":[]}",
                "false; {\"ids\":[\"\"],\"embeddings\":[[1]],\"documents\":[\"\"],\"metadatas\":[{\"k\":[],\"l\":\"\"}]}",
                "false; {\"ids\":[\"a\"],\"embeddings\":[\"AACAPw==\"],\"uris\":[\"\"]}",
            })
    void anEmbeddingHasANumberAtLeast(boolean beyond, String body) {
        assertEquals(beyond ? "an embedding without numbers" : "", ServerBounds.recordsExceed(bytes(body)), body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "5; {\"ids\":[\"a\"],\"documents\":[null,\"four\",\"fives\"]}",
                "5; {\"ids\":[\"a\"],\"doc\\u0075ments\":[\"fives\"]}",
                "5; [[\"a\"],[[1]],[\"fives\"]]",
                "14; {\"ids\":[\"abc\"],\"embeddings\":[\"AAAAAAAA\"],\"metadatas\":[{\"k\":\"a longer text\"}]}",
                "2; {\"ids\":[\"\\u00e4\"]}",
                "3; {\"ids\":[\"\\u20ac\"]}",
                "4; {\"ids\":[\"\\ud83d\\ude00\"]}",
                "7; {\"ids\":[\"\\n\\\"\\\\\\u0041\\u00e4b\"]}",
            })
    void theLongestTextIsThatOfARecord(int expected, String body) {
        assertEquals(expected, ServerBounds.longestText(bytes(body)), body);
    }

    /** The compaction of a server's log ends on these, and with it every write to it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"metadatas\":[{\"chroma:document\":5}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"k\":\"v\",\"chroma:document\" :\n[5]}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[null,{\"chroma:document\":null}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"chroma\\u003adocument\":true}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"\\u0063hroma:documen\\u0074\":true}]}",
                "{\"metadatas\":[{\"chroma:document\":{\"indices\":[1],\"values\":[1]}}],\"ids\":[\"a\"]}",
                "[[\"a\"],[[1,2]],[{\"chroma:document\":5}],null,null]",
            })
    void aDocumentAmongMetadataIsAText(String body) {
        assertTrue(ServerBounds.recordsExceed(bytes(body)).contains("chroma:document"), body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"metadatas\":[{\"chroma:document\":\"text\"}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"chroma:documents\":5,\"chroma:documen\":5,\"chroma:uri\":5}]}",
                "{\"ids\":[\"chroma:document\"],\"documents\":[\"\\\"chroma:document\\\":5\"]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"k\":\"chroma:document\",\"l\":5}]}",
            })
    void otherMetadataMayBeAnything(String body) {
        assertEquals("", ServerBounds.recordsExceed(bytes(body)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"metadatas\":[{\"l\":1,\"chroma:document\":\"%s\"}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[null,{\"other\":\"%s\",\"k\":\"v\"}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"list\":[\"a\",\"%s\"]}]}",
                "[[\"a\"],[[1,2]],[{\"k\":\"%s\"}]]",
            })
    void aTextAmongMetadataIsAsLongAsItIs(String body) {
        int longest = ServerBounds.longestText(bytes(body.formatted("x".repeat(20_000))));
        assertTrue(longest >= 20_000 && longest < 20_020, body + ": " + longest);
    }

    @Test
    void theTextsOfOneRecordsMetadataCountTogether() {
        String half = "x".repeat(10_000);
        assertEquals(
                20_002,
                ServerBounds.longestText(bytes("{\"metadatas\":[{\"a\":\"" + half + "\",\"b\":[\"" + half
                        + "\"]},{\"a\":\"" + half + "\"}]}")));
    }

    /** A parser holds them several times: one of 38 MB ended the proxy. */
    @Test
    void idsAndNamesOfMembersHaveABound() {
        String most = "n".repeat(ServerBounds.NAME_BYTES - 1);
        String more = most + "nn";
        for (String body : List.of("{\"ids\":[\"%s\"]}", "{\"%s\":1,\"ids\":[\"a\"]}")) {
            assertEquals("", ServerBounds.recordsExceed(bytes(body.formatted(most))), body);
            assertNotEquals("", ServerBounds.recordsExceed(bytes(body.formatted(more))), body);
            assertEquals("", ServerBounds.deleteExceeds(bytes(body.formatted(most))), body);
            assertNotEquals("", ServerBounds.deleteExceeds(bytes(body.formatted(more))), body);
        }
        for (String body : List.of("[[\"%s\"],[[1]]]", "{\"metadatas\":[{\"%s\":1}]}", "{\"x\":{\"%s\":{}}}")) {
            assertNotEquals("", ServerBounds.recordsExceed(bytes(body.formatted(more))), body);
        }
        assertEquals("", ServerBounds.recordsExceed(bytes("{\"ids\":[\"a\"],\"documents\":[\"%s\"]}".formatted(more))));
        assertNotEquals("", ServerBounds.deleteExceeds(bytes("{\"where\":{\"k\":\"%s\"}}".formatted(more))));
        assertEquals("", ServerBounds.otherExceeds(bytes(most)));
        assertNotEquals("", ServerBounds.otherExceeds(bytes(more)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 0",
                "{'ids':[ ]} | 0",
                "{'ids':['a','b,c']} | 2",
                "[['a','b','c'],[[1,2],[1,2],[1,2]],null] | 3",
                "{'embeddings':[[1,2,3,4]],'x':1,'ids':['a','b']} | 2",
                "{'metadatas':[{'a':1,'b':2},null],'documents':['x']} | 2",
            })
    void recordsAreCountedWhateverTheForm(String body, int records) {
        assertEquals(records, ServerBounds.records(bytes(body.replace('\'', '"'))));
    }

    @Test
    void theFilterOfADeleteHasSoManyValuesAtMost() {
        assertEquals(
                "", ServerBounds.deleteExceeds(bytes("{\"where\":{\"k\":{\"$in\":[" + many(30_000, "%d") + "]}}}")));
        assertTrue(ServerBounds.deleteExceeds(bytes("{\"where\":{\"k\":{\"$in\":[" + many(40_000, "%d") + "]}}}"))
                .contains("values"));
        assertEquals("", ServerBounds.deleteExceeds(bytes("{\"ids\":[" + many(40_000, "\"%d\"") + "]}")));
    }
}
