package org.chromaproxy.wal.record;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * One collection and where it lives.
 *
 * @param publicId the id clients know
 * @param path tenant, database and current name
 * @param createdLsn LSN of its create; 0 for an adopted collection
 * @param deletedLsn LSN of the record that deleted it; 0 while it is alive. Such a tombstone stays until every instance
 *     has applied that record
 * @param places instance name → what is known of it there; an absent key means: not on that instance
 */
public record Mapping(
        UUID publicId, Path path, long createdLsn, long deletedLsn, Instant createdAt, Map<String, Place> places) {
    /** Tenant, database and name: how clients name a collection. */
    public record Path(String tenant, String database, String name) {}

    /** What is known of a collection on one instance. */
    public record Place(UUID instanceId, PlaceState state, String reason) {}

    /** The standing of one collection on one instance. */
    public enum PlaceState {
        /** Follows its lane. */
        READY,
        /** Being filled from another instance; its lane is held until then. Not readable. */
        COPYING,
        /** Adopted on several sides with contents not yet compared: takes writes, serves no reads unless it leads. */
        UNVERIFIED,
        /** Differs from what the log says. Takes no writes, serves no reads, needs a repair by copy. */
        DIVERGED
    }
}
