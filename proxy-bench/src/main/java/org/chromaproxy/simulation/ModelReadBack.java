package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.ReadBack;
import org.chromaproxy.scan.Footprint;

/** Reads from the servers what they show: first the leader, then the others, each at its own moment. */
final class ModelReadBack implements ReadBack {
    private final Timeline time;
    private final Life life;
    private final World world;

    ModelReadBack(Timeline time, Life life, World world) {
        this.time = time;
        this.life = life;
        this.world = world;
    }

    @Override
    public CompletableFuture<Found> compare(UUID publicId, Instance leader, List<Instance> others, Footprint touched) {
        CompletableFuture<Found> result = new CompletableFuture<>();
        time.after(time.here("comparison").between(1_000_000, 20_000_000), () -> {
            Optional<Map<String, String>> standing = read(publicId, leader);
            if (standing.isEmpty()) {
                result.completeExceptionally(new IllegalStateException(leader + " cannot be read"));
                return;
            }
            next(publicId, standing.get(), new ArrayList<>(others), touched, new Result(result));
        });
        return result;
    }

    /** A comparison as it grows. */
    private record Result(CompletableFuture<Found> future, Map<Instance, String> differing, Set<Instance> unread) {
        Result(CompletableFuture<Found> future) {
            this(future, new LinkedHashMap<>(), new LinkedHashSet<>());
        }
    }

    private void next(
            UUID publicId, Map<String, String> standing, List<Instance> left, Footprint touched, Result result) {
        if (left.isEmpty()) {
            boolean absent = touched instanceof Footprint.Ids named
                    && named.ids().stream().noneMatch(standing::containsKey)
                    && result.differing.isEmpty();
            life.on(null, () -> result.future.complete(new Found(result.differing, result.unread, absent)));
            return;
        }
        time.after(time.here("comparison").between(500_000, 10_000_000), () -> {
            Instance other = left.removeFirst();
            Optional<Map<String, String>> there = read(publicId, other);
            if (there.isEmpty()) {
                result.unread.add(other);
            } else {
                first(standing, there.get(), touched).ifPresent(id -> result.differing.put(other, id));
            }
            next(publicId, standing, left, touched, result);
        });
    }

    private static Optional<String> first(Map<String, String> standing, Map<String, String> there, Footprint touched) {
        Set<String> ids = new LinkedHashSet<>();
        if (touched instanceof Footprint.Ids named) {
            ids.addAll(named.ids());
        } else {
            ids.addAll(standing.keySet());
            ids.addAll(there.keySet());
        }
        return ids.stream()
                .filter(id -> !standing.getOrDefault(id, "").equals(there.getOrDefault(id, "")))
                .findFirst();
    }

    private Optional<Map<String, String>> read(UUID publicId, Instance instance) {
        ModelServer server = world.server(instance.index());
        if (!server.up() || server.hung()) {
            return Optional.empty();
        }
        return life.catalog()
                .known(publicId)
                .flatMap((CollectionEntry entry) -> entry.place(instance))
                .flatMap(place -> server.byId(place.instanceId()))
                .map(held -> held.records.content());
    }
}
