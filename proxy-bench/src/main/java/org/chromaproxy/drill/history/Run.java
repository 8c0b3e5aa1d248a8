package org.chromaproxy.drill.history;

/**
 * What was run.
 *
 * @param schedule as the schedule prints itself
 * @param leadingAgain when the primary was seen to lead every collection after the last heal; 0 if nobody looked
 * @param loadEnded when the last client was told to stop; faults are healed before or after
 */
public record Run(long seed, String schedule, int clients, long loadBegan, long leadingAgain, long loadEnded) {}
