package org.chromaproxy.copy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a collection on an instance that lacks it, and fills it from the leader.
 *
 * <p>The target's lane is held while records are copied; then it replays what was logged meanwhile. What that touched may
 * have been copied in between, so those ids are copied again, until they are few; the last of them while both lanes stand
 * still. An interrupted copy begins anew. Blocking; one thread at a time.
 */
public final class Copier {
    private static final Logger LOG = LoggerFactory.getLogger(Copier.class);
    private static final int ROUNDS = 6;
    /** So many ids are copied while writes wait: about half a second. */
    private static final int FEW = 500;

    private final CopyServices services;

    public Copier(CopyServices services) {
        this.services = services;
    }

    /**
     * Creates the collection there, empty, to be filled; from now on its writes wait there.
     *
     * @throws StepException if it cannot be done now
     */
    public void create(CollectionEntry entry, Instance target) {
        Instance source = services.source(entry, target);
        Mapping.Path path = entry.path();
        Standstill still = new Standstill(entry, target, PlaceState.COPYING, services.lanesOf(entry));
        // What the source tells of the collection, and what its lane has behind it, has to be decided by then.
        long tail = still.holdNew();
        // An earlier life of the collection there must not be gone on with after a restart.
        services.log().submit(List.of(new Change.Cursor(entry.publicId(), target.name(), tail)));
        byte[] body = new SettingsCopy(services, entry, target).creation(source);
        Subject subject = new Subject(
                Subject.CATALOG, entry.publicId(), path.tenant(), path.database(), path.name(), target.name());
        String uri = ChromaPaths.collections(path.tenant(), path.database());
        try {
            services.log()
                    .execute(
                            OpKind.CREATE_COLLECTION, subject, new WriteRequest("POST", uri, "application/json", body));
        } finally {
            if (entry.place(target).isEmpty()) {
                still.step(still.lanes().detach(target));
            }
        }
        if (entry.place(target).isEmpty()) {
            throw new StepException(entry + " could not be created on " + target);
        }
    }

    /**
     * Takes a collection found there with data of its own as the place of that collection, to be compared.
     *
     * @throws StepException if it cannot be done now
     */
    public void join(CollectionEntry entry, Instance target, UUID instanceId) {
        Standstill still = new Standstill(entry, target, PlaceState.UNVERIFIED, services.lanesOf(entry));
        still.step(still.lanes().hold(target));
        Place found = new Place(instanceId, PlaceState.UNVERIFIED, "");
        services.mappings().place(entry, target, found, List.of());
        still.hold();
        still.step(still.lanes().thaw(target.index()));
    }

    /**
     * Fills a place that is being copied, until it follows as a whole one.
     *
     * @throws StepException if it cannot be done now; it is to be called again
     */
    public void fill(CollectionEntry entry, Instance target) {
        Standstill still = new Standstill(entry, target, PlaceState.COPYING, services.lanesOf(entry));
        long begun = System.nanoTime();
        LOG.info("{}: copying from {} to {}", entry, services.source(entry, target), target);
        try {
            fill(entry, target, still);
            SetAside.of(services, entry, target).drop();
            LOG.info("{}: {} is whole after {} ms", entry, target, (System.nanoTime() - begun) / 1_000_000);
        } catch (UncopyableException e) {
            String reason = "it cannot be copied from " + services.source(entry, target) + ": " + e.getMessage();
            takeOut(entry, target, still, reason);
            throw new StepException(reason);
        } finally {
            still.endReplay();
        }
    }

