package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many results a query asks for, however it is written and cut. */
class QueryScanTest {
    private static long results(String body, int piece) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        QueryScan scan = new QueryScan();
        for (int at = 0; at < bytes.length; at += piece) {
            scan.feed(Unpooled.wrappedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        }
        return scan.results();
    }

    private static String vectors(int count) {
        return "[" + String.join(" , ", Collections.nCopies(count, "[0.1,-2e3, 3 ]")) + "]";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "3; 30; {\"query_embeddings\":V}",
                "3; 21; {\"query_embeddings\":V,\"n_results\":7}",
                "3; 21; { \"n_results\" : 7 , \"query_embeddings\" : V }",
                "3; 0; {\"n_results\":0,\"query_embeddings\":V}",
                "3; 30; {\"n_results\":null,\"query_embeddings\":V}",
                "1; 0; {\"query_embeddings\":V,\"n_results\":4000000000}",
                "0; 0; {\"query_embeddings\":V,\"n_results\":5}",
                "2; 12884901888; {\"query_embeddings\":[[1],[2],[3]],\"n_results\":99999999999999999999}",
                "4; 20; {\"query_embeddings\":V,\"n\\u005fresults\":5}",
                "4; 20; {\"query\\u005fembeddings\":V,\"n_results\":5}",
                "2; 10; {\"where\":{\"n_results\":9,\"query_embeddings\":[[1],[2]]},\"query_embeddings\":V,\"n_results\":5}",
                "2; 10; {\"where\":{\"a\":\"}]\\\"[[n_results\"},\"query_embeddings\":V,\"ids\":[\"n_results\",\"query_embeddings\"],\"n_results\":5}",
                "2; 20; {\"where_document\":{\"$or\":[{\"$contains\":\"n_results\"}]},\"query_embeddings\":V,\"include\":[\"documents\"]} ",
                "5; 0; {\"ids\":[\"a\",\"b\"],\"limit\":3}",
            })
    void counts(int vectors, long expected, String body) {
        String whole = body.replace("V", vectors(vectors));
        for (int piece : new int[] {1, 2, 3, 7, 10_000}) {
            assertEquals(expected, results(whole, piece), piece + " " + whole);
        }
    }

    @Test
    void whatIsThereAlreadyCountsBeforeTheEnd() {
        assertEquals(4, results("{\"query_embeddings\":" + vectors(4) + ",", 10_000));
        assertEquals(36, results("{\"n_results\":9,\"query_embeddings\":" + vectors(4), 10_000));
    }
}
