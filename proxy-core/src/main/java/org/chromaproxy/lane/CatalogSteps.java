package org.chromaproxy.lane;

import java.util.List;
import java.util.Set;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.record.Change;

/** What the operations on the catalog have in common. Confined to the loop of the catalog lanes. */
interface CatalogSteps {
    Catalog catalog();

    CollectionLanes collections();

    /** Whether the record may have been executed here before: its own earlier effect must not be mistaken for a refusal. */
    boolean again(Lane lane, Write write);

    /**
     * Refuses a record for what the catalog holds, unless the instance refuses its body anyway: then in its words.
     *
     * @param otherwise what to do if it does not
     */
    void rehearse(Lane lane, Write write, UpstreamRequest request, Runnable otherwise);

    /** The record is applied here: its effect becomes durable with the cursor, then known, then told. */
    default void complete(Lane lane, Write write, List<MappingEdit> effects, WriteResult result) {
        complete(lane, write, effects, List.of(), result);
    }

    /** The same with changes beside those of mappings. */
    void complete(Lane lane, Write write, List<MappingEdit> effects, List<Change> others, WriteResult result);

    /** The record's effect was found on an instance, though nobody said that it was done: it counts as done. */
    void foundDone(Lane lane, Write write);

    /** These are to be purged, and are still there under their own names. */
    void stillNamed(List<Change.Purge> purges);

    /** What may still be on the lane's instance of collections that the record deletes, or was to. */
    List<Change.Purge> leftOver(Lane lane, Write write);

    /** The record is about to be given up; these were read, and compared with the leader. */
    void compared(Write write, Set<Instance> instances);

    /** A change of what is left of deleted collections is durable. */
    void known(Change change);

    /** That these are deleted becomes durable while the record stays at the lane's head; then the lane looks again. */
    void deleteFirst(Lane lane, Write write, List<CollectionEntry> doomed);

    /** What the record at the lane's head waited for is done. */
    void lookAgain(Lane lane, Write write);

    /** The instance does not hold what the catalog says it holds. */
    void diverge(Lane lane, Write write, String reason);
}
