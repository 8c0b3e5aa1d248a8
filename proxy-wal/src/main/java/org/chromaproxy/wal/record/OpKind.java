package org.chromaproxy.wal.record;

/** What a record does. The {@link #code} is stored; codes are never reused. */
public enum OpKind {
    ADD(1, false),
    UPDATE(2, false),
    UPSERT(3, false),
    /** Deletes records by ids, by a filter, or both. */
    DELETE(4, false),
    /** A write of one collection that this release does not understand (fork, functions, conditional commit). */
    OTHER(5, false),
    /** Part of a copy or repair: one request addressed to one instance while that lane is held. */
    REPAIR(6, false),

    CREATE_COLLECTION(16, true),
    /** Renames a collection or replaces its metadata or configuration. */
    MODIFY_COLLECTION(17, true),
    DELETE_COLLECTION(18, true),
    CREATE_DATABASE(19, true),
    DELETE_DATABASE(20, true),
    CREATE_TENANT(21, true),
    MODIFY_TENANT(22, true);

    private final int code;
    private final boolean catalog;

    OpKind(int code, boolean catalog) {
        this.code = code;
        this.catalog = catalog;
    }

    public int code() {
        return code;
    }

    /** Whether the record belongs to the catalog lane rather than to a collection's lane. */
    public boolean catalog() {
        return catalog;
    }

    /** @throws IllegalArgumentException for a code this release does not know: a log written by a newer release */
    public static OpKind ofCode(int code) {
        for (OpKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "unknown record kind " + code + ": was this log written by a newer release?");
    }
}
