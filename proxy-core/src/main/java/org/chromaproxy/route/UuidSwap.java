package org.chromaproxy.route;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Puts one UUID where another stands, both as hyphenated text of 36 bytes: a swap never changes a body's length, so {@code
 * Content-Length} stays true. The caller's thread must own the bytes.
 */
public final class UuidSwap {
    private static final int BYTES = 36;

    private UuidSwap() {}

    /**
     * Overwrites the 36 bytes of an id.
     *
     * @param start offset of the id's first byte
     * @throws IndexOutOfBoundsException if the body ends before the id does
     */
    public static void swapAt(byte[] body, int start, UUID id) {
        System.arraycopy(bytes(id), 0, body, start, BYTES);
    }

    /** The same in a buffer, at an absolute index; neither its indices nor its reference count change. */
    static void swapAt(ByteBuf body, int start, UUID id) {
        body.setBytes(start, bytes(id));
    }

    /**
     * Overwrites every hyphenated UUID in a text, whatever surrounds it, for which the function knows another.
     *
     * @param text an error body, in any encoding that contains ASCII
     * @return how many were overwritten
     */
    public static int swapAll(byte[] text, Function<UUID, Optional<UUID>> other) {
        int swapped = 0;
        for (int at = 0; at + BYTES <= text.length; at++) {
            Optional<UUID> found = text[at + 8] == '-' ? uuidAt(text, at) : Optional.empty();
            if (found.isPresent()) {
                Optional<UUID> replacement = other.apply(found.get());
                if (replacement.isPresent()) {
                    swapAt(text, at, replacement.get());
                    swapped++;
                }
                at += BYTES - 1;
            }
        }
        return swapped;
    }

    /** The URI with the segment that names a collection replaced by an instance's id; path and query else untouched. */
    public static String swapSegment(String uri, Segment segment, UUID instanceId) {
        return new StringBuilder(uri.length() + BYTES)
                .append(uri, 0, segment.start())
                .append(instanceId)
                .append(uri, segment.end(), uri.length())
                .toString();
    }

    private static byte[] bytes(UUID id) {
        return id.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The UUID that stands alone at the offset: 36 bytes with no further digit or hyphen on either side. */
    private static Optional<UUID> uuidAt(byte[] text, int start) {
        if (start + BYTES > text.length || part(text, start - 1) || part(text, start + BYTES)) {
            return Optional.empty();
        }
        for (int i = 0; i < BYTES; i++) {
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? text[start + i] != '-' : Character.digit((char) (text[start + i] & 0xff), 16) < 0) {
                return Optional.empty();
            }
        }
        return Optional.of(UUID.fromString(new String(text, start, BYTES, StandardCharsets.US_ASCII)));
    }

    private static boolean part(byte[] text, int at) {
        return at >= 0 && at < text.length && (text[at] == '-' || Character.digit((char) (text[at] & 0xff), 16) >= 0);
    }
}
