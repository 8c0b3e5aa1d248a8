package org.chromaproxy.route;

/** What a request asks for, as far as the proxy treats it differently. */
public enum RouteKind {
    /** Reads of one collection's records: get, query, search, conditional get, count, status, functions. */
    READ_COLLECTION_RECORDS(false),
    WRITE_ADD(true),
    WRITE_UPDATE(true),
    WRITE_UPSERT(true),
    WRITE_DELETE(true),
    /** Writes the proxy passes on without understanding them: fork, functions, conditional commit. */
    WRITE_OTHER(true),
    CREATE_COLLECTION(true),
    MODIFY_COLLECTION(true),
    /** By name in Chroma's own API; the segment may also be an id the proxy knows. */
    DELETE_COLLECTION(true),
    /** By name, or, as the proxy's extension, by id. */
    GET_COLLECTION(false),
    GET_COLLECTION_BY_ID(false),
    LIST_COLLECTIONS(false),
    COUNT_COLLECTIONS(false),
    CREATE_DATABASE(true),
    DELETE_DATABASE(true),
    GET_DATABASE(false),
    LIST_DATABASES(false),
    CREATE_TENANT(true),
    MODIFY_TENANT(true),
    GET_TENANT(false),
    /** Needs no collection, database or tenant: heartbeat, version, identity, documentation. */
    SERVER_READ(false),
    /** Drops everything; the proxy always refuses it. */
    RESET(true),
    /** A collection by its resource name; crashes the handler of a single-node Chroma. */
    CRN(false),
    V1_GONE(false),
    /** The proxy's own endpoints; their methods are checked where they are served. */
    OWN(false),
    METHOD_NOT_ALLOWED(false),
    /** A path that two parsers could read differently, or that no client sends in good faith. */
    BAD_PATH(false),
    UNKNOWN(false);

    private final boolean write;

    RouteKind(boolean write) {
        this.write = write;
    }

    /** Whether a server reads a whole catalog for it, however little is asked for. */
    public boolean lists() {
        return this == LIST_COLLECTIONS || this == LIST_DATABASES;
    }

    /** Whether the request changes an instance's data and so must be in the log first. */
    boolean write() {
        return write;
    }
}
