package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.RetiredNames;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog lanes: collections, databases and tenants made, changed and deleted in one order everywhere.
 *
 * <p>Stricter than the record lanes: each step commits its effect on the mappings together with the lane's cursor. Only
 * records on unrelated names are sent meanwhile, so after a crash those behind the cursor can be applied again, each as if it
 * had been alone.
 */
final class CatalogSemantics implements LaneSemantics, CatalogSteps {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogSemantics.class);
    /** How long a client's answer waits for the followers, so that what it made is normally whole when it hears. */
    private static final long FOLLOWERS_MS = 200;

    private static final int BROKEN_ATTEMPTS = 3;
    private static final long BROKEN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Lanes lanes;
    private final CollectionLanes collections;
    private final NameReadBack names;
    private final RefusedCreates refusedCreates;
    private final GivenUpChanges givenUpChanges;
    /** The lanes of collections whose deletion is not above that LSN were asked since the last tick. */
    private long asked;

    private final HiddenCollections hidden;
    private final CatalogFootprints footprints;
    private final Map<OpKind, CatalogOp> operations = new HashMap<>();

    /** The operations keep it, and call it only once it runs. */
    @SuppressWarnings("this-escape")
    CatalogSemantics(Lanes lanes, CollectionLanes collections) {
        this.lanes = lanes;
        this.collections = collections;
        this.names = new NameReadBack(lanes, this);
        this.refusedCreates = new RefusedCreates(lanes, this);
        this.givenUpChanges = new GivenUpChanges(lanes, this);
        this.hidden = new HiddenCollections(lanes);
        this.footprints = new CatalogFootprints(catalog());
        lanes.lanes().forEach(lane -> lane.follow(!lane.instance.letGo()));
        ContainerOp container = new ContainerOp(this);
        operations.put(OpKind.CREATE_COLLECTION, new CreateOp(lanes, this));
        operations.put(OpKind.MODIFY_COLLECTION, new ModifyOp(lanes, this));
        operations.put(OpKind.DELETE_COLLECTION, new DeleteOp(lanes, this));
        operations.put(OpKind.DELETE_DATABASE, new DeleteDatabaseOp(lanes, this));
        operations.put(OpKind.CREATE_DATABASE, container);
        operations.put(OpKind.CREATE_TENANT, container);
        operations.put(OpKind.MODIFY_TENANT, container);
    }

    private CatalogOp operation(Write write) {
        CatalogOp operation = operations.get(write.kind());
        if (operation == null) {
            throw new IllegalStateException(write.kind() + " is not a catalog record");
        }
        return operation;
    }

    /** Everybody's creates and deletes wait behind this lane's head. */
    @Override
    public int brokenAttempts() {
        return BROKEN_ATTEMPTS;
    }

    @Override
    public long brokenNanos() {
        return BROKEN_NANOS;
    }

    @Override
    public void tick() {
        hidden.look();
        asked = 0;
        forgetTombstones();
    }

    @Override
    public boolean takesTurns() {
        // Record lanes that have their turn may wait for this one.
        return false;
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        return operation(write).plan(lane, write);
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        operation(write).applied(lane, write, answer);
    }

    @Override
    public void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (write.refused() || !operation(write).metItself(lane, write, answer)) {
            lanes.takeRefusal(lane, write, answer);
        }
    }

    @Override
    public void missing(Lane lane, Write write, UpstreamResponse answer) {
        refused(lane, write, answer);
    }

    /** What it has executed is undone, or looked into, before the lane passes the record. */
    @Override
    public void appliedRefused(Lane lane, Write write) {
        switch (write.kind()) {
            case CREATE_COLLECTION, MODIFY_COLLECTION, DELETE_COLLECTION, DELETE_DATABASE -> {
                lane.attempts().putInDoubt();
                lanes.pump(lane);
            }
            default -> LaneSemantics.super.appliedRefused(lane, write);
        }
    }

    @Override
    public boolean undoes(Lane lane, Write head) {
        return givenUpChanges.deletes(lane, head)
                || (lane.mayHave(head) && (refusedCreates.undo(lane, head) || givenUpChanges.look(lane, head)));
    }

    @Override
    public void foundDone(Lane lane, Write write) {
        operation(write).foundDone(lane, write);
    }

    @Override
    public boolean again(Lane lane, Write write) {
        return lane.headInDoubt() || !lanes.decides(lane, write);
    }

    @Override
    public void rehearse(Lane lane, Write write, UpstreamRequest request, Runnable otherwise) {
        lane.occupy(new LaneState.Asking("the server is asked whether it refuses the request anyway"));
        Rehearsal.refusal(asked -> lanes.io().send(lane.instance, asked, Rehearsal.TIMEOUT_MS), request)
                .thenAccept(refusal -> {
                    if (!lanes.overtaken(lane, write)) {
                        refusal.ifPresentOrElse(told -> lanes.refuse(lane, write, WriteResult.of(told)), otherwise);
                    }
                });
    }

    @Override
    public void complete(Lane lane, Write write, List<MappingEdit> effects, WriteResult result) {
        complete(lane, write, effects, List.of(), result);
    }

    @Override
    public void complete(Lane lane, Write write, List<MappingEdit> effects, List<Change> others, WriteResult result) {
        if (!lanes.decides(lane, write)) {
            lanes.settle(lane, write, new Effects(effects, others, () -> {}));
        } else if (write.keepsOutcome()) {
            // Were it stored later, a process that ends in between would leave a record that is done, and no answer for
            // a retry.
            List<Change> all = new ArrayList<>(others);
            all.add(write.applied(result));
            lanes.settle(
                    lane, write, new Effects(effects, all, () -> lanes.decided(write, Write.Decision.APPLIED, result)));
        } else {
            lanes.settle(
                    lane,
                    write,
                    new Effects(effects, others, () -> lanes.decide(write, Write.Decision.APPLIED, result)));
        }
    }

    @Override
    public void decided(Write write) {
        collections.decided(write.lsn());
    }

    @Override
    public void durable(List<Change> changes) {
        changes.forEach(this::known);
    }

    @Override
    public void changed(List<CollectionEntry> entries) {
        entries.forEach(entry -> {
            collections.created(entry);
            collections.wake(entry.publicId());
        });
    }

    @Override
    public void deleteFirst(Lane lane, Write write, List<CollectionEntry> doomed) {
        lane.occupy(new LaneState.Committing("that the record's collections are deleted is made durable"));
        MappingChanges changes = catalog().changes();
        List<MappingEdit> edits = doomed.stream()
                .map(entry -> MappingEdit.deleted(entry, write.lsn()))
                .toList();
        changes.begin(edits, begun -> {
            List<Change> retired = RetiredNames.by(catalog(), begun);
            List<Change> all = new ArrayList<>(retired);
            begun.forEach(each -> all.add(new Change.PutMapping(each.mapping())));
            ChangeListener listener = ChangeListener.of(
                    () -> lanes.io().execute(() -> {
                        retired.forEach(this::known);
                        changes.durable(begun).forEach(entry -> collections.wake(entry.publicId()));
                        lookAgain(lane, write);
                    }),
                    reason -> lanes.io().execute(() -> {
                        changes.refused(begun);
                        lanes.pause(lane, "the log refuses that a collection is deleted: " + reason);
                    }));
            lanes.services().log().submit(all, true, listener);
        });
    }

    @Override
    public void lookAgain(Lane lane, Write write) {
        if (lane.head() == write && !lane.detached()) {
            lane.free();
            lanes.pump(lane);
        }
    }

    @Override
    public void stillNamed(List<Change.Purge> purges) {
        hidden.stillNamed(purges);
    }

    @Override
    public void compared(Write write, Set<Instance> instances) {
        givenUpChanges.compared(write, instances);
    }

    @Override
    public List<Change.Purge> leftOver(Lane lane, Write write) {
        return givenUpChanges.leftOver(lane, write);
    }

    @Override
    public boolean begun(Write write) {
        return DeleteDatabaseOp.begun(catalog(), write);
    }

    @Override
    public void known(Change change) {
        switch (change) {
            case Change.Flat flat -> catalog().purges().flat(flat.publicId(), flat.flat());
            case Change.RetiredName name -> catalog().retired().add(name.path());
            case Change.Purge purge -> catalog().purges().add(purge);
            case Change.Purged purged -> catalog().purges().remove(purged.instance(), purged.instanceId());
            default -> {}
        }
    }

    @Override
    public void tell(Write write, WriteResult result) {
        boolean followers = lanes.lanes().stream()
                .anyMatch(lane -> lane.instance.usable() && lane.head() != null && !lanes.leads(lane));
        if (!result.success() || !followers) {
            write.result().complete(result);
            return;
        }
        write.whenEverywhere(() -> write.result().complete(result));
        lanes.io().schedule(() -> write.result().complete(result), FOLLOWERS_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public Footprint footprint(Write write) {
        return footprints.of(write);
    }

    @Override
    public boolean canLead(Lane lane) {
        return lane.instance.preferable() && !lane.detached();
    }

    @Override
    public int preferredLeader() {
        return 0;
    }

    @Override
    public void giveUp(Lane lane, Write write, String why) {
        names.giveUp(lane, write, why);
    }

    @Override
    public void diverge(Lane lane, Write write, String reason) {
        LOG.error(
                "the catalog of {} differs at record {} ({} {}): {}",
                lane,
                write.lsn(),
                write.kind(),
                name(write),
                reason);
        lanes.services().stats().countDiverged();
        Optional<CollectionEntry> entry = catalog().known(write.subject().collection());
        List<MappingEdit> effects = entry.flatMap(e -> e.place(lane.instance)
                        .map(place -> new Place(place.instanceId(), PlaceState.DIVERGED, reason))
                        .map(place -> MappingEdit.place(e, lane.instance, place)))
                .map(List::of)
                .orElse(List.of());
        if (lanes.decides(lane, write)) {
            lanes.refuse(lane, write, WriteResult.of(ProxyError.WRITE_FAILED, reason));
        } else {
            // Else the next of that name would be given what was to be deleted.
            List<Change.Purge> left = leftOver(lane, write);
            stillNamed(left);
            complete(lane, write, effects, List.copyOf(left), WriteResult.json(500, new byte[0]));
        }
    }

    private static String name(Write write) {
        Subject subject = write.subject();
        return subject.tenant() + "/" + subject.database() + "/" + subject.name();
    }

    @Override
    public void detached(Lane lane) {
        operations.values().forEach(operation -> operation.detached(lane));
    }

    @Override
    public void left(Lane lane, Write write) {
        operation(write).left(lane, write);
        forgetTombstones();
    }

    /**
     * A deleted collection is forgotten once no instance has its deletion still before it, and none a write of its records: those
     * that were logged behind the deletion are refused first, or after a crash nobody would know what they were.
     */
    private void forgetTombstones() {
        long everywhere = Long.MAX_VALUE;
        for (Lane lane : lanes.lanes()) {
            everywhere = lane.detached() ? everywhere : Math.min(everywhere, lane.cursor.durable());
        }
        everywhere = everywhere == Long.MAX_VALUE ? 0 : everywhere;
        for (CollectionEntry entry : catalog().tombstones(asked, everywhere)) {
            collections.forget(entry.publicId(), () -> lanes.io().execute(() -> forget(entry)));
        }
        asked = Math.max(asked, everywhere);
    }

    private void forget(CollectionEntry entry) {
        if (catalog()
                .known(entry.publicId())
                .filter(known -> known == entry && entry.deletedLsn() != 0)
                .isPresent()) {
            catalog().drop(entry.publicId());
            lanes.services().log().submit(List.of(new Change.DropMapping(entry.publicId())), false, () -> {});
        }
    }

    @Override
    public Catalog catalog() {
        return lanes.services().catalog();
    }

    @Override
    public CollectionLanes collections() {
        return collections;
    }
}
