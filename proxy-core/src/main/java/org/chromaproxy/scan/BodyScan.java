package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.async.NonBlockingInputFeeder;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A scan of one JSON object, fed in pieces of any size. Bytes behind the object's end are not looked at: Chroma ignores
 * them on record routes and refuses the request elsewhere.
 */
abstract class BodyScan implements AutoCloseable {
    /** Of a buffer that has no array so many bytes are looked at at a time. */
    private static final int COPY_BYTES = 8 << 10;
    /** The first of its bytes in UTF-8. Jackson passes over it; Chroma's parser refuses the body. */
    private static final byte BYTE_ORDER_MARK = (byte) 0xef;

    private final JsonParser parser;
    private final ByteArrayFeeder feeder;
    private byte[] piece = {};
    private int pieceOffset;
    /** Bytes of the body before the piece. */
    private long before;
    /** Last byte before the piece that is not white space. */
    private byte last;

    private int depth;
    private boolean done;

    BodyScan() {
        try {
            parser = ClientJson.fed();
        } catch (IOException e) {
            throw new IllegalStateException("a parser without input cannot fail to open", e);
        }
        NonBlockingInputFeeder input = parser.getNonBlockingInputFeeder();
        feeder = (ByteArrayFeeder) input;
    }

    /**
     * Takes the next bytes of the body; they may be reused afterwards.
     *
     * @return true once nothing more needs to be fed: the rest of the body cannot change the result
     */
    final boolean feed(byte[] bytes, int offset, int length) {
        if (before == 0 && length > 0 && bytes[offset] == BYTE_ORDER_MARK && !done) {
            notUnderstood("the body is not JSON");
            close();
        }
        if (!done && length > 0) {
            piece = bytes;
            pieceOffset = offset;
            try {
                feeder.feedInput(bytes, offset, offset + length);
                drain();
            } catch (IOException e) {
                fail(e);
            }
            last = lastSolid(offset + length);
            before += length;
            piece = new byte[0];
        }
        return done;
    }

    /** The same for a buffer's readable bytes; neither its indices nor its reference count change. */
    final boolean feed(ByteBuf chunk) {
        if (chunk.hasArray()) {
            return feed(chunk.array(), chunk.arrayOffset() + chunk.readerIndex(), chunk.readableBytes());
        }
        byte[] copy = new byte[Math.min(COPY_BYTES, chunk.readableBytes())];
        for (int at = chunk.readerIndex(); at < chunk.writerIndex() && !done; at += copy.length) {
            int length = Math.min(copy.length, chunk.writerIndex() - at);
            chunk.getBytes(at, copy, 0, length);
            feed(copy, 0, length);
        }
        return done;
    }

    /** Whether the result is known already. */
    final boolean done() {
        return done;
    }

    /** Gives the parser's buffers back; needed only for a scan that is abandoned, harmless otherwise. */
    @Override
    public final void close() {
        done = true;
        try {
            parser.close();
        } catch (IOException e) {
            throw new IllegalStateException("a parser without a stream cannot fail to close", e);
        }
    }

    /** The body has ended: what was not understood by now never will be. */
    final void end() {
        if (!done) {
            feeder.endOfInput();
            notUnderstood("the body is incomplete");
            close();
        }
    }

    private void drain() throws IOException {
        while (!done) {
            JsonToken token = parser.nextToken();
            if (token == null || token == JsonToken.NOT_AVAILABLE) {
                return;
            }
            if (token.isStructEnd()) {
                depth--;
                if (dangling(position() - 1 - before)) {
                    notUnderstood("the body is not JSON");
                    close();
                    return;
                }
            }
            boolean opening = depth == 0 && !token.isStructEnd();
            boolean enough = opening ? root(token) : accept(token, depth);
            if (token.isStructStart()) {
                depth++;
            }
            if (enough) {
                close();
            }
        }
    }

    /**
     * Whether a closing bracket, so many bytes into the piece, follows a comma or colon. Jackson 2.22 refuses that only
     * if both come in one piece.
     */
    private boolean dangling(long bracket) {
        byte previous = lastSolid(pieceOffset + (int) bracket);
        return previous == ',' || previous == ':';
    }

    /** The last byte that is not white space before an index of the piece's array, or else before the piece. */
    private byte lastSolid(int end) {
        for (int i = end - 1; i >= pieceOffset; i--) {
            byte b = piece[i];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        return last;
    }

    private boolean root(JsonToken token) {
        return token != JsonToken.START_OBJECT && stop("the body is not an object");
    }

    private void fail(IOException cause) {
        notUnderstood(
                cause instanceof StreamConstraintsException
                        ? "the body goes beyond a bound of the JSON parser"
                        : "the body is not JSON");
        close();
    }

    /** Notes that the body was not understood; returns true, to end {@link #accept}. */
    final boolean stop(String reason) {
        notUnderstood(reason);
        return true;
    }

    /**
     * Looks at one token below the root object's opening brace.
     *
     * @param level how many containers the token is in; 1 for the object's keys and their values; 0 only for its end
     * @return true when no later token can matter
     */
    abstract boolean accept(JsonToken token, int level) throws IOException;

    /** Called at most once, and then no token is accepted any more. */
    abstract void notUnderstood(String reason);

    final String text() throws IOException {
        return parser.getText();
    }

    /** Bytes of the body up to and including the current token, which must not be a number. */
    final int position() {
        return (int) parser.currentLocation().getByteOffset();
    }

    /** Whether UTF-8 can hold the text. An escaped half of a surrogate pair cannot; Chroma refuses it. */
    static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = Character.isSupplementaryCodePoint(text.codePointAt(i));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
