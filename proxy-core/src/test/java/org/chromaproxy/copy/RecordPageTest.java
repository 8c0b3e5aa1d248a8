package org.chromaproxy.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.chromaproxy.blocking.StepException;
import org.junit.jupiter.api.Test;

class RecordPageTest {
    private static final String TWO = "{\"ids\":[\"a\",\"\\u00e4\"],\"embeddings\":[[1.0,1e-7],[0.1,-2]],"
            + "\"documents\":[\"d ]}\",null],\"uris\":[null,\"u\"],\"metadatas\":[{\"k\":1.50},{}],"
            + "\"include\":[\"documents\"]}";

    @Test
    void anAdditionCarriesEveryValueAsTheInstancePrintedIt() {
        assertEquals(
                "{\"ids\":[\"a\",\"\\u00e4\"],\"embeddings\":[[1.0,1e-7],[0.1,-2]],\"metadatas\":[{\"k\":1.50},{}],"
                        + "\"documents\":[\"d ]}\",null],\"uris\":[null,\"u\"]}",
                text(page(TWO).addition()));
    }

    @Test
    void columnsThatTheInstanceLeftOutAreLeftOut() {
        String ids = "{\"ids\":[\"a\"],\"embeddings\":null,\"documents\":null,\"include\":[]}";
        assertEquals("{\"ids\":[\"a\"]}", text(page(ids).addition()));
    }

    @Test
    void idsAreRead() {
        assertEquals(List.of("a", "ä"), page(TWO).ids());
        assertEquals(List.of(), page("{\"ids\":[]}").ids());
    }

    @Test
    void somethingElseIsNoPage() {
        for (String other : List.of("[]", "{}", "{\"ids\":", "{\"error\":\"NotFoundError\"}")) {
            assertThrows(StepException.class, () -> page(other), other);
        }
    }

    @Test
    void theSameRecordsInAnotherOrderAndSpellingDoNotDiffer() {
        String other = "{\"ids\":[\"ä\",\"a\"],\"embeddings\":[[0.10000000149011612,-2.0],[1,0.0000001]],"
                + "\"documents\":[null,\"d ]}\"],\"metadatas\":[null,{\"k\":1.5}],\"uris\":[\"u\",null]}";
        assertEquals(Set.of(), RecordPage.differing(page(TWO), page(other)));
    }

    @Test
    void whatDiffersIsNamedWhateverItIs() {
        String one = one("[1]", "\"d\"", "{\"k\":1}", "null");
        assertEquals(Set.of(), differing(one, one));
        assertEquals(Set.of("x"), differing(one, one("[2]", "\"d\"", "{\"k\":1}", "null")));
        assertEquals(Set.of("x"), differing(one, one("[1,0]", "\"d\"", "{\"k\":1}", "null")));
        assertEquals(Set.of("x"), differing(one, one("[1]", "null", "{\"k\":1}", "null")));
        assertEquals(Set.of("x"), differing(one, one("[1]", "\"d\"", "{\"k\":1.0}", "null")));
        assertEquals(Set.of("x"), differing(one, one("[1]", "\"d\"", "{\"k\":1,\"l\":true}", "null")));
        assertEquals(Set.of("x"), differing(one, one("[1]", "\"d\"", "{\"k\":1}", "\"u\"")));
        assertEquals(Set.of("x"), differing(one, "{\"ids\":[]}"));
        assertEquals(Set.of("x"), differing("{\"ids\":[]}", one));
    }

    @Test
    void aCollectionIsCreatedLikeItsSource() {
        String source = "{\"id\":\"f7add768-50f2-4e76-86fe-a82fb79fc22b\",\"name\":\"old\","
                + "\"configuration_json\":{\"hnsw\":{\"resize_factor\":1.20}},\"metadata\":{\"f\":1.0},\"dimension\":3}";
        assertEquals(
                "{\"name\":\"a\\\"b\",\"metadata\":{\"f\":1.0},\"configuration\":{\"hnsw\":{\"resize_factor\":1.20}},"
                        + "\"get_or_create\":false}",
                text(Copier.creation("a\"b", bytes(source))));
        assertEquals(
                "{\"name\":\"a\",\"get_or_create\":false}",
                text(Copier.creation("a", bytes("{\"name\":\"a\",\"metadata\":null}"))));
    }

    private static Set<String> differing(String one, String other) {
        return RecordPage.differing(page(one), page(other));
    }

    private static String one(String embedding, String document, String metadata, String uri) {
        return "{\"ids\":[\"x\"],\"embeddings\":[" + embedding + "],\"documents\":[" + document + "],\"metadatas\":["
                + metadata + "],\"uris\":[" + uri + "]}";
    }

    private static RecordPage page(String json) {
        return RecordPage.of(bytes(json));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
