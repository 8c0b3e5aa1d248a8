package org.chromaproxy.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWalkTest {
    private static JsonWalk over(String text) {
        return new JsonWalk(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1, -2.5e3,\n3]",
                "[[1],[\"a]\\\"\"]]",
                "{\"a\": {\"b\": [null, true, false]}, \"c\": {}}",
                "\"\\\\\"",
                "[]"
            })
    void aValueIsPassedToItsEndAndNoFarther(String value) throws JsonWalk.Malformed {
        JsonWalk walk = over(value + " , 1");
        walk.value();

        assertEquals(value.getBytes(StandardCharsets.UTF_8).length, walk.at());
        assertTrue(walk.take(','));
        walk.value();
        assertTrue(walk.atEnd());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,", "[1,,2]", "{\"a\" 1}", "{a:1}", "\"a", "\"a\nb\"", "nul", "]", ""})
    void whatDecidesWhereAValueEndsIsReadStrictly(String text) {
        assertThrows(JsonWalk.Malformed.class, () -> over(text).value());
    }

    @ParameterizedTest
    @ValueSource(ints = {66, 10_000})
    void nestingHasAnEnd(int depth) {
        assertThrows(
                JsonWalk.Malformed.class,
                () -> over("[".repeat(depth) + "]".repeat(depth)).value());
    }
}
