package org.chromaproxy.upstream;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What Chroma says in a 500 when its disk or database fails it: of the server then, not of what it was asked. */
public final class ServerFault {
    /** SQLite's words (result codes FULL, READONLY, BUSY and LOCKED, IOERR, CANTOPEN) and the kernel's. */
    private static final List<String> WORDS = List.of(
            "disk is full",
            "readonly database",
            "database is locked",
            "database table is locked",
            "disk i/o error",
            "unable to open database",
            "no space left on device",
            "read-only file system",
            "too many open files");

    private static final int INTERNAL_ERROR = 500;

    private ServerFault() {}

    /**
     * Whether an answer tells of the server's disk or database.
     *
     * @param body its text, asked for only where the status may be of one
     */
    public static boolean of(int status, Supplier<String> body) {
        return status == INTERNAL_ERROR && toldBy(body.get());
    }

    /** Whether a fault's text tells of the server's disk or database. */
    public static boolean toldBy(String fault) {
        String text = fault.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(text::contains);
    }
}
