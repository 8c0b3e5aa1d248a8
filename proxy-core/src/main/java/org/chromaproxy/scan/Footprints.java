package org.chromaproxy.scan;

import org.chromaproxy.wal.record.OpKind;

/** What a body read back from the log touches; the same answer as on the record's first way in. */
public final class Footprints {
    private Footprints() {}

    public static Footprint of(OpKind kind, byte[] body) {
        return switch (kind) {
            case ADD, UPDATE, UPSERT -> IdScan.of(body);
            case DELETE -> DeleteScan.of(body).footprint();
            default -> new Footprint.Everything("not an operation on named records");
        };
    }
}