    private void fill(CollectionEntry entry, Instance target, Standstill still) {
        Optional<Set<String>> ids = Optional.empty();
        int named = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            still.hold();
            if (round == 1) {
                new SettingsCopy(services, entry, target).level();
            }
            copy(entry, target, ids, still);
            still.startReplay();
            boolean last = round == ROUNDS;
            named = ids.isEmpty() ? 0 : named;
            Round next = new Round(entry, target, still, named, last);
            if (still.whileStill(next::finish, last)) {
                return;
            }
            ids = next.touched;
            named += ids.map(Set::size).orElse(0);
        }
    }

    /** A copy that never becomes whole is not tried again and again: it stays out of service until it is repaired. */
    private void takeOut(CollectionEntry entry, Instance target, Standstill still, String reason) {
        LOG.error("{}: {} has no copy of it: {}. Repair it when that is mended.", entry, target, reason);
        entry.place(target)
                .ifPresent(place -> services.mappings()
                        .place(entry, target, new Place(place.instanceId(), PlaceState.DIVERGED, reason), List.of()));
        still.step(still.lanes().detach(target));
        putBack(entry, target, reason);
    }

    /**
     * Puts back what an unfinished copy was to replace, if anything was set aside; it stays out of service.
     *
     * @throws StepException if it cannot be done now; it is to be called again
     */
    public void putBack(CollectionEntry entry, Instance target, String reason) {
        SetAside.of(services, entry, target)
                .putBack(entry.path())
                .ifPresent(id -> services.mappings()
                        .place(entry, target, new Place(id, PlaceState.DIVERGED, reason), List.of()));
    }

    private void copy(CollectionEntry entry, Instance target, Optional<Set<String>> ids, Standstill still) {
        Records source = new Records(services.remote(), entry, services.source(entry, target));
        TargetRecords records = new TargetRecords(services, entry, target);
        if (ids.isEmpty()) {
            records.replaceAll(source, still::check);
            carryDimension(source.instance(), records, entry);
        } else {
            records.replace(source, ids.get(), still::check);
        }
    }

    /** A collection whose records are all deleted still has its dimension. */
    private void carryDimension(Instance source, TargetRecords records, CollectionEntry entry) {
        JsonNode collection = Members.tree(services.remote().require(source, ChromaPaths.collection(entry.path())));
        int dimension = collection.path("dimension").asInt(0);
        if (dimension > 0) {
            entry.dimensionIsKnown();
            records.fixDimension(dimension);
        }
    }

    /** What is done while both lanes stand still, at the end of one round. */
    private final class Round {
        private final CollectionEntry entry;
        private final Instance target;
        private final Standstill still;
        private final int named;
        private final boolean last;
        private Optional<Set<String>> touched = Optional.empty();

        /** @param named so many ids were named by what the rounds before have replayed onto this copy */
        Round(CollectionEntry entry, Instance target, Standstill still, int named, boolean last) {
            this.entry = entry;
            this.target = target;
            this.still = still;
            this.named = named;
            this.last = last;
        }

        /** Finishes the copy, unless so much is left that writes should not wait for it. */
        boolean finish(long lsn) {
            touched = still.step(still.lanes().touched());
            if (!last && touched.map(Set::size).orElse(Integer.MAX_VALUE) > FEW) {
                return false;
            }
            copy(entry, target, touched, still);
            touched.ifPresent(ids -> new TargetRecords(services, entry, target)
                    .reorder(
                            new Records(services.remote(), entry, services.source(entry, target)),
                            named + ids.size(),
                            still::check));
            compare();
            still.keep();
            Place copying = entry.place(target).orElseThrow(() -> new StepException(entry + " is gone"));
            Place ready = new Place(copying.instanceId(), PlaceState.READY, "");
            Change.Cursor cursor = new Change.Cursor(entry.publicId(), target.name(), lsn);
            services.mappings().place(entry, target, ready, List.of(cursor));
            still.step(still.lanes().join(target, lsn));
            return true;
        }

        /** Nothing is written on either side now: a copy of another size would never become whole, and begins anew. */
        private void compare() {
            still.check();
            int here = new Records(services.remote(), entry, services.source(entry, target)).count();
            still.check();
            int there = new Records(services.remote(), entry, target).count();
            still.check();
            if (here != there) {
                throw new StepException(entry + ": the copy on " + target + " has " + there + " records, not " + here);
            }
            SettingsCopy settings = new SettingsCopy(services, entry, target);
            if (settings.lastingDifference().isPresent()) {
                settings.level();
                settings.lastingDifference().ifPresent(found -> {
                    throw new UncopyableException(
                            "its settings cannot be made the same (the source's, the copy's): " + found);
                });
            }
        }
    }
}
