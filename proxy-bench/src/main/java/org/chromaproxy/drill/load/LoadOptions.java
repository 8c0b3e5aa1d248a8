package org.chromaproxy.drill.load;

import java.time.Duration;

/**
 * How much load.
 *
 * @param clients at the same time
 * @param atLeast how long they work; longer if the faults take longer
 * @param paceMs the longest a client rests between two operations, in ms; 0 for not at all
 * @param untilPrimaryLeads whether they work on until the primary leads every collection again
 */
public record LoadOptions(int clients, Duration atLeast, int paceMs, boolean untilPrimaryLeads) {
    /** They do not care who leads. */
    public LoadOptions(int clients, Duration atLeast, int paceMs) {
        this(clients, atLeast, paceMs, false);
    }
}
