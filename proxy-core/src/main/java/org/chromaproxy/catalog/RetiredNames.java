package org.chromaproxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.time.Clock;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;

/**
 * Names spelled like an id that a collection gave up in the last 24 hours, by deletion or by renaming: a repeated deletion by
 * such a name must not be taken for one by id. Thread-safe.
 */
public final class RetiredNames {
    private static final long DAY_SECONDS = TimeUnit.HOURS.toSeconds(24);

    private final Clock clock;
    /** The end of the day, by {@link Clock#nanoTime}. */
    private final Map<Mapping.Path, Long> names = new ConcurrentHashMap<>();

    RetiredNames(Clock clock) {
        this.clock = clock;
    }

    /** Whether a collection had that name within the last day. */
    boolean holds(Mapping.Path path) {
        Long end = names.get(path);
        return end != null && end - clock.nanoTime() > 0;
    }

    /** It was given up, and so much is left of its day. */
    public void add(Mapping.Path path, long seconds) {
        long now = clock.nanoTime();
        names.values().removeIf(end -> end - now <= 0);
        names.put(path, now + TimeUnit.SECONDS.toNanos(seconds));
    }

    /** It was given up now. */
    public void add(Mapping.Path path) {
        add(path, DAY_SECONDS);
    }

    /** What has to be remembered when these mappings take effect. */
    public static List<Change> by(Catalog catalog, List<MappingChanges.Begun> begun) {
        List<Change> retired = new ArrayList<>();
        for (MappingChanges.Begun each : begun) {
            Mapping now = each.mapping();
            Optional<Mapping.Path> before =
                    catalog.known(now.publicId()).map(CollectionEntry::path).filter(RetiredNames::likeAnId);
            if (before.isPresent() && (now.deletedLsn() != 0 || !before.get().equals(now.path()))) {
                retired.add(new Change.RetiredName(before.get()));
            }
        }
        return retired;
    }

    private static boolean likeAnId(Mapping.Path path) {
        return CollectionIds.parse(path.name()).isPresent();
    }
}
