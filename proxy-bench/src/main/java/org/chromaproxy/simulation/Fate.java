package org.chromaproxy.simulation;

/** What becomes of one request to a server that is there. */
enum Fate {
    WELL,
    /** Executed at once, answered much later. */
    SLOW,
    /** Not executed, and the connection breaks. */
    LOST,
    /** Executed, and the connection breaks. */
    UNHEARD,
    /** Executed, to be seen only behind the next write; and the connection breaks. */
    HIDDEN,
    /** Not executed, and answered with the server's own failure. */
    FAILED,
    /** Executed, and answered with the server's own failure. */
    FAILED_DONE,
    /** Not executed: too busy, says somebody. */
    BUSY,
    /** Not executed, and answered by something on the way. */
    FOREIGN,
    /** Executed, and answered by something on the way. */
    FOREIGN_DONE,
    /** Executed or not, and never answered. */
    SILENT
}
