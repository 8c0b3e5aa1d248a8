package org.chromaproxy.instance;

import java.time.Instant;

/**
 * Something that happened to an instance.
 *
 * @param at when it happened, or last happened
 * @param kind of what {@code from} and {@code to} are
 * @param from a standing, or the instance that led
 * @param to a standing, or the instance that leads now
 * @param count how often it happened in a row: leadership of many collections moves at once
 */
public record InstanceEvent(Instant at, Kind kind, String from, String to, String reason, long count) {
    /** Kinds of events. */
    public enum Kind {
        /** Its standing changed. */
        STANDING,
        /** Leadership of collections moved from it to another instance. */
        LEADERSHIP
    }

    boolean repeats(InstanceEvent earlier) {
        return kind == Kind.LEADERSHIP
                && earlier.kind == kind
                && earlier.to.equals(to)
                && earlier.reason.equals(reason);
    }
}
