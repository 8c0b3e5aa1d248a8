package org.chromaproxy.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpliceTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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

    /** The Python client writes all five keys always. */
    @Test
    void aNullMemberMeansWhatAnAbsentOneMeans() {
        assertEquals(
                "{\"ids\":[\"a\",\"b\"],\"embeddings\":[\"AACAPw==\",\"AAAAQA==\"],\"documents\":[null,\"d\"]}",
                splice(
                        "{\"ids\":[\"a\"],\"embeddings\":[\"AACAPw==\"],\"metadatas\":null,\"documents\":null,\"uris\":null}",
                        "{\"ids\": [\"b\"], \"embeddings\": [\"AAAAQA==\"], \"metadatas\" : null ,"
                                + " \"documents\":[\"d\"],\"uris\":\tnull}"));
        assertEquals(
                "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{\"z\":null},{\"k\":4.5}]}",
                splice(
                        "{\"ids\":[\"a\"],\"embeddings\":null,\"metadatas\":[{\"z\":null}],\"documents\":null,\"uris\":null}",
                        "{\"ids\":[\"b\"],\"metadatas\":[{\"k\":4.5}]}"));
        assertFalse(arrays("{\"ids\":[\"a\"],\"embeddings\":null}").embeds());
        assertTrue(arrays("{\"ids\":[\"a\"],\"embeddings\":null}")
                .fits(arrays("{\"ids\":[\"a\"],\"embeddings\":[\"\"]}")));
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
                "{\"ids\":null,\"embeddings\":[[1]]}",
                "{\"ids\":null,\"embeddings\":null,\"metadatas\":null,\"documents\":null,\"uris\":null}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":null,\"uris\":[\"u\"]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":[\"u\"],\"uris\":null}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":null,\"uris\":null}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":nul}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":nulls}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"uris\":false}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"where\":null}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"ur\\u0069s\":null}",
                "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1],\"AACAPw==\"]}",
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[\"AACAPw==\",null,[1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[1]}",
                "{\"ids\":\"a\",\"embeddings\":[[1]]}",
                "{\"ids\":[],\"embeddings\":[]}",
                "{\"embeddings\":[[1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]]} {}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]]",
                "{\"ids\":[\"a\"],\"embeddings\":[[1,]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1],]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1}]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"metadatas\":[{\"k\":1]]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1]],\"documents\":[\"d]}",
                "{\"ids\":[\"a\\\"],\"embeddings\":[[1]]}",
                "[[\"a\"],[[1]]]",
                "",
            })
    void aBodyThatIsNotUnderstoodWholeIsNotMerged(String body) {
        assertTrue(RecordArrays.of(utf8(body)).isEmpty(), body);
    }

    /** The safety of merging: other clients' records never depend on how this one's body is broken. */
    @Test
    void aBrokenBodyIsNotMergedOrSpoilsTheWholeRequestSoThatTheServerRefusesIt() throws IOException {
        String body =
                "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,-2.5e3],[0.1, 7]],\"metadatas\":[{\"k\":[\"}\",{}]},null],"
                        + "\"documents\":[\"x\\\"]\",\"é\"]}";
        RecordArrays other = arrays("{\"ids\":[\"c\"],\"embeddings\":[[3]]}");
        byte[] spare = utf8("{}[]\",:\\ \n1e-.nx\u0001");
        Random random = new Random(1);
        int merged = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] broken = utf8(body);
            for (int edit = random.nextInt(3); edit >= 0; edit--) {
                broken[random.nextInt(broken.length)] = spare[random.nextInt(spare.length)];
            }
            Optional<RecordArrays> found = RecordArrays.of(broken);
            if (found.isPresent()) {
                Optional<JsonNode> alone = json(broken);
                Optional<JsonNode> together = json(Splice.of(List.of(found.get(), other)));
                String shown = new String(broken, StandardCharsets.UTF_8);
                assertEquals(alone.isPresent(), together.isPresent(), shown);
                together.ifPresent(both -> assertEquals(
                        alone.orElseThrow().get("ids").size() + 1,
                        both.get("ids").size(),
                        shown));
                together.ifPresent(both ->
                        both.forEach(array -> assertEquals(both.get("ids").size(), array.size(), shown)));
                merged++;
            }
        }
        assertTrue(merged > 1_000, "the test tests something");
    }

    private static Optional<JsonNode> json(byte[] body) throws IOException {
        try {
            return Optional.of(JSON.readTree(body));
        } catch (JsonProcessingException | CharConversionException e) {
            return Optional.empty();
        }
    }

    @Test
    void anUpdateMayLeaveSomeEmbeddingsOut() {
        assertEquals(
                "{\"ids\":[\"a\",\"b\",\"c\"],\"embeddings\":[null,[1],null],\"documents\":[null,null,\"d\"]}",
                splice("{\"ids\":[\"a\",\"b\"],\"embeddings\":[null,[1]]}", "{\"ids\":[\"c\"],\"documents\":[\"d\"]}"));
    }
}
