package org.chromaproxy.lane.write;

import java.util.List;
import java.util.Locale;
import org.chromaproxy.upstream.UpstreamResponse;

/** What an instance's answer to a write means. */
public enum Verdict {
    APPLIED,
    /** Refused for good, in Chroma's own words. */
    REFUSED,
    /** 404: a refusal only where the catalog agrees that there is no such thing. */
    MISSING,
    /** Busy: ask again later. */
    BUSY,
    /** Neither done nor refused: the record is in doubt there. */
    FAULT;

    private static final int PAYLOAD_TOO_LARGE = 413;
    /** SQLite's words (result codes FULL, READONLY, BUSY and LOCKED, IOERR, CANTOPEN) and the kernel's. */
    private static final List<String> SICK = List.of(
            "disk is full",
            "readonly database",
            "database is locked",
            "database table is locked",
            "disk i/o error",
            "unable to open database",
            "no space left on device",
            "read-only file system",
            "too many open files");

    public static Verdict of(UpstreamResponse answer) {
        if (answer.success()) {
            return APPLIED;
        }
        return switch (answer.status()) {
            case PAYLOAD_TOO_LARGE -> REFUSED;
            case 400, 403, 409, 415, 422, 501 -> chromaShaped(answer) ? REFUSED : FAULT;
            case 404 -> chromaShaped(answer) ? MISSING : FAULT;
            case 429, 503 -> BUSY;
            default -> FAULT;
        };
    }

    /** Whether a fault's text tells of the server's disk or database: then it says nothing about the record. */
    public static boolean blamesServer(String fault) {
        String text = fault.toLowerCase(Locale.ROOT);
        return SICK.stream().anyMatch(text::contains);
    }

    /** Chroma's errors are JSON objects; an intermediary's error page is not the server's word. */
    private static boolean chromaShaped(UpstreamResponse answer) {
        String text = answer.text();
        return text.startsWith("{") && text.contains("\"error\"") && text.contains("\"message\"");
    }
}
