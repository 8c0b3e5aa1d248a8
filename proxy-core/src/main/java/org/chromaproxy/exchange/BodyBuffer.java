package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryShare;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.http.ProxyError;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, collected whole in memory that is reserved before it is held. To be made only once the client may send
 * it. Confined to the connection's event loop.
 *
 * <p>What a client announces is not reserved before it sends: {@link #FIRST} bytes are, and the rest when these have come, so
 * that an announcement costs nothing. A body that was announced with up to {@link #SMALL} bytes takes the rest at once, from
 * the share of small bodies; one of unknown length by doubling. A larger body is granted all that it may ever need, from
 * the share of large bodies, and gives back what it held before. So bodies that cannot grow wait for ones that can end: those
 * of the large share hold all they need, and wait for none; those of the small share wait for a bounded time, and are refused
 * then, which frees what they hold.
 */
public final class BodyBuffer {
    /** What is reserved before the first byte comes. */
    static final int FIRST = 16 << 10;

    /** Up to this size a body is small. */
    static final int SMALL = 1 << 20;

    /** What happens to it. Called on the event loop. */
    public interface Taker {
        /** The next part is wanted. */
        void more();

        /** It is here. Its memory stays reserved until {@link BodyBuffer#free}. */
        void whole(byte[] body);

        /** It cannot be taken; nothing of it is held any more. */
        void refused(ProxyError error);

        /** Whether nobody wants it any more. */
        boolean over();
    }

    private final PrincipalUse owner;
    private final MemoryShare small;
    private final MemoryShare large;
    private final EventLoop loop;
    private final long waitMs;
    private final long announced;
    private final int most;
    private final Taker taker;
    private byte[] bytes = {};
    private int length;
    private int reserved;
    private boolean fromLarge;
    private boolean waiting;
    private boolean ended;
    private @Nullable ByteBuf early;
    private MemoryShare.@Nullable Wait wait;

    /**
     * @param owner whose it is
     * @param waitMs how long it waits for memory
     * @param announced its length in bytes, not more than {@code most}; negative if unknown
     * @param most bytes it may have
     */
    public BodyBuffer(
            MemoryBudget memory,
            PrincipalUse owner,
            EventLoop loop,
            long waitMs,
            long announced,
            int most,
            Taker taker) {
        this.owner = owner;
        this.small = memory.of(MemoryBudget.Kind.SMALL_BODIES);
        this.large = memory.of(MemoryBudget.Kind.LARGE_BODIES);
        this.loop = loop;
        this.waitMs = waitMs;
        this.announced = announced;
        this.most = most;
        this.taker = taker;
    }

    /** Reserves what comes first, and asks for it; to be called once. */
    public void begin() {
        int first = Math.min(announced < 0 ? FIRST : (int) Math.min(announced, FIRST), most);
        if (first == 0) {
            taker.more();
        } else {
            reserve(small, first);
        }
    }

    /** Whether it waits for memory. */
    public boolean waiting() {
        return waiting;
    }

    /** Whether others wait for memory of the kind it holds. */
    public boolean contended() {
        return (fromLarge ? large : small).contended();
    }

    /**
     * How many bytes of it may be read now: what is reserved and has not come. While it waits nothing is read, except behind
     * the end of the client's side, and then in large pieces.
     */
    public int room() {
        return length < reserved ? reserved - length : Integer.MAX_VALUE;
    }

    /** A part of it, usually of up to {@link #room} bytes; takes over the buffer. */
    public void content(ByteBuf content) {
        int size = content.readableBytes();
        if (taker.over()) {
            content.release();
        } else if (length + size > most) {
            content.release();
            free();
            taker.refused(ProxyError.BODY_TOO_LARGE);
        } else if (length + size > reserved) {
            early = content;
            grow(length + size);
        } else {
            append(content, size);
            if (length == reserved && length != announced && length < most) {
                // Before more is read: of many that wait for memory each would hold what it has read.
                grow(length + 1);
            } else {
                taker.more();
            }
        }
    }

    private void grow(int needed) {
        int whole = announced >= 0 ? (int) Math.max(announced, needed) : needed > SMALL ? most : doubled(needed);
        if (fromLarge || whole <= SMALL) {
            reserve(fromLarge ? large : small, whole - reserved);
        } else {
            reserve(large, whole);
        }
    }

    private int doubled(int needed) {
        return Math.min(Math.min(SMALL, most), Math.max(needed, 2 * reserved));
    }

    private void reserve(MemoryShare share, int size) {
        waiting = true;
        // Granted at once it may have led to a further reservation, whose wait is then the present one.
        share.reserve(owner, size, loop, waitMs, () -> granted(share, size), this::noMemory)
                .ifPresent(present -> wait = present);
    }

    private void granted(MemoryShare share, int size) {
        waiting = false;
        wait = null;
        if (share == large && !fromLarge) {
            small.release(owner, reserved);
            reserved = 0;
            fromLarge = true;
        }
        reserved += size;
        if (taker.over()) {
            free();
            return;
        }
        ByteBuf part = early;
        early = null;
        if (part != null) {
            content(part);
        } else {
            taker.more();
        }
        if (ended && !waiting) {
            complete();
        }
    }

    private void noMemory() {
        waiting = false;
        wait = null;
        free();
        taker.refused(ProxyError.OUT_OF_MEMORY_BUDGET);
    }

    private void append(ByteBuf content, int size) {
        if (length + size > bytes.length) {
            // All of it at the second step: growing by doubling would hold two large arrays at once.
            bytes = Arrays.copyOf(bytes, Math.max(length + size, reserved));
        }
        content.readBytes(bytes, length, size);
        content.release();
        length += size;
    }

    /** All of it has come. */
    public void complete() {
        if (waiting) {
            ended = true;
            return;
        }
        ended = false;
        if (taker.over()) {
            free();
            return;
        }
        byte[] whole = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
        bytes = new byte[0];
        if (length < reserved) {
            release(reserved - length);
        }
        taker.whole(whole);
    }

    /**
     * Nobody wants it any more. It does not wait on either: of many that each hold a part and wait for the rest, none would
     * get it. What was granted in this very moment is given back when that is told.
     */
    public void abandon() {
        MemoryShare.Wait ended = wait;
        wait = null;
        if (ended != null && ended.cancel()) {
            waiting = false;
        }
        free();
    }

    /** It is not in memory any more: gives back everything. May be called again. */
    public void free() {
        drop();
        bytes = new byte[0];
        release(reserved);
    }

    private void release(int size) {
        reserved -= size;
        (fromLarge ? large : small).release(owner, size);
    }

    private void drop() {
        ByteBuf part = early;
        early = null;
        if (part != null) {
            part.release();
        }
    }
}
