package org.chromaproxy.wal.record;

import java.util.UUID;

/**
 * A durable change beside the records themselves. Changes ride in the writer's transactions, in the order they were
 * submitted, under the owner's epoch; applying one twice is the same as once.
 */
public sealed interface Change {
    /** Every record of {@code lane} up to {@code lsn} is applied on {@code instance}. Never moves backwards. */
    record Cursor(UUID lane, String instance, long lsn) implements Change {}

    /**
     * What became of a record that is an exception (refused, failed, recovered, pending) or carries the client's own
     * transaction id.
     *
     * @param status the HTTP status the client was or will be told; 0 when there is none yet
     * @param reason for humans; empty when there is nothing to explain
     * @param response the response's body as told to the client
     */
    record Outcome(long lsn, TransactionState state, int status, String reason, byte[] response) implements Change {}

    /** What a record that could not be repeated was resolved to: its body from now on. */
    record Resolution(long lsn, byte[] body) implements Change {}

    /** Inserts or replaces a mapping with all its places. */
    record PutMapping(Mapping mapping) implements Change {}

    /** Forgets a mapping: a tombstone every instance has passed, or one an operator removed. */
    record DropMapping(UUID publicId) implements Change {}

    /** The collection's records may have array-valued metadata from now on, or never had any until now. */
    record Flat(UUID publicId, boolean flat) implements Change {}

    /** A deleted collection that an instance still holds, under a name that no client sees, until it is purged there. */
    record Purge(String instance, UUID instanceId, Mapping.Path hidden) implements Change {}

    /** It is gone from that instance. */
    record Purged(String instance, UUID instanceId) implements Change {}

    /** A name spelled like an id that a collection has given up now. */
    record RetiredName(Mapping.Path path) implements Change {}

    /** {@code instance} leads {@code lane} from {@code term} on. {@link Subject#CATALOG} stands for the catalog lane. */
    record Lead(UUID lane, String instance, long term) implements Change {}

    /** The incarnation last seen on an instance and an LSN its witness carries. */
    record Witness(String instance, String incarnation, long lsn) implements Change {}
}
