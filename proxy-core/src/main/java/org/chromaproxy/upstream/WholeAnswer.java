package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The body of an answer that is collected whole: each array is reserved before it is made. Confined to the connection's event
 * loop.
 */
final class WholeAnswer {
    private static final int FIRST = 512;
    /** Up to so much is made at once for what is announced; beyond it no more than doubles what has come. */
    private static final int TRUSTED = 1 << 20;

    private final AnswerMemory memory;
    private byte[] bytes = {};
    private int length;

    WholeAnswer(AnswerMemory memory) {
        this.memory = memory;
    }

    /**
     * Whether it would be larger than it may.
     *
     * @param more bytes that have come now
     * @param announced bytes of the whole; negative if unknown
     */
    boolean beyond(int more, long announced) {
        return Math.max(announced, (long) length + more) > memory.most();
    }

    /**
     * Takes in what has come, and releases it.
     *
     * @param announced bytes of the whole; negative if unknown
     * @return false if there is no memory for it
     */
    boolean add(ByteBuf content, long announced) {
        int size = content.readableBytes();
        boolean room = length + size <= bytes.length || grow(length + size, announced);
        if (room) {
            content.readBytes(bytes, length, size);
            length += size;
        }
        content.release();
        return room;
    }

    private boolean grow(int needed, long announced) {
        long wanted = Math.max(FIRST, 2L * bytes.length);
        if (announced >= needed) {
            wanted = Math.min(announced, Math.max(TRUSTED, wanted));
        }
        return resize((int) Math.max(needed, Math.min(wanted, memory.most())));
    }

    private boolean resize(int size) {
        if (!memory.reserve(size)) {
            return false;
        }
        int before = bytes.length;
        bytes = Arrays.copyOf(bytes, size);
        memory.release(before);
        return true;
    }

    /** Whether its array is exactly as long as the answer; false if there is no memory to make it so. */
    boolean trim() {
        return bytes.length == length || resize(length);
    }

    /** All of it, {@link #trim trimmed}: its memory stays reserved, to be given back by whoever takes it. */
    byte[] take() {
        byte[] whole = bytes;
        bytes = new byte[0];
        length = 0;
        return whole;
    }

    /** Nobody wants it any more. */
    void drop() {
        memory.release(bytes.length);
        bytes = new byte[0];
        length = 0;
    }
}
