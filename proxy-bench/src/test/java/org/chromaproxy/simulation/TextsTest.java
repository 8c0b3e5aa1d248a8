package org.chromaproxy.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as text. */
class TextsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,0]",
                "[]",
                "[[1,-2],[]]",
                "[1.5,2e3,12345678901]",
                "\"op1.12\"",
                "\"\"",
                "\"a \\\"quoted\\\" \\\\ é\\n\\u007f\"",
                "null",
                "true",
                "{\"a\":[1,{\"b\":\"c\"}]}"
            })
    void itIsWhatANodeSaysOfItself(String json) {
        JsonNode node = ModelCollection.parse(json.getBytes(UTF_8));

        assertEquals(node.toString(), Texts.of(node));
    }
}
