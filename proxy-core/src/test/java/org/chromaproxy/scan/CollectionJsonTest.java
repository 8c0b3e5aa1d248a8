package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionJsonTest {
    private static final String A = "679f0bf9-21c5-4ea9-830c-93986d541f37";
    private static final String B = "656975d9-1ec1-4d23-ad04-ce4948d07c8d";

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body, int start, int end) {
        return new String(body, start, end - start, StandardCharsets.UTF_8);
    }

    @Test
    void aCollectionAsChromaAnswersIt() {
        byte[] body = utf8("{\"id\":\"" + A + "\",\"name\":\"aaa\",\"configuration_json\":{\"id\":\"x\",\"name\":[1]},"
                + "\"metadata\":{\"id\":\"y\"},\"dimension\":4,\"tenant\":\"t\",\"database\":\"d\",\"version\":0}");
        assertEquals(Optional.of(new CollectionHead(7, A, "aaa", OptionalInt.of(4))), CollectionJson.head(body));
        assertEquals(A, text(body, 7, 43));
    }

    @Test
    void theIdNeedNotComeFirstNorTheDimensionBeKnown() {
        byte[] body = utf8(" {\"name\" : \"\u00e4\\n\",\"dimension\":null, \"id\" : \"" + A + "\"}");
        CollectionHead head = CollectionJson.head(body).orElseThrow();
        assertEquals("\u00e4\n", head.name());
        assertEquals(OptionalInt.empty(), head.dimension());
        assertEquals(A, text(body, head.idStart(), head.idStart() + 36));
    }

    @Test
    void aListSplitsIntoItsElements() {
        String first = "{\"id\":\"" + A + "\",\"name\":\"\ud83d\ude00\",\"metadata\":{\"k\":[{}]}}";
        String second = "{\"id\":\"" + B + "\",\"name\":\"}\",\"dimension\":2 }";
        byte[] body = utf8(" [ " + first + " , " + second + "]");
        List<CollectionJson.Element> elements = CollectionJson.elements(body).orElseThrow();
        assertEquals(2, elements.size());
        CollectionJson.Element a = elements.get(0);
        CollectionJson.Element b = elements.get(1);
        assertEquals(first, text(body, a.bytes().start(), a.bytes().end()));
        assertEquals(second, text(body, b.bytes().start(), b.bytes().end()));
        assertEquals(B, text(body, b.head().idStart(), b.head().idStart() + 36));
        assertEquals(OptionalInt.of(2), b.head().dimension());
    }

    @Test
    void anEmptyListHasNoElements() {
        assertEquals(Optional.of(List.of()), CollectionJson.elements(utf8("[]")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "{}",
                "{\"error\":\"NotFoundError\",\"message\":\"m\"}",
                "{\"id\":\"short\",\"name\":\"n\"}",
                "{\"id\":\"679f0bf9-21c5-4ea9-830c-93986d541f\\u0033\\u0037\",\"name\":\"n\"}",
                "{\"id\":1,\"name\":\"n\"}",
                "{\"id\":\"679f0bf9-21c5-4ea9-830c-93986d541f37\",\"name\":\"n\"",
                "{\"id\":\"679f0bf9-21c5-4ea9-830c-93986d541f37\",\"name\":\"n\",\"dimension\":99999999999}"
            })
    void anythingElseIsNoCollection(String text) {
        assertEquals(Optional.empty(), CollectionJson.head(utf8(text)));
        assertEquals(Optional.empty(), CollectionJson.elements(utf8("[" + text + ",1]")));
        assertEquals(Optional.empty(), CollectionJson.elements(utf8(text)));
    }
}
