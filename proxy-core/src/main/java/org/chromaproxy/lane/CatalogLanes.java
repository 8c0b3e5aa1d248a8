package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.RetiredNames;
import org.chromaproxy.http.ProxyError;
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
public final class CatalogLanes extends LaneGroup {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogLanes.class);
    /** Instead of DELETE in the record that forgets a collection which was deleted everywhere behind the proxy's back. */
    public static final String FORGET = "FORGET";

    /** How long a client's answer waits for the followers, so that what it made is normally whole when it hears. */
    private static final long FOLLOWERS_MS = 200;

    private static final int BROKEN_ATTEMPTS = 3;
    private static final long BROKEN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CollectionLanes collections;
    private final NameReadBack names;
    private final RefusedCreates refusedCreates;
    /** The lanes of collections whose deletion is not above that LSN were asked since the last tick. */
    private long asked;

    private final HiddenCollections hidden;
    private final CatalogFootprints footprints;
    private final Map<OpKind, CatalogOp> operations = new HashMap<>();

    CatalogLanes(LaneIo io, LaneServices services, CollectionLanes collections, long term) {
        super(Subject.CATALOG, io, services, services.catalog().gate(), term);
        this.collections = collections;
        this.names = new NameReadBack(this);
        this.refusedCreates = new RefusedCreates(this);
        this.hidden = new HiddenCollections(this);
        this.footprints = new CatalogFootprints(services.catalog());
        lanes().forEach(lane -> lane.follow(!lane.instance.letGo()));
        ContainerOp container = new ContainerOp(this);
        operations.put(OpKind.CREATE_COLLECTION, new CreateOp(this));
        operations.put(OpKind.MODIFY_COLLECTION, new ModifyOp(this));
        operations.put(OpKind.DELETE_COLLECTION, new DeleteOp(this));
        operations.put(OpKind.DELETE_DATABASE, new DeleteDatabaseOp(this));
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
    int brokenAttempts() {
        return BROKEN_ATTEMPTS;
    }

    @Override
    long brokenNanos() {
        return BROKEN_NANOS;
    }

    @Override
    void tick() {
        super.tick();
        hidden.look();
        asked = 0;
        forgetTombstones();
    }

    @Override
    boolean takesTurns() {
        // Record lanes that have their turn may wait for this one.
        return false;
    }

    @Override
    Plan plan(Lane lane, Write write) {
        return operation(write).plan(lane, write);
    }

    @Override
    void applied(Lane lane, Write write, UpstreamResponse answer) {
        operation(write).applied(lane, write, answer);
    }

    @Override
    void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (write.refused() || !operation(write).metItself(lane, write, answer)) {
            super.refused(lane, write, answer);
        }
    }

    @Override
    void missing(Lane lane, Write write, UpstreamResponse answer) {
        refused(lane, write, answer);
    }

    /** What it has executed is undone before the lane passes the record. */
    @Override
    void appliedRefused(Lane lane, Write write) {
        if (write.kind() == OpKind.CREATE_COLLECTION) {
            lane.attempts().putInDoubt();
            pump(lane);
        } else {
            super.appliedRefused(lane, write);
        }
    }

    @Override
    protected boolean undoes(Lane lane, Write head) {
        return refusedCreates.undo(lane, head);
    }

    /**
     * The record's effect was found on an instance, though nobody said that it was done: it counts as done.
     *
     * @param status what the instance would answer if the record were sent again
     */
    void foundDone(Lane lane, Write write, int status) {
        UpstreamResponse answer = new UpstreamResponse(status, EmptyHttpHeaders.INSTANCE, new byte[] {'{', '}'});
        if (answer.success()) {
            operation(write).applied(lane, write, answer);
        } else {
            operation(write).metItself(lane, write, answer);
        }
    }

    /** Whether the record may have been executed here before: its own earlier effect must not be mistaken for a refusal. */
    boolean again(Lane lane, Write write) {
        return lane.headInDoubt() || !decides(lane, write);
    }

    /**
     * Refuses a record for what the catalog holds, unless the instance refuses its body anyway: then in its words.
     *
     * @param otherwise what to do if it does not
     */
    void rehearse(Lane lane, Write write, UpstreamRequest request, Runnable otherwise) {
        lane.occupy(new LaneState.Asking("the server is asked whether it refuses the request anyway"));
        Rehearsal.refusal(asked -> io().send(lane.instance, asked, Rehearsal.TIMEOUT_MS), request)
                .thenAccept(refusal -> {
                    if (!overtaken(lane, write)) {
                        refusal.ifPresentOrElse(told -> refuse(lane, write, WriteResult.of(told)), otherwise);
                    }
                });
    }

    /** The record is applied here: its effect becomes durable with the cursor, then known, then told. */
    void complete(Lane lane, Write write, List<MappingEdit> effects, WriteResult result) {
        complete(lane, write, effects, List.of(), result);
    }

    /** The same with changes beside those of mappings. */
    void complete(Lane lane, Write write, List<MappingEdit> effects, List<Change> others, WriteResult result) {
        if (!decides(lane, write)) {
            settle(lane, write, new Effects(effects, others, () -> {}));
        } else if (write.keepsOutcome()) {
            // Were it stored later, a process that ends in between would leave a record that is done, and no answer for
            // a retry.
            List<Change> all = new ArrayList<>(others);
            all.add(write.applied(result));
            settle(lane, write, new Effects(effects, all, () -> decided(write, Write.Decision.APPLIED, result)));
        } else {
            settle(lane, write, new Effects(effects, others, () -> decide(write, Write.Decision.APPLIED, result)));
        }
    }

    @Override
    void decided(Write write, Write.Decision decision, WriteResult result) {
        super.decided(write, decision, result);
        collections.decided(write.lsn());
    }

    @Override
    void durable(List<Change> changes) {
        changes.forEach(this::known);
    }

    @Override
    void changed(List<CollectionEntry> entries) {
        entries.forEach(entry -> collections.wake(entry.publicId()));
    }

    /** That these are deleted becomes durable while the record stays at the lane's head; then the lane looks again. */
    void deleteFirst(Lane lane, Write write, List<CollectionEntry> doomed) {
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
                    () -> io().execute(() -> {
                        retired.forEach(this::known);
                        changes.durable(begun).forEach(entry -> collections.wake(entry.publicId()));
                        lookAgain(lane, write);
                    }),
                    reason -> io().execute(() -> {
                        changes.refused(begun);
                        pause(lane, "the log refuses that a collection is deleted: " + reason);
                    }));
            services().log().submit(all, true, listener);
        });
    }

    /** What the record at the lane's head waited for is done. */
    void lookAgain(Lane lane, Write write) {
        if (lane.head() == write && !lane.detached()) {
            lane.free();
            pump(lane);
        }
    }

    /** A change of what is left of deleted collections is durable. */
    void known(Change change) {
        switch (change) {
            case Change.Flat flat -> catalog().purges().flat(flat.publicId(), flat.flat());
            case Change.RetiredName name -> catalog().retired().add(name.path());
            case Change.Purge purge -> catalog().purges().add(purge);
            case Change.Purged purged -> catalog().purges().remove(purged.instance(), purged.instanceId());
            default -> {}
        }
    }

    @Override
    void tell(Write write, WriteResult result) {
        boolean followers =
                lanes().stream().anyMatch(lane -> lane.instance.usable() && lane.head() != null && !decidedBy(lane));
        if (!result.success() || !followers) {
            write.result().complete(result);
            return;
        }
        write.whenEverywhere(() -> write.result().complete(result));
        io().schedule(() -> write.result().complete(result), FOLLOWERS_MS, TimeUnit.MILLISECONDS);
    }

    private boolean decidedBy(Lane lane) {
        return leadership().leads(lane);
    }

    @Override
    Footprint footprint(Write write) {
        return footprints.of(write);
    }

    @Override
    boolean canLead(Lane lane) {
        return lane.instance.preferable() && !lane.detached();
    }

    @Override
    int preferredLeader() {
        return 0;
    }

    @Override
    void giveUp(Lane lane, Write write, String why) {
        names.giveUp(lane, write, why);
    }

    @Override
    void diverge(Lane lane, Write write, String reason) {
        LOG.error(
                "the catalog of {} differs at record {} ({} {}): {}",
                lane,
                write.lsn(),
                write.kind(),
                name(write),
                reason);
        services().stats().countDiverged();
        Optional<CollectionEntry> entry = catalog().known(write.subject().collection());
        List<MappingEdit> effects = entry.flatMap(e -> e.place(lane.instance)
                        .map(place -> new Place(place.instanceId(), PlaceState.DIVERGED, reason))
                        .map(place -> MappingEdit.place(e, lane.instance, place)))
                .map(List::of)
                .orElse(List.of());
        if (decides(lane, write)) {
            refuse(lane, write, WriteResult.of(ProxyError.WRITE_FAILED, reason));
        } else {
            complete(lane, write, effects, WriteResult.json(500, new byte[0]));
        }
    }

    private static String name(Write write) {
        Subject subject = write.subject();
        return subject.tenant() + "/" + subject.database() + "/" + subject.name();
    }

    @Override
    void detach(Lane lane) {
        super.detach(lane);
        operations.values().forEach(operation -> operation.detached(lane));
    }

    @Override
    void left(Lane lane, Write write) {
        operation(write).left(lane, write);
        forgetTombstones();
    }

    /**
     * A deleted collection is forgotten once no instance has its deletion still before it, and none a write of its records: those
     * that were logged behind the deletion are refused first, or after a crash nobody would know what they were.
     */
    private void forgetTombstones() {
        long everywhere = lanes().stream()
                .filter(lane -> !lane.detached())
                .mapToLong(lane -> lane.cursor.durable())
                .min()
                .orElse(0);
        for (CollectionEntry entry : catalog().tombstones(asked, everywhere)) {
            collections.forget(entry.publicId(), () -> io().execute(() -> forget(entry)));
        }
        asked = Math.max(asked, everywhere);
    }

    private void forget(CollectionEntry entry) {
        if (catalog()
                .known(entry.publicId())
                .filter(known -> known == entry && entry.deletedLsn() != 0)
                .isPresent()) {
            catalog().drop(entry.publicId());
            services().log().submit(List.of(new Change.DropMapping(entry.publicId())), false, () -> {});
        }
    }

    Catalog catalog() {
        return services().catalog();
    }

    CollectionLanes collections() {
        return collections;
    }

    @Override
    public String toString() {
        return "the catalog";
    }

    /** What the catalog lanes need of the record lanes; any thread. */
    interface CollectionLanes {
        /** That catalog record is decided: what is logged behind it goes on. */
        void decided(long lsn);

        /** Lets the lanes of a collection look again. */
        void wake(UUID publicId);

        /**
         * Waits until every write to a collection that was logged before {@code lsn} has an outcome that is durable, or may
         * have none before the record at {@code lsn}, which may delete the collection, is decided.
         *
         * @param atOnce whether no instance holds it any more, so that there is nothing to wait for
         * @param ended called once, on any loop
         */
        void awaitLastWrites(UUID publicId, long lsn, boolean atOnce, Runnable ended);

        /** Stops a collection's lane on one instance behind {@code lsn}; {@code reached} runs on its loop. */
        void barrier(UUID publicId, int instance, long lsn, Runnable reached);

        /**
         * The collection is gone everywhere: forgets its lanes if nothing is left before them.
         *
         * @param forgotten called, on any loop, only if that is so
         */
        void forget(UUID publicId, Runnable forgotten);

        /** Ends a barrier. */
        void release(UUID publicId, int instance);
    }
}
