package org.chromaproxy.simulation;

/** What happens to a lane, or beside it. */
enum LaneEvent {
    /** 2xx in Chroma's words. */
    APPLIED,
    /** The same, half a second or more after the request. */
    LATE,
    /** 400 or 409 in Chroma's words. */
    REFUSED,
    /** 404 in Chroma's words. */
    MISSING,
    /** A hop's 404 or 502; nothing was executed. */
    FOREIGN,
    /** A hop's 504 or 200; it was executed. */
    FOREIGN_DONE,
    /** 429 or 503. */
    BUSY,
    /** The server's own 5xx; nothing was executed. */
    FAILED,
    /** The server's own 5xx; it was executed. */
    FAILED_DONE,
    /** The connection was refused. */
    NEVER_SENT,
    /** The connection broke; nothing was executed. */
    CUT,
    /** The connection broke; it was executed. */
    CUT_DONE,
    /** The client's patience is over, and there is no answer. */
    SILENCE,
    /** The proxy resets the connection. */
    RESET,
    /** A record of the lane is durable in the log. */
    LOGGED,
    /** A cursor, an outcome, an effect or a change of leader is durable. */
    CHANGE_DURABLE,
    /** The log refuses an effect. */
    CHANGE_REFUSED,
    /** A commit failed, and is tried again; it may have been durable. */
    COMMIT_FAILED,
    /** The owner died in the commit of something of the lane's. */
    COMMIT_UNKNOWN,
    /** A page or a body could not be read from the log. */
    READ_FAILED,
    /** The lane's server is declared down. */
    SERVER_DOWN,
    /** The lane's server is declared up again. */
    SERVER_UP,
    OWNER_KILLED,
    /** Another owner has begun. */
    OWNER_STARTED,
    /** A client repeats a write of the lane under its id. */
    RETRY,
    /** A create of the name that its collection has is logged. */
    CREATE,
    /** A deletion of its collection is logged. */
    DELETE,
    /** A rename of its collection, or to its collection's name, is logged. */
    RENAME
}
