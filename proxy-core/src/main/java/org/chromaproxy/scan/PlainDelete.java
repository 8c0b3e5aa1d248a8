package org.chromaproxy.scan;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A delete that lists ids and says nothing else, so that deleting a part of them, and then the rest, is the same. Servers
 * take lists of any length, and execute a long one without answering anybody: it can be sent in pieces.
 *
 * @param ids the raw array of ids
 * @param count how many they are, duplicates included
 */
public record PlainDelete(Slice ids, int count) {
    /** Most ids of one piece: a server (1.5.9) deletes these in a sixth of a second. */
    public static final int PIECE = 2_000;

    /** An id in its list: two quotes and a comma. */
    private static final int SHORTEST = 3;
    /** Bytes of a body beside its list of ids; what official clients send is shorter. */
    private static final int LONGEST_REST = 256;

    private static final Set<String> KNOWN = Set.of("ids", "where", "where_document", "limit");
    private static final byte[] OPENING = "{\"ids\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSING = "]}".getBytes(StandardCharsets.US_ASCII);

    /**
     * A piece of the list.
     *
     * @param body a delete of these ids, byte for byte
     * @param end offset behind its last id; where the next piece begins
     * @param last whether no id follows
     */
    public record Piece(byte[] body, int end, boolean last) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Piece(byte[] bytes, int to, boolean lasts)
                    && Arrays.equals(body, bytes)
                    && end == to
                    && last == lasts;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(body);
        }

        @Override
        public String toString() {
            return new String(body, StandardCharsets.UTF_8) + (last ? ", the last" : ", up to " + end);
        }
    }

    /** The body as such a delete; empty if it is another one, or short enough for one piece. */
    public static Optional<PlainDelete> longerThanAPiece(byte[] body) {
        if (body.length <= PIECE * SHORTEST) {
            return Optional.empty();
        }
        DeleteBody delete = DeleteScan.of(body);
        if (!delete.understood()
                || delete.filtered()
                || delete.limited()
                || delete.ids().isEmpty()) {
            return Optional.empty();
        }
        Slice ids = delete.ids().get();
        int count = delete.footprint().records();
        return count > PIECE && nothingElse(body, ids) ? Optional.of(new PlainDelete(ids, count)) : Optional.empty();
    }

    /** What else there is might be refused by a server, which is to refuse all of it then. */
    private static boolean nothingElse(byte[] body, Slice ids) {
        int rest = body.length - ids.length();
        if (rest > LONGEST_REST) {
            return false;
        }
        String around = new String(body, 0, ids.start(), StandardCharsets.UTF_8) + "null"
                + new String(body, ids.end(), body.length - ids.end(), StandardCharsets.UTF_8);
        try {
            JsonNode tree = ClientJson.tree(around.getBytes(StandardCharsets.UTF_8));
            return tree.isObject()
                    && tree.properties().stream()
                            .allMatch(each -> KNOWN.contains(each.getKey())
                                    && each.getValue().isNull());
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the first piece begins. */
    public int start() {
        return ids.start() + 1;
    }

    /**
     * The piece that begins at an offset.
     *
     * @param body the body that was scanned
     * @param from {@link #start}, or the end of the piece before
     */
    public Piece piece(byte[] body, int from) {
        int first = nextId(body, from);
        int end = first;
        int next = first;
        for (int taken = 0; taken < PIECE && next < ids.end(); taken++) {
            end = behindId(body, next);
            next = nextId(body, end);
        }
        byte[] piece = new byte[OPENING.length + end - first + CLOSING.length];
        System.arraycopy(OPENING, 0, piece, 0, OPENING.length);
        System.arraycopy(body, first, piece, OPENING.length, end - first);
        System.arraycopy(CLOSING, 0, piece, OPENING.length + end - first, CLOSING.length);
        return new Piece(piece, end, next >= ids.end());
    }

    /** The offset of the next opening quote, or the list's end. */
    private int nextId(byte[] body, int from) {
        int at = from;
        while (at < ids.end() && body[at] != '"') {
            at++;
        }
        return at;
    }

    private static int behindId(byte[] body, int quote) {
        int at = quote + 1;
        while (body[at] != '"') {
            at += body[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
