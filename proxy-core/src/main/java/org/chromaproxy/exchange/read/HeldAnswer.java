package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer that no client has seen anything of yet: it is here whole before it is passed on, because it is small or
 * will be changed, or its beginning is, which tells whose it is. Until then another server can answer instead. Confined to
 * the exchange's loop.
 */
final class HeldAnswer {
    /** Answers up to this size reach the client only when they are here whole. */
    static final int WHOLE_BYTES = 64 << 10;

    /** Most bytes of an answer that is held to be changed. */
    static final int MOST_BYTES = 16 << 20;

    /** So many bytes of a larger answer tell whose it is. */
    private static final int BEGINNING_BYTES = 16;

    /** Pieces of one answer that are put together without copying. */
    private static final int PIECES = 1024;

    /** What has become of it with one more piece. */
    enum Step {
        HELD,
        /** Enough of it is here: it can be passed on from its beginning. */
        BEGUN,
        /** It is larger than what may be held to be changed; the piece is let go. */
        TOO_LARGE,
        /** There is no memory to hold it; the piece is let go. */
        NO_MEMORY
    }

    private final ByteBufAllocator alloc;
    /** Reserves bytes beyond {@link #WHOLE_BYTES}: as many as that are bounded by the connections to servers. */
    private final IntPredicate memory;

    private @Nullable HttpResponse head;
    private @Nullable ByteBuf bytes;
    /** It is held to the end if that is not reached. */
    private int enough;

    HeldAnswer(ByteBufAllocator alloc, IntPredicate memory) {
        this.alloc = alloc;
        this.memory = memory;
    }

    /** @param whole whether it is held to its end whatever its size */
    void begin(HttpResponse from, boolean whole) {
        head = from;
        long length = HttpUtil.getContentLength(from, -1L);
        if (whole) {
            enough = Integer.MAX_VALUE;
        } else {
            enough = length > WHOLE_BYTES ? BEGINNING_BYTES : WHOLE_BYTES + 1;
        }
    }

    /** Whether there is one. */
    boolean holding() {
        return head != null;
    }

    /** @throws NullPointerException if there is none */
    HttpResponse head() {
        return Objects.requireNonNull(head);
    }

    /** Bytes that are held. */
    int size() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /** Takes one more piece. */
    Step add(ByteBuf content) {
        int size = size() + content.readableBytes();
        ByteBuf before = bytes;
        if (before == null) {
            bytes = content;
        } else if (size > MOST_BYTES) {
            content.release();
            return Step.TOO_LARGE;
        } else if (enough == Integer.MAX_VALUE && size > WHOLE_BYTES && !memory.test(content.readableBytes())) {
            content.release();
            return Step.NO_MEMORY;
        } else {
            bytes = joined(before, content);
        }
        return size >= enough ? Step.BEGUN : Step.HELD;
    }

    private CompositeByteBuf joined(ByteBuf before, ByteBuf content) {
        CompositeByteBuf all = before instanceof CompositeByteBuf composite
                ? composite
                : alloc.compositeBuffer(PIECES).addComponent(true, before);
        return all.addComponent(true, content);
    }

    /** What there is of its body, the caller's now; nothing is held any more. */
    ByteBuf take() {
        ByteBuf taken = bytes == null ? Unpooled.EMPTY_BUFFER : bytes;
        bytes = null;
        head = null;
        return taken;
    }

    /** Lets go of it. */
    void release() {
        take().release();
    }
}
