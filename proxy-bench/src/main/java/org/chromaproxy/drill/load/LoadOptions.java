package org.chromaproxy.drill.load;

import java.time.Duration;

/**
 * How much load.
 *
 * @param clients at the same time
 * @param atLeast how long they work; longer if the faults take longer
 * @param paceMs the longest a client rests between two operations, in ms; 0 for not at all
 */
public record LoadOptions(int clients, Duration atLeast, int paceMs) {}
