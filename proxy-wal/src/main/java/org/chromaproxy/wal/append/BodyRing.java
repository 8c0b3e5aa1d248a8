package org.chromaproxy.wal.append;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in the order they came, outside the heap; the oldest are overwritten. Bodies that are kept for a minute would
 * otherwise outlive the young generation and fill the old one: a full collection every few seconds under load.
 */
final class BodyRing {
    private static final int CHUNK = 1 << 20;

    /** Made as they are needed. */
    private final @Nullable ByteBuffer[] chunks;

    private long end;

    /** @param bytes the last so many can be read again */
    BodyRing(long bytes) {
        chunks = new ByteBuffer[Math.toIntExact((bytes + CHUNK - 1) / CHUNK)];
    }

    /** Where the next body goes. */
    long end() {
        return end;
    }

    /** Adds a body, which must not be larger than the whole ring. */
    void add(byte[] body) {
        int copied = 0;
        while (copied < body.length) {
            int piece = Math.min(body.length - copied, room(end));
            chunk(end).put(offset(end), body, copied, piece);
            copied += piece;
            end += piece;
        }
    }

    /** What was added at that place. */
    byte[] get(long at, int length) {
        byte[] body = new byte[length];
        int copied = 0;
        while (copied < length) {
            int piece = Math.min(length - copied, room(at + copied));
            chunk(at + copied).get(offset(at + copied), body, copied, piece);
            copied += piece;
        }
        return body;
    }

    private ByteBuffer chunk(long at) {
        int index = (int) (at / CHUNK % chunks.length);
        ByteBuffer present = chunks[index];
        if (present == null) {
            present = ByteBuffer.allocateDirect(CHUNK);
            chunks[index] = present;
        }
        return present;
    }

    private static int offset(long at) {
        return (int) (at % CHUNK);
    }

    private static int room(long at) {
        return CHUNK - offset(at);
    }
}
