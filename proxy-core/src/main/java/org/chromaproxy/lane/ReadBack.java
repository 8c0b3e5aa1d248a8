package org.chromaproxy.lane;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;

/** Reads from the instances what they hold of one collection. Thread-safe; completes on any thread. */
@FunctionalInterface
public interface ReadBack {
    /**
     * Compares what {@code others} hold with what {@code leader} holds. The caller sees to it that nothing is under way on
     * these records meanwhile, or asks again.
     *
     * @return completed by somebody else, nothing more is read; exceptionally if the leader cannot be read now
     */
    CompletableFuture<Found> compare(UUID publicId, Instance leader, List<Instance> others, Footprint touched);

    /**
     * What was found.
     *
     * @param differing for each instance that does not hold the same, an id it holds otherwise
     * @param unread instances that could not be compared: not readable now, or too much to read
     * @param absent nobody that was read holds any of the records
     */
    record Found(Map<Instance, String> differing, Set<Instance> unread, boolean absent) {}
}
