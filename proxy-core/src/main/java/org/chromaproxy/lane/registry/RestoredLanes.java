package org.chromaproxy.lane.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneGroup;
import org.chromaproxy.wal.record.Change;

/** Cursors and leaders as the log held them at start. Filled before the lanes are made, read-only afterwards. */
public final class RestoredLanes {
    /** A collection's leader as stored. */
    record Leader(int instance, long term) {}

    private final Instances instances;
    private final Map<UUID, Map<Integer, Long>> cursors = new ConcurrentHashMap<>();
    private final Map<UUID, Leader> leaders = new ConcurrentHashMap<>();

    public RestoredLanes(Instances instances) {
        this.instances = instances;
    }

    public void add(Change.Cursor cursor) {
        instances
                .byName(cursor.instance())
                .ifPresent(instance -> cursors.computeIfAbsent(cursor.lane(), lane -> new HashMap<>())
                        .put(instance.index(), cursor.lsn()));
    }

    public void add(Change.Lead lead) {
        Optional<Instance> instance = instances.byName(lead.instance());
        instance.ifPresent(known -> leaders.put(lead.lane(), new Leader(known.index(), lead.term())));
    }

    Optional<Leader> leader(UUID lane) {
        return Optional.ofNullable(leaders.get(lane));
    }

    long term(UUID lane) {
        return leader(lane).map(Leader::term).orElse(0L);
    }

    void restore(UUID lane, LaneGroup group) {
        cursors.getOrDefault(lane, Map.of()).forEach(group::restoreCursor);
    }
}
