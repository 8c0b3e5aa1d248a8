package org.chromaproxy.lane;

import java.util.List;

/**
 * Neighbouring records that are sent as one request.
 *
 * @param writes in LSN order, at least one
 * @param body what the instance is sent
 */
public record Batch(List<Write> writes, byte[] body) {
    public static Batch of(Write write, byte[] body) {
        return new Batch(List.of(write), body);
    }

    public Write first() {
        return writes.getFirst();
    }

    public long lastLsn() {
        return writes.getLast().lsn();
    }

    public boolean merged() {
        return writes.size() > 1;
    }
}
