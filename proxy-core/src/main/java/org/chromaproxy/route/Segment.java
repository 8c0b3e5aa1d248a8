package org.chromaproxy.route;

/**
 * The path segment that names a collection.
 *
 * @param text the segment, percent-decoded
 * @param start offset of its first raw character in the request's URI
 * @param end offset behind its last raw character
 */
public record Segment(String text, int start, int end) {
    /** The route names no collection. */
    static final Segment NONE = new Segment("", -1, -1);

    boolean present() {
        return start >= 0;
    }
}
