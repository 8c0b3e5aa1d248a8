package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteScanTest {
    private static void scan(String text, BiConsumer<byte[], DeleteBody> check) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        SplitAtEachByte.forEach(body, pieces -> {
            DeleteScan scan = new DeleteScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            check.accept(body, scan.finish());
        });
    }

    private static String get(byte[] body, DeleteBody delete) {
        return new String(delete.resolvingGet(body), StandardCharsets.UTF_8);
    }

    @Test
    void aDeleteOfIdsTouchesOnlyThem() {
        scan("{\"ids\":[\"a\",\"\\u0062\"],\"where\":null,\"where_document\":null,\"limit\":null}", (_, delete) -> {
            assertTrue(delete.understood());
            assertEquals(new Footprint.Ids(List.of("a", "b")), delete.footprint());
            assertEquals(OptionalLong.empty(), delete.limit());
            assertFalse(delete.filtered());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"ids\":null}", "{\"ids\":[]}"})
    void aDeleteOfNothingTouchesNothing(String text) {
        scan(text, (_, delete) -> {
            assertTrue(delete.understood());
            assertEquals(new Footprint.Ids(List.of()), delete.footprint());
        });
    }

    @Test
    void aFilterTouchesEverythingAndResolvesVerbatim() {
        String text = " { \"where\" : {\"n\": {\"$gt\": 1.50}, \"\u00e4\":\"\ud83d\ude00\"} , \"ids\":[ \"a\" ,\"b\"],"
                + "\"where_document\":{\"$and\":[{\"$contains\":\"}\"}]}, \"limit\" : 12 } ";
        scan(text, (body, delete) -> {
            assertTrue(delete.understood());
            assertTrue(delete.filtered());
            assertInstanceOf(Footprint.Everything.class, delete.footprint());
            assertEquals(OptionalLong.of(12), delete.limit());
            assertEquals(
                    "{\"ids\":[ \"a\" ,\"b\"],\"where\":{\"n\": {\"$gt\": 1.50}, \"\u00e4\":\"\ud83d\ude00\"},"
                            + "\"where_document\":{\"$and\":[{\"$contains\":\"}\"}]},\"limit\":12,\"include\":[]}",
                    get(body, delete));
        });
    }

    @Test
    void aLimitBehindTheIdsIsSeen() {
        scan("{\"ids\":[\"a\"],\"limit\":3}", (body, delete) -> {
            assertEquals(OptionalLong.of(3), delete.limit());
            assertEquals(new Footprint.Ids(List.of("a")), delete.footprint());
            assertEquals("{\"ids\":[\"a\"],\"limit\":3,\"include\":[]}", get(body, delete));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"ids\":[\"b\"]}",
                "{\"ids\":[\"a\"],\"where\":null,\"where\":{}}",
                "{\"ids\":[\"a\"],\"where\":[]}",
                "{\"ids\":[\"a\"],\"where\":\"x\"}",
                "{\"ids\":[\"a\"],\"limit\":-1}",
                "{\"ids\":[\"a\"],\"limit\":1.5}",
                "{\"ids\":[\"a\"],\"limit\":\"1\"}",
                "{\"ids\":[\"a\"],\"limit\":4294967296}",
                "{\"ids\":[\"a\"],\"limit\":99999999999999999999999999}",
                "{\"ids\":[\"a\"],\"limit\":[1]}",
                "{\"ids\":[\"a\"],\"from_a_newer_release\":true}",
                "{\"ids\":[1]}",
                "{\"ids\":\"a\"}",
                "{\"ids\":[\"a\"]",
                "[[\"a\"],null,null]",
                "{\"ids\":[\"a\"],}"
            })
    void whatIsNotUnderstoodTouchesEverything(String text) {
        scan(text, (body, delete) -> {
            assertFalse(delete.understood());
            assertInstanceOf(Footprint.Everything.class, delete.footprint());
            assertThrows(IllegalStateException.class, () -> delete.resolvingGet(body));
        });
    }

    @Test
    void bytesBehindTheObjectAreIgnoredAsInChroma() {
        scan("{\"ids\":[\"a\"]} x", (_, delete) -> assertEquals(new Footprint.Ids(List.of("a")), delete.footprint()));
    }
}
