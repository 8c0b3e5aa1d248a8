package org.chromaproxy.lane;

import java.util.List;

/**
 * Neighbouring records that are sent as one request.
 *
 * @param writes in LSN order, at least one
 * @param body what the instance is sent
 */
record Batch(List<Write> writes, byte[] body) {
    static Batch of(Write write, byte[] body) {
        return new Batch(List.of(write), body);
    }

    Write first() {
        return writes.getFirst();
    }

    long lastLsn() {
        return writes.getLast().lsn();
    }

    boolean merged() {
        return writes.size() > 1;
    }
}
