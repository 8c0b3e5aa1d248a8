package org.chromaproxy.lane;

import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;

/** What the catalog lanes need of the record lanes; any thread. */
interface CollectionLanes {
    /** That catalog record is decided: what is logged behind it goes on. */
    void decided(long lsn);

    /** A collection is there, or has another name, now: what is logged behind an undecided deletion of it waits for that. */
    void created(CollectionEntry entry);

    /** Lets the lanes of a collection look again. */
    void wake(UUID publicId);

    /**
     * Waits until every write to a collection that was logged before {@code lsn} has an outcome that is durable, or may
     * have none before the record at {@code lsn}, which may delete the collection, is decided.
     *
     * @param atOnce whether no instance holds it any more, so that there is nothing to wait for
     * @param ended called once, on any loop
     */
    void awaitLastWrites(UUID publicId, long lsn, boolean atOnce, Runnable ended);

    /** Stops a collection's lane on one instance behind {@code lsn}; {@code reached} runs on its loop. */
    void barrier(UUID publicId, int instance, long lsn, Runnable reached);

    /**
     * The collection is gone everywhere: forgets its lanes if nothing is left before them.
     *
     * @param forgotten called, on any loop, only if that is so
     */
    void forget(UUID publicId, Runnable forgotten);

    /** Ends a barrier. */
    void release(UUID publicId, int instance);
}
