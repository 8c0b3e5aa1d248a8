package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainDeleteTest {
    private static final int MANY = PlainDelete.PIECE * 2 + 1;

    private static String ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"x" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<PlainDelete.Piece> pieces(String text) {
        byte[] body = bytes(text);
        PlainDelete delete = PlainDelete.longerThanAPiece(body).orElseThrow();
        List<PlainDelete.Piece> pieces = new ArrayList<>();
        int from = delete.start();
        do {
            pieces.add(delete.piece(body, from));
            from = pieces.getLast().end();
        } while (!pieces.getLast().last());
        return pieces;
    }

    private static List<String> idsOf(byte[] body) {
        try {
            List<String> ids = new ArrayList<>();
            ClientJson.tree(body).path("ids").forEach(id -> ids.add(id.asText()));
            return ids;
        } catch (IOException e) {
            throw new AssertionError(new String(body, StandardCharsets.UTF_8), e);
        }
    }

    /** What the Python client sends, the shortest there is, and one with white space wherever it may be. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":%s,\"where\":null,\"where_document\":null}",
                "{\"ids\":%s}",
                " { \"limit\" : null ,\n\"ids\" :\t%s } "
            })
    void allIdsAreInItsPiecesInTheirOrder(String form) {
        List<PlainDelete.Piece> pieces = pieces(form.replace("%s", ids(MANY)));
        assertEquals(
                List.of(PlainDelete.PIECE, PlainDelete.PIECE, 1),
                pieces.stream().map(piece -> idsOf(piece.body()).size()).toList());
        assertEquals(
                IntStream.range(0, MANY).mapToObj(i -> "x" + i).toList(),
                pieces.stream().flatMap(piece -> idsOf(piece.body()).stream()).toList());
    }

    @Test
    void bytesOfIdsAreNotChanged() {
        String odd = "\"a\\\"],[\\\\\" , \"\\u00e4\" ,\n\"\u00e4]}\",\"\"";
        String list = ids(MANY).replace("[\"x0", "[ " + odd + ", \"x0").replace("\"x4000\"]", odd + " ]");
        List<PlainDelete.Piece> pieces = pieces("{\"ids\":" + list + "}");
        String first = new String(pieces.getFirst().body(), StandardCharsets.UTF_8);
        String last = new String(pieces.getLast().body(), StandardCharsets.UTF_8);
        assertTrue(first.startsWith("{\"ids\":[" + odd + ", \"x0\","), first.substring(0, 60));
        assertTrue(last.endsWith(odd + "]}"), last);
        assertEquals(
                MANY - 1 + 8,
                pieces.stream().mapToInt(piece -> idsOf(piece.body()).size()).sum());
    }

    @Test
    void theLastPieceIsToldWhereTheListFillsItsPieces() {
        List<PlainDelete.Piece> pieces = pieces("{\"ids\":" + ids(2 * PlainDelete.PIECE) + "}");
        assertEquals(2, pieces.size());
        assertEquals(
                List.of(false, true),
                pieces.stream().map(PlainDelete.Piece::last).toList());
    }

    /** A server may refuse these, or executes them otherwise than in parts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\":%s,\"where\":{\"k\":1}}",
                "{\"ids\":%s,\"where\":{}}",
                "{\"ids\":%s,\"where_document\":{\"$contains\":\"x\"}}",
                "{\"ids\":%s,\"limit\":1}",
                "{\"ids\":%s,\"limit\":null,\"limit\":null}",
                "{\"ids\":%s,\"x\":null}",
                "{\"ids\":%s,\"where\":1e999999}",
                "{\"ids\":%s,\"ids\":[\"a\"]}",
                "{\"ids\":[1,%s]}",
                "{\"ids\":%s,}",
                "{\"ids\":%s",
                "{\"ids\":%s} {}",
                "[%s]",
                "{\"where\":{\"k\":{\"$in\":%s}}}"
            })
    void othersAreSentWhole(String form) {
        assertTrue(PlainDelete.longerThanAPiece(bytes(form.replace("%s", ids(MANY))))
                .isEmpty());
    }

    @Test
    void aShortOneIsSentWhole() {
        assertTrue(PlainDelete.longerThanAPiece(bytes("{\"ids\":" + ids(PlainDelete.PIECE) + "}"))
                .isEmpty());
        assertEquals(
                PlainDelete.PIECE + 1,
                PlainDelete.longerThanAPiece(bytes("{\"ids\":" + ids(PlainDelete.PIECE + 1) + "}"))
                        .orElseThrow()
                        .count());
    }
}
