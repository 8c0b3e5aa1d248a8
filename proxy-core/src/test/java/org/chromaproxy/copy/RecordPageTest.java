package org.chromaproxy.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
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
        assertEquals(Set.of(), RecordPage.differing(page(TWO), page(other), false));
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
                text(SettingsCopy.creation("a\"b", bytes(source), false)));
        assertEquals(
                "{\"name\":\"a\",\"get_or_create\":false}",
                text(SettingsCopy.creation("a", bytes("{\"name\":\"a\",\"metadata\":null}"), true)));
    }

    @Test
    void aSchemaCarriesTheConfigurationWhereTheTargetKnowsSchemas() {
        String source =
                "{\"name\":\"old\",\"configuration_json\":{\"hnsw\":{\"space\":\"ip\"}},\"metadata\":{\"f\":1.0},"
                        + "\"schema\":{\"keys\":{\"#embedding\":{\"float_list\":{\"vector_index\":{\"config\":{\"hnsw\":"
                        + "{\"batch_size\":7}}}}}}}}";
        assertEquals(
                "{\"name\":\"a\",\"schema\":{\"keys\":{\"#embedding\":{\"float_list\":{\"vector_index\":{\"config\":"
                        + "{\"hnsw\":{\"batch_size\":7}}}}}}},\"metadata\":{\"f\":1.0},\"get_or_create\":false}",
                text(SettingsCopy.creation("a", bytes(source), true)));
        assertEquals(
                "{\"name\":\"a\",\"metadata\":{\"f\":1.0},\"configuration\":{\"hnsw\":{\"space\":\"ip\",\"batch_size\":7}},"
                        + "\"get_or_create\":false}",
                text(SettingsCopy.creation("a", bytes(source), false)));
    }

    @Test
    void aVectorThatReadsBackWithNullIsNamed() {
        assertEquals(Optional.empty(), page(TWO).unwritable());
        String bad = "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[null,null]]}";
        assertEquals(Optional.of("b"), page(bad).unwritable());
    }

    @Test
    void vectorsOfOneDirectionAreAlikeWhereTheDistanceIsCosine() {
        String one = one("[0.6,0.8]", "null", "{}", "null");
        for (String alike : List.of("[0.6000001,0.8]", "[0.6,0.80000013]", "[3.0,4.0]", "[3e18,4e18]")) {
            assertEquals(
                    Set.of(), RecordPage.differing(page(one), page(one(alike, "null", "{}", "null")), true), alike);
            assertEquals(Set.of("x"), differing(one, one(alike, "null", "{}", "null")), alike);
        }
        for (String other : List.of("[0.601,0.8]", "[-0.6,-0.8]", "[0,0]", "[null,0.8]", "[0.6,0.8,0]", "null")) {
            String there = one(other, "null", "{}", "null");
            assertEquals(Set.of("x"), RecordPage.differing(page(one), page(there), true), other);
        }
        String tiny = one("[1,1e-30]", "null", "{}", "null");
        assertEquals(
                Set.of(),
                RecordPage.differing(page(tiny), page(one("[1,0]", "null", "{}", "null")), true),
                "no distance");
    }

    @Test
    void aNumberThatIsNoneIsNotZero() {
        assertEquals(Set.of("x"), differing(one("[null]", "null", "{}", "null"), one("[0]", "null", "{}", "null")));
        assertEquals(Set.of(), differing(one("[null]", "null", "{}", "null"), one("[null]", "null", "{}", "null")));
    }

    private static Set<String> differing(String one, String other) {
        return RecordPage.differing(page(one), page(other), false);
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
