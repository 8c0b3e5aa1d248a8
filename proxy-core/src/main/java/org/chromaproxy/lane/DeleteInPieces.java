package org.chromaproxy.lane;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.chromaproxy.scan.PlainDelete;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * How far one instance has come with a delete of more ids than it is sent at once. The pieces are one record: they follow each
 * other with nothing of the lane's between them, and the record is done with the last. Whatever interrupts them, they begin
 * anew: what is deleted already is deleted once more, which changes nothing. Confined to its lane's loop.
 */
final class DeleteInPieces {
    private static final String DELETED = "deleted";

    private final long lsn;
    private final long losses;
    private final PlainDelete delete;
    private int from;
    private PlainDelete.Piece piece;
    private boolean underWay;
    private long deleted;

    private DeleteInPieces(long lsn, long losses, PlainDelete delete, byte[] body) {
        this.lsn = lsn;
        this.losses = losses;
        this.delete = delete;
        this.from = delete.start();
        this.piece = delete.piece(body, from);
    }

    /**
     * The beginning of a delete; empty if it is sent whole.
     *
     * @param losses how often the instance was lost so far
     */
    static Optional<DeleteInPieces> begin(Write write, byte[] body, long losses) {
        return PlainDelete.longerThanAPiece(body).map(plain -> new DeleteInPieces(write.lsn(), losses, plain, body));
    }

    /** Whether these are pieces of that record, and the instance still holds what it answered. */
    boolean goesOnWith(Write write, long lossesNow) {
        return write.lsn() == lsn && lossesNow == losses && !underWay;
    }

    /** Whether the instance has executed some, and not all. */
    boolean begun() {
        return from > delete.start();
    }

    /**
     * What is to be sent now.
     *
     * @param body the record's
     */
    byte[] next(byte[] body) {
        if (piece.end() <= from) {
            piece = delete.piece(body, from);
        }
        return piece.body();
    }

    /** It is sent. */
    void sent() {
        underWay = true;
    }

    /** Whether more follows what was sent. */
    boolean hasMore() {
        return !piece.last();
    }

    /** It is answered. */
    void applied(UpstreamResponse answer) {
        underWay = false;
        from = piece.end();
        deleted += count(answer).orElse(0L);
    }

    /** What the instance would have answered to all at once. */
    UpstreamResponse whole(UpstreamResponse last) {
        if (count(last).isEmpty()) {
            return last;
        }
        byte[] body = ("{\"" + DELETED + "\":" + deleted + "}").getBytes(StandardCharsets.US_ASCII);
        return new UpstreamResponse(last.status(), last.headers(), body);
    }

    /** Older releases tell no number. */
    private static Optional<Long> count(UpstreamResponse answer) {
        JsonNode number = answer.tree().path(DELETED);
        return number.isIntegralNumber() ? Optional.of(number.longValue()) : Optional.empty();
    }
}
