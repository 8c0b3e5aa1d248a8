package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListedArraysTest {
    private static ListedArrays read(String answer) throws IOException {
        return ListedArrays.of(answer.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void recordsWithArraysOrObjectsInTheirMetadataAreTold() throws IOException {
        ListedArrays read = read("{\"embeddings\":[[1,2]],\"metadatas\":[{\"k\":1},null,{\"a\":\"b\",\"k\":[1]},{},"
                + "{\"k\":{\"indices\":[1]},\"l\":2}],\"ids\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"include\":[\"x\"]}");
        assertEquals(List.of("a", "b", "c", "d", "e"), read.ids());
        assertEquals("{2, 4}", read.arrays().toString());
    }

    @Test
    void withoutMetadataThereAreNone() throws IOException {
        assertEquals(0, read("{\"ids\":[\"a\"],\"metadatas\":null}").arrays().cardinality());
        assertEquals(List.of(), read("{\"ids\":[],\"metadatas\":[]}").ids());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"ids\":{}}",
                "{\"ids\":[1]}",
                "{\"ids\":[\"a\"],\"metadatas\":[1]}",
                "{\"ids\":[\"a\"",
                ""
            })
    void anythingElseIsNoAnswer(String answer) {
        assertThrows(IOException.class, () -> read(answer));
    }
}
