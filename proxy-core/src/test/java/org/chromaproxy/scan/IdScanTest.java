package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdScanTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void idsOf(String body, String... ids) {
        SplitAtEachByte.forEach(utf8(body), pieces -> {
            IdScan scan = new IdScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            assertEquals(new Footprint.Ids(List.of(ids)), scan.finish());
        });
    }

    @Test
    void idsFirstAsTheClientsSendThem() {
        idsOf("{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[3,4]],\"documents\":null}", "a", "b");
    }

    @Test
    void idsBehindEmbeddingsAndNestedNamesakes() {
        idsOf(
                " {\"embeddings\" : [[1.5e-3,-2],[3,1e400]], \"metadatas\":[{\"ids\":[\"no\"]},null],"
                        + "\"ids\" : [ \"a\" ] }",
                "a");
    }

    @Test
    void base64EmbeddingsBeforeIds() {
        idsOf("{\"embeddings\":[\"AACAPwAAAEA=\",\"AABAQA==\"],\"ids\":[\"a\",\"b\"]}", "a", "b");
    }

    @Test
    void escapesAndCharactersOfAllLengthsInIdsAndInTheKey() {
        idsOf(
                "{\"\\u0069ds\":[\"\\u0061\\n\\\"\",\"\u00e4\u20ac\ud83d\ude00\",\"\\ud83d\\ude00\"]}",
                "a\n\"",
                "\u00e4\u20ac\ud83d\ude00",
                "\ud83d\ude00");
    }

    @Test
    void noIdsAtAllInTheList() {
        idsOf("{\"ids\":[]}");
    }

    @Test
    void duplicatesAreKept() {
        idsOf("{\"ids\":[\"a\",\"a\"]}", "a", "a");
    }

    @Test
    void theScanStopsBehindTheIds() {
        IdScan scan = new IdScan();
        byte[] head = utf8("{\"ids\":[\"a\"]");
        assertTrue(scan.feed(head, 0, head.length));
        byte[] nonsense = utf8("}} this is not looked at");
        assertTrue(scan.feed(nonsense, 0, nonsense.length));
        assertEquals(new Footprint.Ids(List.of("a")), scan.finish());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{",
                "{\"ids\":[\"a\"",
                "{\"ids\":[\"a\",",
                "{\"ids\":null}",
                "{\"ids\":\"a\"}",
                "{\"ids\":{\"0\":\"a\"}}",
                "{\"ids\":[1]}",
                "{\"ids\":[\"a\",null]}",
                "{\"ids\":[[\"a\"]]}",
                "{\"ids\":[\"\\ud83d\"]}",
                "{\"ids\":[\"a\" \"b\"]}",
                "{\"ids\":['a']}",
                "{ids:[\"a\"]}",
                "{\"IDs\":[\"a\"]}",
                "{\"embeddings\":[[1]]}",
                "[[\"a\"],[[1,2]]]",
                "\"ids\"",
                "null",
                "{\"x\":[NaN],\"ids\":[\"a\"]}",
                "\u00ef\u00bb\u00bf{\"ids\":[\"a\"]}",
                "{}"
            })
    void whatIsNotUnderstoodTouchesEverything(String body) {
        SplitAtEachByte.forEach(body.isEmpty() ? new byte[1] : utf8(body), pieces -> {
            IdScan scan = new IdScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            assertInstanceOf(Footprint.Everything.class, scan.finish());
        });
        assertInstanceOf(Footprint.Everything.class, IdScan.of(utf8(body)));
    }

    @Test
    void bytesThatAreNotUtf8TouchEverything() {
        byte[] body = utf8("{\"ids\":[\"a?\"]}");
        body[10] = (byte) 0xff;
        assertInstanceOf(Footprint.Everything.class, IdScan.of(body));
    }

    /** Chroma refuses such a body; a delete with a limit would have been resolved, and executed, all the same. */
    @Test
    void aByteOrderMarkIsNotUnderstood() {
        String marked = "\ufeff{\"ids\":[\"a\"],\"limit\":1}";
        SplitAtEachByte.forEach(utf8(marked), pieces -> {
            IdScan scan = new IdScan();
            pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
            assertInstanceOf(Footprint.Everything.class, scan.finish());
        });
        assertFalse(DeleteScan.of(utf8(marked)).understood());
    }

    @Test
    void nestingNumbersAndIdsHaveBounds() {
        assertInstanceOf(Footprint.Everything.class, IdScan.of(utf8("{\"x\":" + "[".repeat(64))));
        String number = "1".repeat(100_000);
        assertInstanceOf(Footprint.Everything.class, IdScan.of(utf8("{\"x\":" + number + ",\"ids\":[\"a\"]}")));
        StringBuilder ids = new StringBuilder("{\"ids\":[\"0\"");
        for (int i = 1; i < IdScan.MAX_IDS; i++) {
            ids.append(",\"").append(i).append('"');
        }
        assertInstanceOf(Footprint.Ids.class, IdScan.of(utf8(ids + "]}")));
        assertInstanceOf(Footprint.Everything.class, IdScan.of(utf8(ids + ",\"one more\"]}")));
    }

    @Test
    void buffersAreReadWithoutBeingMovedOrReleased() {
        byte[] body = utf8("{\"documents\":[\"" + "x".repeat(20_000) + "\"],\"ids\":[\"a\"],\"more\":1}");
        for (ByteBuf chunk :
                List.of(Unpooled.copiedBuffer(body), Unpooled.directBuffer().writeBytes(body))) {
            ByteBuf shifted =
                    chunk.alloc().buffer().writeByte('?').writeBytes(chunk).skipBytes(1);
            IdScan scan = new IdScan();
            assertTrue(scan.feed(shifted));
            assertEquals(new Footprint.Ids(List.of("a")), scan.finish());
            assertEquals(body.length, shifted.readableBytes());
            assertTrue(chunk.release());
            assertTrue(shifted.release());
        }
    }

    @Test
    void anAbandonedScanCanBeClosed() {
        IdScan scan = new IdScan();
        assertFalse(scan.done());
        scan.close();
        assertTrue(scan.done());
        scan.close();
    }
}
