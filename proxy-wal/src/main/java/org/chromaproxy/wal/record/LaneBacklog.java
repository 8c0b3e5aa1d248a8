package org.chromaproxy.wal.record;

import java.util.UUID;

/**
 * What one lane has in the log above some LSN, whichever instance it is for.
 *
 * @param bytes of the bodies, resolved ones as resolved
 * @param first LSN of its oldest record there
 * @param last LSN of its newest
 */
public record LaneBacklog(UUID lane, long records, long bytes, long first, long last) {}
