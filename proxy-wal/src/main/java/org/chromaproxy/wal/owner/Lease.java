package org.chromaproxy.wal.owner;

import java.time.Duration;

/**
 * How long an owner is trusted without a sign of life.
 *
 * @param length T: an owner that could not confirm its epoch for so long stops sending and serving
 * @param settle what a successor waits on top, for packets under way and clocks that run unevenly
 */
public record Lease(Duration length, Duration settle) {
    public static final Lease DEFAULT = new Lease(Duration.ofSeconds(5), Duration.ofSeconds(1));
}
