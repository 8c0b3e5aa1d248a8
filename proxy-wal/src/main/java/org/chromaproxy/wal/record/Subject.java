package org.chromaproxy.wal.record;

import java.util.UUID;

/**
 * What a record is about.
 *
 * @param lane the collection's public id, or {@link #CATALOG} for catalog records
 * @param collection the public id the record is about: the lane's own for record operations, the minted one for a create,
 *     the resolved one for a rename or delete, {@link #CATALOG} where none applies (tenants, databases, unresolved names)
 * @param name the collection's, database's or tenant's name as the client gave it; empty where none applies
 * @param target the only instance this record is for; empty for all of them
 */
public record Subject(UUID lane, UUID collection, String tenant, String database, String name, String target) {
    /** The nil UUID: the lane of catalog records, one per instance. */
    public static final UUID CATALOG = new UUID(0, 0);
}
