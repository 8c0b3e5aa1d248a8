package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CollectionSettingsTest {
    private static final String INDEXED = "{\"string_inverted_index\":{\"enabled\":true}}";
    private static final String NOT_INDEXED = "{\"string_inverted_index\":{\"enabled\":false}}";

    @Test
    void whatARequestCanNoticeDiffers() {
        String one = collection("{\"hnsw\":{\"space\":\"l2\"}}", "{\"a\":1}", keys(""), "3");
        assertEquals(
                Optional.of("metadata.a: 1, 2"),
                difference(one, collection("{\"hnsw\":{\"space\":\"l2\"}}", "{\"a\":2}", keys(""), "3")));
        assertEquals(
                Optional.of("configuration.hnsw.space: \"l2\", \"ip\""),
                difference(one, collection("{\"hnsw\":{\"space\":\"ip\"}}", "{\"a\":1}", keys(""), "3")));
        assertEquals(
                Optional.of("dimension: 3, null"),
                difference(one, collection("{\"hnsw\":{\"space\":\"l2\"}}", "{\"a\":1}", keys(""), "null")));
        String disabled = keys("\"foo\":{\"string\":" + NOT_INDEXED + "}");
        assertTrue(difference(one, collection("{\"hnsw\":{\"space\":\"l2\"}}", "{\"a\":1}", disabled, "3"))
                .orElseThrow()
                .startsWith("schema.keys.foo: absent, {"));
    }

    @Test
    void whatNoRequestCanNoticeDoesNotDiffer() {
        String one = collection(
                "{\"hnsw\":{\"space\":\"l2\"},\"spann\":null}",
                "null",
                keys("\"#embedding\":{\"hnsw\":{\"num_threads\":2}}"),
                "3");
        String discovered = keys("\"k\":{\"string\":" + INDEXED + "},\"#embedding\":{\"hnsw\":{\"num_threads\":8}}");
        assertEquals(
                Optional.empty(), difference(one, collection("{\"hnsw\":{\"space\":\"l2\"}}", "{}", discovered, "3")));
    }

    @Test
    void aReleaseWithoutSchemasIsComparedByWhatBothTell() {
        String newer = collection("{\"hnsw\":{\"space\":\"l2\"},\"more\":{\"x\":1}}", "{}", keys(""), "3");
        String older =
                "{\"configuration_json\":{\"hnsw\":{\"space\":\"l2\",\"y\":1}},\"metadata\":null,\"dimension\":3}";
        assertEquals(Optional.empty(), difference(newer, older));
        assertTrue(difference(newer, older.replace("l2", "ip")).isPresent());
    }

    @Test
    void aCosineDistanceIsToldByAnyPlaceThatNamesIt() {
        assertTrue(settings(collection("{\"hnsw\":{\"space\":\"cosine\"}}", "{}", "null", "3"))
                .cosine());
        assertTrue(settings(collection("{\"spann\":{\"space\":\"cosine\"}}", "{}", "null", "3"))
                .cosine());
        assertTrue(settings(collection("{}", "{\"hnsw:space\":\"cosine\"}", "null", "3"))
                .cosine());
        assertFalse(settings(collection("{\"hnsw\":{\"space\":\"ip\"}}", "{}", "null", "3"))
                .cosine());
    }

    @Test
    void somethingElseHasNoSettings() {
        assertEquals(Optional.empty(), CollectionSettings.of("[]".getBytes(StandardCharsets.UTF_8)));
        assertEquals(Optional.empty(), CollectionSettings.of("{\"a\":".getBytes(StandardCharsets.UTF_8)));
    }

    private static Optional<String> difference(String one, String other) {
        return settings(one).difference(settings(other));
    }

    private static CollectionSettings settings(String body) {
        return CollectionSettings.of(body.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    private static String keys(String keys) {
        return "{\"defaults\":{\"string\":" + INDEXED + "},\"keys\":{" + keys + "}}";
    }

    private static String collection(String configuration, String metadata, String schema, String dimension) {
        return "{\"id\":\"i\",\"name\":\"n\",\"configuration_json\":" + configuration + ",\"metadata\":" + metadata
                + ",\"schema\":" + schema + ",\"dimension\":" + dimension + "}";
    }
}
