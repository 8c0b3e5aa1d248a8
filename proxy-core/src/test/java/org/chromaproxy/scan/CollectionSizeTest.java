package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CollectionSizeTest {
    private static String excess(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (CollectionSize size = new CollectionSize()) {
            size.feed(bytes, 0, bytes.length);
            return size.finish();
        }
    }

    @Test
    void anIndexBeyondWhatAServerCanBearIsTold() {
        String most = "{\"configuration\":{\"hnsw\":{\"max_neighbors\":" + ServerBounds.INDEX_LINKS + "}}}";
        assertEquals("", excess(most));
        assertTrue(excess(most.replace(":" + ServerBounds.INDEX_LINKS, ":257")).contains("links of a vector"));
        assertTrue(excess(most.replace(":" + ServerBounds.INDEX_LINKS, ":0")).contains("without links"));
        assertTrue(excess("{\"metadata\":{\"hnsw:search_ef\":10001}}").contains("looks at more than"));
        assertTrue(excess("{\"metadata\":{\"hnsw:sync_threshold\":100001}}").contains("written behind"));
    }

    @Test
    void metadataHasAMostOfValues() {
        String values = IntStream.range(0, ServerBounds.METADATA_VALUES)
                .mapToObj(i -> "\"k" + i + "\":1")
                .collect(Collectors.joining(","));
        assertEquals("", excess("{\"new_metadata\":{" + values + "}}"));
        assertTrue(excess("{\"new_metadata\":{" + values + ",\"more\":1}}").contains("values of metadata"));
    }

    @Test
    void whatIsNoJsonIsLeftToTheServer() {
        assertEquals("", excess("{\"metadata\":{\"hnsw:M\":1000"));
    }
}
