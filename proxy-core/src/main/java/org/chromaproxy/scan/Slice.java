package org.chromaproxy.scan;

/**
 * A value's place in a body.
 *
 * @param start offset of its first byte
 * @param end offset behind its last byte
 */
public record Slice(int start, int end) {
    public int length() {
        return end - start;
    }
}
