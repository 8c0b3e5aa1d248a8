package org.chromaproxy.adopt;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances that the configuration and the log do not have in common, at a start. The log keeps records only until every
 * instance has applied that it has then. Stateless.
 */
public final class Newcomers {
    private static final Logger LOG = LoggerFactory.getLogger(Newcomers.class);

    private Newcomers() {}

    /**
     * The witnesses, with one for each instance that is new to the log and can follow it no more: records of the catalog
     * are not kept for it, so what follows on them cannot be applied. It needs a resync. Others that are new are met for
     * the first time, and what the log has not is copied.
     *
     * @param stored as the log holds them
     * @param catalog with every mapping
     * @param lowWater up to which the log may have dropped records
     * @param catalogAt finds how far any instance has applied the catalog's records; asked only if an instance is new
     */
    public static List<Change.Witness> known(
            List<Change.Witness> stored, Catalog catalog, Instances instances, long lowWater, LongSupplier catalogAt) {
        Set<String> met = stored.stream().map(Change.Witness::instance).collect(Collectors.toSet());
        List<Change.Witness> all = new ArrayList<>(stored);
        for (Instance instance : instances) {
            if (!met.contains(instance.name()) && late(instance, catalog, lowWater, catalogAt.getAsLong())) {
                LOG.warn(
                        "instance {} is new to a log that does not keep all it would need: it is filled by POST"
                                + " /admin/instances/{}/resync",
                        instance,
                        instance);
                all.add(WitnessKeeper.late(instance));
            }
        }
        return all;
    }

    /** One that was there from the start, but never up, has every record of the catalog kept for it. */
    private static boolean late(Instance instance, Catalog catalog, long lowWater, long catalogAt) {
        boolean dropped = catalogAt > 0 && catalogAt <= lowWater;
        return dropped
                || catalog.alive().stream()
                        .anyMatch(entry -> entry.createdLsn() > 0
                                && entry.createdLsn() <= lowWater
                                && entry.place(instance).isEmpty());
    }

    /**
     * What is to be stored about instances that the log knows and the configuration does not: nothing is kept for them
     * from now on, so one that is configured again needs a resync.
     */
    public static List<Change> gone(List<Change.Witness> stored, Instances instances) {
        List<Change> changes = new ArrayList<>();
        for (Change.Witness witness : stored) {
            if (instances.byName(witness.instance()).isEmpty() && !WitnessKeeper.letGo(witness)) {
                LOG.warn(
                        "instance {} is not configured any more: the log lets go of it. If it is configured again it"
                                + " needs a resync",
                        witness.instance());
                changes.add(WitnessKeeper.letGoOf(witness));
            }
        }
        return changes;
    }
}
