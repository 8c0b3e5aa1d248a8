package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogScanTest {
    private static void create(String text, Optional<CreateScan.Body> expected) {
        SplitAtEachByte.forEach(text.getBytes(StandardCharsets.UTF_8), pieces -> {
            CreateScan scan = new CreateScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            assertEquals(expected, scan.finish());
        });
    }

    private static void modify(String text, Optional<ModifyScan.Body> expected) {
        SplitAtEachByte.forEach(text.getBytes(StandardCharsets.UTF_8), pieces -> {
            ModifyScan scan = new ModifyScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            assertEquals(expected, scan.finish());
        });
    }

    @Test
    void theNameOfAnythingThatIsCreated() {
        create("{\"name\":\"n\"}", Optional.of(new CreateScan.Body("n", false, "")));
        create(
                "{\"metadata\":{\"name\":\"no\",\"get_or_create\":1},\"configuration\":{\"hnsw\":{\"space\":\"l2\"}},"
                        + "\"get_or_create\":true,\"n\\u0061me\":\"\u00e4\\ud83d\\ude00\"}",
                Optional.of(new CreateScan.Body("\u00e4\ud83d\ude00", true, "")));
        create(
                "{\"name\":\"n\",\"get_or_create\":false,\"schema\":null}",
                Optional.of(new CreateScan.Body("n", false, "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":1}",
                "{\"name\":null}",
                "{\"name\":[\"n\"]}",
                "{\"name\":\"n\",\"name\":\"m\"}",
                "{\"name\":\"n\",\"get_or_create\":null}",
                "{\"name\":\"n\",\"get_or_create\":\"true\"}",
                "{\"name\":\"n\",\"get_or_create\":true,\"get_or_create\":false}",
                "{\"name\":\"\\udc00\"}",
                "{\"name\":\"n\"",
                "[\"n\",null,null,false]",
                "{\"name\":\"n\",}"
            })
    void aCreateThatIsNotUnderstood(String text) {
        create(text, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "[]", "{}", "{\"k\":{}}", "{\"indices\":[1],\"values\":[0.5]}"})
    void whereMetadataHoldsMoreThanAScalar(String value) {
        String metadata = "{\"a\":1,\"k\":" + value + ",\"b\":[2]}";
        create(
                "{\"metadata\":" + metadata + ",\"name\":\"n\"}",
                Optional.of(new CreateScan.Body("n", false, "metadata.k")));
        modify(
                "{\"new_metadata\":" + metadata + "}",
                Optional.of(new ModifyScan.Body(Optional.empty(), "new_metadata.k")));
        create(
                "{\"name\":\"n\",\"metadata\":null,\"configuration\":" + metadata + "}",
                Optional.of(new CreateScan.Body("n", false, "")));
    }

    @Test
    void whetherAModificationRenames() {
        modify("{\"new_name\":\"m\"}", Optional.of(new ModifyScan.Body(Optional.of("m"), "")));
        modify("{\"new_metadata\":{\"new_name\":\"no\"}}", Optional.of(new ModifyScan.Body(Optional.empty(), "")));
        modify("{\"new_name\":null,\"new_metadata\":{}}", Optional.of(new ModifyScan.Body(Optional.empty(), "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"new_name\":1}", "{\"new_name\":{}}", "{\"new_name\":\"a\",\"new_name\":\"b\"}", "[]", "{"})
    void aModificationThatIsNotUnderstood(String text) {
        modify(text, Optional.empty());
    }

    @Test
    void aCreateOfANameAloneIsPlain() {
        for (String plain : List.of(
                "{\"name\":\"n\"}",
                "{\"name\":\"n\",\"metadata\":null,\"configuration\":null,\"schema\":null,\"get_or_create\":true}\n")) {
            assertTrue(PlainCreate.of(plain.getBytes(StandardCharsets.UTF_8)), plain);
        }
        for (String other : List.of(
                "{\"name\":\"n\",\"metadata\":{}}",
                "{\"name\":\"n\",\"schema\":5}",
                "{\"name\":\"n\",\"configuration\":{\"hnsw\":{}}}",
                "{\"name\":\"n\",\"metadata\":null,\"metadata\":null}",
                "{\"name\":\"n\",\"unknown\":null}",
                "{\"name\":\"n\"}x",
                "{\"name\":\"n\"")) {
            assertFalse(PlainCreate.of(other.getBytes(StandardCharsets.UTF_8)), other);
        }
    }
}
