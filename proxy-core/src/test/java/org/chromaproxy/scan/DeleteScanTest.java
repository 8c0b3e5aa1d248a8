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
                "-1",
                "1.0",
                "1e0",
                "\"1\"",
                "true",
                "4294967296",
                "99999999999999999999999999",
                "[1]",
                "{\"limit\":1}",
                "1,\"limit\":2",
                "null,\"limit\":2",
                "1,\"limit\":null"
            })
    void aLimitThatChromaDoesNotTakeIsNotedAndHasNoValue(String limit) {
        scan("{\"limit\":" + limit + ",\"ids\":[\"a\"]}", (body, delete) -> {
            assertTrue(delete.understood());
            assertTrue(delete.limited());
            assertTrue(delete.mayBeLimited(body));
            assertEquals(OptionalLong.empty(), delete.limit());
            assertEquals(new Footprint.Ids(List.of("a")), delete.footprint());
        });
    }

    /** Chroma passes over keys it does not know. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"offset\":1",
                "\"offset\":null",
                "\"x\":{\"ids\":[\"b\"],\"limit\":[1,{}]}",
                "\"x\":[[],[\"limit\"]],\"x\":{}",
                "\"LIMIT\":1"
            })
    void anUnknownKeyIsPassedOver(String member) {
        scan("{" + member + ",\"ids\":[\"a\"]," + member.replace("x", "y") + "}", (body, delete) -> {
            assertTrue(delete.understood());
            assertFalse(delete.mayBeLimited(body));
            assertEquals(new Footprint.Ids(List.of("a")), delete.footprint());
        });
    }

    @Test
    void aLimitIsTakenOutOrSetToNoneAndTheRestIsKept() {
        scan(
                "{\"offset\":3,\"where\":{\"k\": 1.0},\"l\\u0069mit\":7,\"\\u0069ds\":[ \"a\\u0062\"]}",
                (body, delete) -> {
                    assertEquals(OptionalLong.of(7), delete.limit());
                    assertEquals(
                            "{\"ids\":[ \"a\\u0062\"],\"where\":{\"k\": 1.0},\"limit\":0}",
                            new String(delete.withoutEffect(body), StandardCharsets.UTF_8));
                    assertEquals(
                            "{\"ids\":[ \"a\\u0062\"],\"where\":{\"k\": 1.0},\"limit\":null}",
                            new String(delete.withoutLimit(body), StandardCharsets.UTF_8));
                });
    }

    /** The server refuses it: as it stands, or as another of its kind. */
    @ParameterizedTest
    @ValueSource(strings = {"[{\"k\":1}]", "\"x\"", "1", "true"})
    void aFilterOfTheWrongTypeIsKept(String filter) {
        scan("{\"where_document\":" + filter + ",\"limit\":1}", (body, delete) -> {
            assertTrue(delete.filtered());
            String asked = filter.startsWith("[") ? filter : "false";
            assertEquals("{\"where_document\":" + asked + ",\"limit\":1,\"include\":[]}", get(body, delete));
        });
    }

    /** More than are remembered: the delete touches everything, and its words are still not taken for a limit. */
    @Test
    void aHugeDeleteOfIdsThatContainTheWordLimitHasNone() {
        StringBuilder ids = new StringBuilder("{\"ids\":[\"limit\",\"\\u00e9\"");
        for (int i = 0; i < IdScan.MAX_IDS; i++) {
            ids.append(",\"").append(i).append('"');
        }
        byte[] body = (ids + "]}").getBytes(StandardCharsets.UTF_8);
        DeleteBody delete = DeleteScan.of(body);
        assertTrue(delete.understood());
        assertFalse(delete.mayBeLimited(body));
        assertInstanceOf(Footprint.Everything.class, delete.footprint());
        byte[] limited = (ids + "],\"limit\":1}").getBytes(StandardCharsets.UTF_8);
        assertEquals(OptionalLong.of(1), DeleteScan.of(limited).limit());
    }

    @Test
    void filtersAreReadAsDeepAsChromaReadsThem() {
        String open = "{\"$and\":[".repeat(62);
        String close = "]}".repeat(62);
        scan("{\"where\":" + open + "{\"k\":1}" + close + ",\"limit\":1}", (body, delete) -> {
            assertTrue(delete.understood());
            assertTrue(delete.filtered());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":[\"a\"],\"ids\":[\"b\"]}",
                "{\"ids\":[\"a\"],\"where\":null,\"where\":{}}",
                "{\"where\":{},\"where\":null}",
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
            assertFalse(delete.mayBeLimited(body));
            assertThrows(IllegalStateException.class, () -> delete.resolvingGet(body));
            assertThrows(IllegalStateException.class, () -> delete.withoutEffect(body));
            assertThrows(IllegalStateException.class, () -> delete.withoutLimit(body));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"ids\":[null],\"limit\":1}", "{\"ids\":[1],\"l\\u0069mit\":1}", "{\"ids\":[\"a\"],\"limit\":1"
            })
    void whatIsNotUnderstoodMayHaveALimit(String text) {
        scan(text, (body, delete) -> {
            assertFalse(delete.understood());
            assertTrue(delete.mayBeLimited(body));
        });
    }

    @Test
    void bytesBehindTheObjectAreIgnoredAsInChroma() {
        scan("{\"ids\":[\"a\"]} x", (_, delete) -> assertEquals(new Footprint.Ids(List.of("a")), delete.footprint()));
    }
}
