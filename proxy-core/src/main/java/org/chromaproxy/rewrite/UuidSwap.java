package org.chromaproxy.rewrite;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.chromaproxy.route.Segment;

/** Puts one UUID where another stands. A swap never changes a body's length, so {@code Content-Length} stays true. */
public final class UuidSwap {
    private UuidSwap() {}

    /**
     * Overwrites the 36 bytes of an id.
     *
     * @param start offset of the id's first byte
     * @throws IndexOutOfBoundsException if the body ends before the id does
     */
    public static void swapAt(byte[] body, int start, UUID id) {
        System.arraycopy(UuidText.bytes(id), 0, body, start, UuidText.BYTES);
    }

    /** The same in a buffer, at an absolute index; neither its indices nor its reference count change. */
    public static void swapAt(ByteBuf body, int start, UUID id) {
        body.setBytes(start, UuidText.bytes(id));
    }

    /**
     * Overwrites every hyphenated UUID in a text, whatever surrounds it, for which the function knows another.
     *
     * @param text an error body, in any encoding that contains ASCII
     * @return how many were overwritten
     */
    public static int swapAll(byte[] text, Function<UUID, Optional<UUID>> other) {
        int swapped = 0;
        for (int at = 0; at + UuidText.BYTES <= text.length; at++) {
            Optional<UUID> found = text[at + 8] == '-' ? UuidText.at(text, at) : Optional.empty();
            if (found.isPresent()) {
                Optional<UUID> replacement = other.apply(found.get());
                if (replacement.isPresent()) {
                    swapAt(text, at, replacement.get());
                    swapped++;
                }
                at += UuidText.BYTES - 1;
            }
        }
        return swapped;
    }

    /** The URI with the segment that names a collection replaced by an instance's id; path and query else untouched. */
    public static String swapSegment(String uri, Segment segment, UUID instanceId) {
        return new StringBuilder(uri.length() + UuidText.BYTES)
                .append(uri, 0, segment.start())
                .append(instanceId)
                .append(uri, segment.end(), uri.length())
                .toString();
    }
}
