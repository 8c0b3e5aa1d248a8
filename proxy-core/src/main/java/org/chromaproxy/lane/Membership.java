package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;

/** Takes an instance out of all lanes, and back into those of the catalog. Any thread; completes on the lanes' loops. */
public final class Membership {
    private final LaneGroup<CatalogSemantics> catalog;
    private final Map<UUID, RecordLanes> groups;
    private final RestoredLanes restored;

    Membership(LaneGroup<CatalogSemantics> catalog, Map<UUID, RecordLanes> groups, RestoredLanes restored) {
        this.catalog = catalog;
        this.groups = groups;
        this.restored = restored;
    }

    /**
     * That instance follows nothing any more: nothing waits for it, nor is kept in the log for it. What it led, another
     * comes to lead if it can. May be repeated.
     *
     * @return one for each group of lanes in memory
     */
    public List<CompletableFuture<Void>> leave(Instance instance) {
        instance.letGo(true);
        restored.letGo(instance);
        List<LaneGroup<?>> all = new ArrayList<>();
        groups.values().forEach(group -> all.add(group.group()));
        all.add(catalog);
        return all.stream()
                .map(group -> CompletableFuture.runAsync(() -> leave(group, instance), group.io()))
                .toList();
    }

    private static void leave(LaneGroup<?> group, Instance instance) {
        Lane lane = group.lane(instance.index());
        lane.hold(false);
        group.detach(lane);
        if (group.leads(lane)) {
            group.elect();
        }
        group.pumpAll();
    }

    /**
     * The catalog standing still.
     *
     * @param leader index of the instance that leads it
     * @param lsn up to which that has applied everything
     */
    public record Stillness(int leader, long lsn) {}

    /**
     * Stops the catalog's leader if it has nothing before it: no collection, database or tenant is made, changed or deleted
     * until {@link #thaw}, which must follow soon.
     *
     * @return empty if it has something to do just now
     */
    public CompletableFuture<Optional<Stillness>> freeze() {
        return CompletableFuture.supplyAsync(
                () -> {
                    Lane leader = catalog.lane(catalog.gate().leader());
                    boolean works = leader.atWork() || leader.held() || leader.head() != null || leader.spilled();
                    if (works || !leader.instance.usable() || catalog.leadershipPaused()) {
                        return Optional.empty();
                    }
                    leader.hold(true);
                    return Optional.of(new Stillness(leader.index(), leader.cursor.applied()));
                },
                catalog.io());
    }

    /**
     * Lets an instance follow the catalog again, from where it stands still. Collections made so far are not followed there
     * until they are copied; later ones are made there.
     *
     * @return whether it still stood still
     */
    public CompletableFuture<Boolean> join(Instance instance, Stillness still) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Lane leader = catalog.lane(still.leader());
                    boolean same = catalog.gate().leader() == still.leader() && leader.cursor.applied() == still.lsn();
                    if (!same || leader.spilled()) {
                        return false;
                    }
                    catalog.joinCursor(instance.index(), still.lsn());
                    catalog.intake().attach(catalog.lane(instance.index()), still.lsn(), leader);
                    instance.letGo(false);
                    return true;
                },
                catalog.io());
    }

    /** Ends a freeze. */
    public CompletableFuture<Void> thaw(Stillness still) {
        return CompletableFuture.runAsync(
                () -> {
                    catalog.lane(still.leader()).hold(false);
                    catalog.pumpAll();
                },
                catalog.io());
    }
}
