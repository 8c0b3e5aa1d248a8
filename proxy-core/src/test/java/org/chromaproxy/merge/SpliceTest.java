package org.chromaproxy.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpliceTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RecordArrays arrays(String body) {
        return RecordArrays.of(utf8(body)).orElseThrow();
    }

    private static String splice(String... bodies) {
        List<RecordArrays> parts = Arrays.stream(bodies).map(SpliceTest::arrays).toList();
        return new String(Splice.of(parts), StandardCharsets.UTF_8);
    }

    @Test
    void arraysAreJoinedInTheOrderOfTheWritesWhateverTheOrderOfTheKeys() {
        assertEquals(
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[[1],[2],[3]],\"documents\":[\"x\",\"y\",\"z\"]}",
                splice(
                        "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1],[2]],\"documents\":[\"x\",\"y\"]}",
                        "{\"documents\":[\"z\"],\"embeddings\":[[3]],\"ids\":[\"c\"]}"));
    }

    @Test
    void whatOneWriteLacksIsNullForItsRecords() {
        assertEquals(
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[[1],[2],[3]],\"metadatas\":[null,null,{\"k\":[}\"]}\"]}]}"
                        .replace("[}\"]}\"]", "\"[,]}\""),
                splice(
                        "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1],[2]]}",
                        "{\"ids\":[\"c\"],\"embeddings\":[[3]],\"metadatas\":[{\"k\":\"[,]}\"}]}"));
    }

    @Test
    void numbersAndTextsKeepEveryByte() {
        String numbers = "[-0.0,1e-7,0.10000000149011612,1E+2,123456789012345678901234567890]";
        String id = "\"\\u00e9 é \\ud83d\\ude00 \\\"[\"";
        assertEquals(
                "{\"ids\":[" + id + ",\"b\"],\"embeddings\":[" + numbers + ", [ 2 ] ]}",
                splice(
                        "{\"ids\":[" + id + "],\"embeddings\":[" + numbers + "]}",
                        "{\"ids\":[\"b\"],\"embeddings\":[ [ 2 ] ]}"));
    }

    @Test
    void embeddingsAsNumbersAndAsTextAreNotMixed() {
        RecordArrays numbers = arrays("{\"ids\":[\"a\"],\"embeddings\":[[1]]}");
        RecordArrays text = arrays("{\"ids\":[\"b\"],\"embeddings\":[\"AACAPw==\"]}");
        RecordArrays none = arrays("{\"ids\":[\"c\"],\"documents\":[\"d\"]}");
        assertFalse(numbers.fits(text));
        assertTrue(numbers.fits(none));
        assertTrue(none.fits(text));
        assertFalse(none.embeds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"embeddings\":[[1],[2]]}",
                "{\"ids\":[\"a\",\"b\"],\"documents\":[\"x\"],\"embeddings\":[[1],[2]]}",
                "{\"ids\":[\"a\"],\"ids\":[\"b\"],\"embeddings\":[[1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"where\":{}}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"metadatas\":null}",
                "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1],\"AACAPw==\"]}",
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[\"AACAPw==\",null,[1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[1]}",
                "{\"ids\":\"a\",\"embeddings\":[[1]]}",
                "{\"ids\":[],\"embeddings\":[]}",
                "{\"embeddings\":[[1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]]} {}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]]",
                "{\"ids\":[\"a\"],\"embeddings\":[[1,]]}",
                "[[\"a\"],[[1]]]",
                "",
            })
    void aBodyThatIsNotUnderstoodWholeIsNotMerged(String body) {
        assertTrue(RecordArrays.of(utf8(body)).isEmpty(), body);
    }

    @Test
    void anUpdateMayLeaveSomeEmbeddingsOut() {
        assertEquals(
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[null,[1],null],\"documents\":[null,null,\"d\"]}",
                splice("{\"ids\":[\"a\",\"b\"],\"embeddings\":[null,[1]]}", "{\"ids\":[\"c\"],\"documents\":[\"d\"]}"));
    }
}
