package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayMetadataTest {
    private static boolean possible(String body) {
        return ArrayMetadata.possible(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1,2],[3,4]],\"metadatas\":[{\"k\":1},null],\"documents\":[\"x\"],\"uris\":null}",
                "{\"ids\" : [\"a\"], \"embeddings\" : [ \"AACAPw==\" ], \"metadatas\" : [ { \"k\" : \"[1]\" } ]}",
                "{\"documents\":[\"{\\\"k\\\":[1]}\",\"\\\\\"],\"ids\":[\":[\",\"}\"]}",
                "{\"metadatas\":[{},{\"\\\"ids\\\"\":true}]}"
            })
    void aFlatBody(String body) {
        assertFalse(possible(body), body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"metadatas\":[{\"k\":[1]}]}",
                "{\"ids\":[\"a\"],\"metadatas\":[{\"uris\":[\"x\"]}]}",
                "{\"metadatas\":[{\"a\":\"\\\\\",\"k\" :\n [ ]}],\"ids\":[\"a\"]}",
                "{\"metad\\u0061tas\":[null,{\"k\":[true]}]}",
                "{\"metadatas\":[{\"k\":{\"indices\":[1],\"values\":[0.5]}}]}",
                "[[\"a\"],[[1,2]],[{\"k\":[1]}]]"
            })
    void aBodyWithMore(String body) {
        assertTrue(possible(body), body);
    }
}
