package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordsSizeTest {
    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static String numbers(int count) {
        return "0,".repeat(count - 1) + "0";
    }

    @Test
    void anEmbeddingHasAMostOfNumbers() {
        assertEquals("", RecordsSize.excess(bytes("{\"embeddings\":[[" + numbers(ServerBounds.DIMENSION) + "]]}")));
        assertFalse(RecordsSize.excess(bytes("{\"embeddings\":[[1],[" + numbers(ServerBounds.DIMENSION + 1) + "]]}"))
                .isEmpty());
        assertFalse(RecordsSize.excess(bytes("{\"embeddings\":[[1],[ ]]}")).isEmpty());
    }

    @Test
    void aMemberWhoseNameIsEscapedMayBeTheEmbeddings() {
        String body = "{\"%s\":[[" + numbers(ServerBounds.DIMENSION + 1) + "]]}";

        assertFalse(
                RecordsSize.excess(bytes(body.formatted("embeddin\\u0067s"))).isEmpty());
        assertEquals("", RecordsSize.excess(bytes(body.formatted("uris"))));
    }

    @Test
    void textsAreMeasuredWithTheirEscapesResolved() {
        assertEquals(4, RecordsSize.longestText(bytes("{\"ids\":[\"a\",\"\\u00e4\\n\\\\\"]}")));
        assertEquals(4, RecordsSize.longestText(bytes("{\"documents\":[\"\\ud83d\\ude00\"]}")));
    }

    @Test
    void nothingIsAnEmptyListOrText() {
        assertTrue(RecordsSize.isSuspect(bytes("{\"a\":[ \n]}")));
        assertTrue(RecordsSize.isSuspect(bytes("{\"a\":\"\"}")));
        assertFalse(RecordsSize.isSuspect(bytes("{\"a\":[1]}")));
    }
}
