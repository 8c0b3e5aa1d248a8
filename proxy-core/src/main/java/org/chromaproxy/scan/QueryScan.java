package org.chromaproxy.scan;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Counts, in the pieces of a query's body as they pass, how many results it asks for: embeddings by {@code n_results}. What stands
 * in the embeddings is passed over, not parsed. Of a body that is not well formed, or not an object, it may say anything: servers
 * refuse it. Confined to one thread.
 */
public final class QueryScan {
    /** What servers take where a body does not say. */
    private static final long USUAL_RESULTS = 10;
    /** More than servers take. */
    private static final long MOST_RESULTS = 1L << 32;

    private static final byte[] EMBEDDINGS = "query_embeddings".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESULTS = "n_results".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_KEY = EMBEDDINGS.length;

    private final byte[] key = new byte[LONGEST_KEY];
    private int keyLength;
    private int depth;
    private boolean text;
    private boolean escape;
    /** In an embedding: nothing before its end matters. */
    private boolean embedding;

    private boolean embeddingsMember;
    private boolean resultsMember;
    private boolean ended;
    private long embeddings;
    private long number;
    private long results = -1;

    /** Looks at the readable bytes, which stay readable. */
    public void feed(ByteBuf piece) {
        int end = piece.writerIndex();
        for (int at = piece.readerIndex(); at < end && !ended; at++) {
            if (embedding) {
                at = piece.indexOf(at, end, (byte) ']');
                if (at < 0) {
                    return;
                }
                embedding = false;
                depth--;
            } else if (text) {
                inText(piece.getByte(at));
            } else {
                outside(piece.getByte(at));
            }
        }
    }

    /**
     * How many results it asks for at least, as far as it was fed; to its end exactly. One embedding counts as none: with any
     * number it is answered by no more than the collection has.
     */
    public long results() {
        long each = results >= 0 ? results : ended ? USUAL_RESULTS : 1;
        return embeddings < 2 ? 0 : embeddings * each;
    }

    private void inText(byte octet) {
        if (escape) {
            escape = false;
        } else if (octet == '\\') {
            escape = true;
            // It may spell either name: then both are taken to be meant.
            keyLength = -1;
        } else if (octet == '"') {
            text = false;
        } else if (depth == 1 && keyLength >= 0) {
            if (keyLength < LONGEST_KEY) {
                key[keyLength] = octet;
            }
            keyLength = Math.min(keyLength + 1, LONGEST_KEY + 1);
        }
    }

    private void outside(byte octet) {
        switch (octet) {
            case '"' -> {
                text = true;
                keyLength = 0;
            }
            case '[', '{' -> begin();
            case ']', '}' -> end();
            case ':' -> member();
            case ',' -> next();
            default -> digit(octet);
        }
    }

    private void begin() {
        depth++;
        if (depth == 3 && embeddingsMember) {
            embeddings++;
            embedding = true;
        }
    }

    private void end() {
        depth--;
        if (depth == 0) {
            next();
            ended = true;
        }
    }

    private void member() {
        if (depth == 1) {
            embeddingsMember = named(EMBEDDINGS);
            resultsMember = named(RESULTS);
            number = -1;
        }
    }

    private boolean named(byte[] name) {
        boolean same = keyLength == name.length;
        for (int i = 0; same && i < name.length; i++) {
            same = key[i] == name[i];
        }
        return same || keyLength < 0;
    }

    /** A member ends. */
    private void next() {
        if (depth <= 1 && resultsMember && number >= 0) {
            results = Math.max(results, number);
        }
        resultsMember &= depth > 1;
    }

    private void digit(byte octet) {
        if (depth == 1 && resultsMember && octet >= '0' && octet <= '9') {
            number = Math.min(MOST_RESULTS, Math.max(0, number) * 10 + octet - '0');
        }
    }
}
