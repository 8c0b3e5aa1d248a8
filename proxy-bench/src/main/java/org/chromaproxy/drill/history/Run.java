package org.chromaproxy.drill.history;

/**
 * What was run.
 *
 * @param schedule as the schedule prints itself
 * @param loadEnded when the last client was told to stop; faults are healed before or after
 */
public record Run(long seed, String schedule, int clients, long loadBegan, long loadEnded) {}
