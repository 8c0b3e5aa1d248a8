package org.chromaproxy.rewrite;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** The hyphenated text of a UUID in bytes: 36 of them, whichever UUID it is. */
final class UuidText {
    static final int BYTES = 36;

    private UuidText() {}

    static byte[] bytes(UUID id) {
        return id.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The UUID that stands alone at the offset: 36 bytes with no further digit or hyphen on either side. */
    static Optional<UUID> at(byte[] text, int start) {
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
