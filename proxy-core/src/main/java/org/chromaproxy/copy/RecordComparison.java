package org.chromaproxy.copy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.ReadBack;
import org.chromaproxy.scan.Footprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records back for the lanes, on workers: by their ids, or a whole small collection. */
public final class RecordComparison implements ReadBack {
    private static final Logger LOG = LoggerFactory.getLogger(RecordComparison.class);
    /** Writes may wait for this; what is larger is compared later, while they go on. */
    private static final int MAX_WHOLE = 2_000;

    private final Remote remote;
    private final Catalog catalog;
    private final ExecutorService workers;

    public RecordComparison(Remote remote, Catalog catalog, ExecutorService workers) {
        this.remote = remote;
        this.catalog = catalog;
        this.workers = workers;
    }

    @Override
    public CompletableFuture<Found> compare(UUID publicId, Instance leader, List<Instance> others, Footprint touched) {
        CompletableFuture<Found> found = new CompletableFuture<>();
        return found.completeAsync(
                () -> {
                    CollectionEntry entry = catalog.known(publicId)
                            .orElseThrow(() -> new StepException(publicId + " is no longer known"));
                    return compare(entry, leader, others, touched, found::isDone);
                },
                workers);
    }

    /** @param givenUp whether nobody waits for it any more: then nothing more is asked */
    private Found compare(
            CollectionEntry entry, Instance leader, List<Instance> others, Footprint touched, BooleanSupplier givenUp) {
        Records standing = new Records(remote, entry, leader, givenUp);
        Optional<List<String>> ids = ids(standing, touched);
        if (ids.isEmpty()) {
            return new Found(Map.of(), Set.copyOf(others), false);
        }
        boolean absent =
                touched instanceof Footprint.Ids && standing.inOrder(ids.get()).isEmpty();
        Map<Instance, String> differing = new HashMap<>();
        Set<Instance> unread = new HashSet<>();
        for (Instance other : others) {
            try {
                Records there = new Records(remote, entry, other, givenUp);
                Set<String> otherwise = new HashSet<>(Records.differing(standing, there, ids.get(), () -> {}));
                if (!(touched instanceof Footprint.Ids)) {
                    there.idsBackwards(page -> otherwise.addAll(standing.absent(page)));
                }
                otherwise.stream().findFirst().ifPresent(example -> differing.put(other, example));
            } catch (StepException e) {
                LOG.warn("{} could not be read back from {}: {}", entry, other, e.getMessage());
                unread.add(other);
            }
        }
        return new Found(differing, unread, absent && differing.isEmpty());
    }

    /** What to compare; empty if that is too much. */
    private static Optional<List<String>> ids(Records standing, Footprint touched) {
        return switch (touched) {
            case Footprint.Ids named -> Optional.of(List.copyOf(new LinkedHashSet<>(named.ids())));
            case Footprint.Everything _, Footprint.Names _ -> {
                if (standing.count() > MAX_WHOLE) {
                    yield Optional.empty();
                }
                Set<String> all = new LinkedHashSet<>();
                standing.idsBackwards(all::addAll);
                yield Optional.of(List.copyOf(all));
            }
        };
    }
}
