package org.chromaproxy.drill.history;

/** What a client's operation does. */
public enum Kind {
    ADD(Sort.WRITE),
    UPSERT(Sort.WRITE),
    UPDATE(Sort.WRITE),
    DELETE_IDS(Sort.WRITE),
    DELETE_WHERE(Sort.WRITE),
    DELETE_LIMIT(Sort.WRITE),
    /** A write that Chroma refuses, always. */
    BAD_WRITE(Sort.WRITE),
    CREATE(Sort.CATALOG),
    RENAME(Sort.CATALOG),
    DROP(Sort.CATALOG),
    /** Deleting or renaming what is protected; refused, always. */
    FORBIDDEN(Sort.CATALOG),
    GET_IDS(Sort.READ),
    GET_WHERE(Sort.READ),
    QUERY(Sort.READ),
    COUNT(Sort.READ);

    private enum Sort {
        WRITE,
        CATALOG,
        READ
    }

    private final Sort sort;

    Kind(Sort sort) {
        this.sort = sort;
    }

    boolean read() {
        return sort == Sort.READ;
    }

    public boolean write() {
        return sort != Sort.READ;
    }

    boolean catalog() {
        return sort == Sort.CATALOG;
    }

    /** Whether every correct answer is a refusal. */
    public boolean alwaysRefused() {
        return this == BAD_WRITE || this == FORBIDDEN;
    }
}
