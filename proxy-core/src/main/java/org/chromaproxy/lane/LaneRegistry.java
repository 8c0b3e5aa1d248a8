package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All lane groups, and the only door to them from other threads. Records must be offered in LSN order by one thread: each
 * loop then takes them in that order.
 */
public final class LaneRegistry implements CollectionLanes {
    private static final Logger LOG = LoggerFactory.getLogger(LaneRegistry.class);
    /** Instead of DELETE in the record that forgets a collection which was deleted everywhere behind the proxy's back. */
    public static final String FORGET = DeleteOp.FORGET;

    private static final WriteResult COLLECTION_GONE =
            WriteResult.of(ProxyError.COLLECTION_NOT_FOUND, ProxyError.COLLECTION_NOT_FOUND.message());

    private final List<LaneIo> loops;
    private final LaneServices services;
    private final RestoredLanes restored;
    private final LaneGroup<CatalogSemantics> catalogLanes;
    private final Map<UUID, RecordLanes> groups = new ConcurrentHashMap<>();
    private final Map<Long, Write> undecided = new ConcurrentHashMap<>();
    private final Deletions deletions;
    private final Survey survey;
    private final Wakening wakening;

    /** @param restored cursors and leaders as the log holds them */
    public LaneRegistry(List<LaneIo> loops, LaneServices services, RestoredLanes restored) {
        this.loops = loops;
        this.services = services;
        this.restored = restored;
        this.deletions = new Deletions(services.catalog(), services.instances());
        this.survey = new Survey(services.instances());
        this.wakening = new Wakening(this, services.catalog(), services.instances());
        restored.leader(Subject.CATALOG)
                .ifPresent(lead -> services.catalog().gate().lead(lead));
        for (CollectionEntry entry : services.catalog().alive()) {
            restored.leader(entry.publicId()).ifPresent(lead -> entry.gate().lead(lead));
        }
        LaneIo loop = loops.getFirst();
        this.catalogLanes = new LaneGroup<>(
                "the catalog",
                Subject.CATALOG,
                loop,
                services,
                services.catalog().gate(),
                restored.led(Subject.CATALOG),
                lanes -> new CatalogSemantics(lanes, this));
        restored.restore(Subject.CATALOG, catalogLanes);
        restored.handedOver(Subject.CATALOG);
        // What an instance has applied was sent, though the log need not hold it any more.
        catalogLanes.lanes().forEach(lane -> services.catalog().gate().sending(lane.cursor.applied()));
        for (LaneIo each : loops) {
            each.repeat(this::tick, 1, TimeUnit.SECONDS);
        }
        new Homecoming(services.catalog(), services.instances(), groups::containsKey, this::group).start(loop);
        services.instances().forEach(this::watch);
    }

    /** At start: what the log holds of a lane above its low water; nothing of it is read before it is applied again. */
    public void restore(UUID lane, Backlog.Tail tail) {
        if (lane.equals(Subject.CATALOG)) {
            for (Lane each : catalogLanes.lanes()) {
                catalogLanes.intake().restore(each.index(), tail);
                if (each.spilled()) {
                    each.instance.pending().add(tail.records(), tail.bytes());
                }
            }
            services.catalog().gate().recovering(tail.last());
            return;
        }
        services.catalog().known(lane).ifPresent(entry -> {
            // A place that is not followed has nothing before it.
            if (tails(lane, tail, instance -> CollectionSemantics.follows(entry, instance, services.catalog()))) {
                entry.gate().recovering(tail.last());
            }
        });
    }

    /** For collections that the catalog is to know, and did not make. */
    public TakeOvers takeOvers() {
        return new TakeOvers(services.log(), restored);
    }

    private boolean tails(UUID lane, Backlog.Tail tail, Predicate<Instance> follows) {
        boolean any = false;
        for (Instance instance : services.instances()) {
            if (restored.cursor(lane, instance.index()) < tail.last() && follows.test(instance)) {
                restored.add(lane, instance.index(), tail);
                instance.pending().add(tail.records(), tail.bytes());
                any = true;
            }
        }
        return any;
    }

    /** Takes in a record just committed. */
    public void offer(Write write) {
        undecided.put(write.lsn(), write);
        write.result().whenComplete((result, error) -> undecided.remove(write.lsn()));
        if (write.kind().catalog()) {
            deletions.logged(write.record());
            catalogLanes.io().execute(() -> catalogLanes.offer(write));
            return;
        }
        UUID id = write.subject().lane();
        onGroup(id, group -> group.offer(write), () -> refuse(write));
    }

    /** Its collection was deleted, on every instance, while it was logged. The refusal is durable before it is told. */
    private void refuse(Write write) {
        services.log().submit(List.of(refusal(write.lsn())), true, () -> {
            write.result().complete(COLLECTION_GONE);
            write.taken();
        });
    }

    private static Change refusal(long lsn) {
        return new Change.Outcome(
                lsn, TransactionState.FAILED, COLLECTION_GONE.status(), COLLECTION_GONE.text(), COLLECTION_GONE.body());
    }

    /** At start: a record that an owner logged as it died, of a collection that was deleted everywhere before. Who asks for it is told. */
    public void leftBehind(long lsn) {
        services.log().submit(List.of(refusal(lsn)), false, () -> {});
    }

    /**
     * At start, before the lanes begin: a catalog record that no instance is known to have passed. If it deletes, what is logged
     * behind it waits as it did before, and nobody reads what may be half deleted.
     */
    public void restore(LogRecord undecided) {
        deletions.restored(undecided);
    }

    /** Up to where some instance has passed the catalog's records: those are decided. */
    public long catalogDecided() {
        return catalogLanes.lanes().stream()
                .mapToLong(lane -> lane.cursor.applied())
                .max()
                .orElse(0);
    }

    @Override
    public void created(CollectionEntry entry) {
        deletions.created(entry);
    }

    @Override
    public void decided(long lsn) {
        deletions.decided(lsn).forEach(entry -> wake(entry.publicId()));
    }

    /**
     * Whether a deletion of these collections, logged now, would soon be executed: it is so behind all that was written before, and
     * every other create and deletion waits behind it. Completes on some loop.
     */
    public CompletableFuture<Boolean> nearlyDecided(Collection<CollectionEntry> doomed) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (CollectionEntry entry : doomed) {
            RecordLanes group = groups.get(entry.publicId());
            if (group != null) {
                CompletableFuture<Boolean> one =
                        CompletableFuture.supplyAsync(group.group()::nearlyDecided, group.io());
                all = all.thenCombine(one, Boolean::logicalAnd);
            }
        }
        return all;
    }

    /** Starts the lanes: everything restored is known by now. */
    public void start() {
        catalogLanes.io().execute(catalogLanes::pumpAll);
        services.instances().forEach(this::catchUp);
    }

    /** Lets the lanes that exist in the log only take their turns on an instance. */
    private void catchUp(Instance instance) {
        wakening.wake(instance, restored.behind(instance));
    }

    /** The write of that LSN while its client cannot be told yet. */
    public Optional<Write> undecided(long lsn) {
        return Optional.ofNullable(undecided.get(lsn));
    }

    /** The client was told that the outcome comes later: it is kept, and until then the state says so. */
    public void abandon(Write write) {
        if (write.kind().catalog()) {
            catalogLanes.io().execute(() -> pending(catalogLanes, write));
        } else {
            onGroup(write.subject().lane(), group -> pending(group.group(), write), () -> {});
        }
    }

    private void pending(LaneGroup<?> group, Write write) {
        if (write.decided()) {
            return;
        }
        write.abandon();
        Change.Outcome outcome = new Change.Outcome(
                write.lsn(), TransactionState.PENDING_RECOVERY, 0, "no instance could take it yet", new byte[0]);
        services.log()
                .submit(
                        List.of(outcome),
                        true,
                        () -> group.io().execute(() -> group.intake().abandoned(write)));
    }

    /** Finds the LSN below which every instance has applied everything; calls back on some loop. */
    public void oldestPending(LongConsumer found) {
        AtomicLong oldest = new AtomicLong(restored.oldestPending());
        AtomicInteger left = new AtomicInteger(loops.size());
        for (LaneIo loop : loops) {
            loop.execute(() -> {
                oldest.accumulateAndGet(oldestPendingHere(), Math::min);
                if (left.decrementAndGet() == 0) {
                    // A group may have been let go meanwhile, before its loop was asked.
                    found.accept(Math.min(oldest.get(), restored.oldestPending()));
                }
            });
        }
    }

    /** On each loop, for the groups of that loop. Where it cannot be told nothing counts as applied. */
    private long oldestPendingHere() {
        try {
            // Before its groups: one that was let go of, and is made again while this looks, is in one of the two.
            long oldest = restored.oldestPending();
            for (RecordLanes group : groups.values()) {
                if (group.io().inLoop()) {
                    oldest = Math.min(oldest, group.group().oldestPending());
                }
            }
            return catalogLanes.io().inLoop() ? Math.min(oldest, catalogLanes.oldestPending()) : oldest;
        } catch (RuntimeException e) {
            LOG.error("what the lanes have still to apply cannot be told: nothing of the log is dropped", e);
            return 0;
        }
    }

    /** Whether the catalog lane of that instance has nothing left to apply. */
    public boolean catalogInSync(Instance instance) {
        long applied = services.catalog().gate().applied(instance.index());
        return applied >= services.catalog().gate().sent()
                && catalogLanes.lane(instance.index()).queue.exhausted();
    }

    /** The lanes of a collection for a copy or a comparison; empty if there is no such collection. */
    public Optional<CopyLanes> copying(UUID publicId) {
        return Optional.ofNullable(group(publicId))
                .map(group -> new CopyLanes(group, () -> Optional.ofNullable(group(publicId))));
    }

    /** The lanes of a collection, or of the catalog, if they are in memory: for those on their loop, and to be looked at only. */
    public Optional<LaneGroup<?>> standing(UUID lane) {
        return lane.equals(Subject.CATALOG)
                ? Optional.of(catalogLanes)
                : Optional.ofNullable(groups.get(lane)).map(RecordLanes::group);
    }

    /** Takes instances out of the lanes and back in. */
    public Membership membership() {
        return new Membership(catalogLanes, groups, restored);
    }

    @Override
    public void wake(UUID publicId) {
        RecordLanes group = groups.get(publicId);
        if (group != null) {
            group.io().execute(group.group()::pumpAll);
        }
    }

    @Override
    public void awaitLastWrites(UUID publicId, long lsn, boolean atOnce, Runnable ended) {
        // It need not be the one that bore the name when the record was logged.
        services.catalog().known(publicId).ifPresent(entry -> deletions.found(lsn, entry));
        if (inLogOnly(publicId, () -> restored.decided(publicId))) {
            ended.run();
        } else {
            briefly(publicId, group -> group.awaitLastWrites(lsn, atOnce, thenLetGo(group, ended)), ended);
        }
    }

    @Override
    public void barrier(UUID publicId, int instance, long lsn, Runnable reached) {
        if (inLogOnly(publicId, () -> restored.barrier(publicId, instance, lsn))) {
            reached.run();
        } else {
            briefly(publicId, group -> group.barrier(instance, lsn, thenLetGo(group, reached)), reached);
        }
    }

    @Override
    public void release(UUID publicId, int instance) {
        boolean released = inLogOnly(publicId, () -> {
            restored.release(publicId, instance);
            return true;
        });
        if (!released) {
            onGroup(publicId, group -> group.release(instance), () -> {});
        }
    }

    /** The collection is gone everywhere. */
    public void forget(UUID publicId) {
        forget(publicId, () -> {});
    }

    @Override
    public void forget(UUID publicId, Runnable forgotten) {
        if (inLogOnly(publicId, () -> restored.forget(publicId))) {
            forgotten.run();
            return;
        }
        briefly(
                publicId,
                group -> {
                    if (group.group().lanes().stream().allMatch(lane -> lane.queue.exhausted())) {
                        groups.remove(publicId);
                        group.retire();
                        forgotten.run();
                    } else {
                        group.group().pumpAll();
                    }
                },
                forgotten);
    }

    /**
     * Does something about lanes that are not in memory: none come there before it is done.
     *
     * @param done what, and whether it could be done
     * @return false if nothing was, and the lanes have to be made for it
     */
    private boolean inLogOnly(UUID publicId, BooleanSupplier done) {
        boolean[] was = {false};
        groups.compute(publicId, (id, present) -> {
            was[0] = present == null && done.getAsBoolean();
            return present;
        });
        return was[0];
    }

    /** The same as {@link #onGroup}; lanes that are made for it are let go of as soon as they are at rest, if nobody writes to them. */
    void briefly(UUID publicId, Consumer<RecordLanes> action, Runnable unknown) {
        boolean made = !groups.containsKey(publicId);
        onGroup(
                publicId,
                group -> {
                    if (made) {
                        group.brief();
                    }
                    action.accept(group);
                },
                unknown);
    }

    /** Runs an action on the loop of a collection's lanes, making them if need be; or {@code unknown} right here. */
    void onGroup(UUID publicId, Consumer<RecordLanes> action, Runnable unknown) {
        RecordLanes group = group(publicId);
        if (group == null) {
            unknown.run();
        } else {
            group.io().execute(() -> here(publicId, group, action, unknown));
        }
    }

    /**
     * On the loop of a collection's lanes. If those were let go of meanwhile their successors have the same loop, and are told at
     * once: queued again, it would come behind what was asked of the successors since.
     */
    private void here(UUID publicId, RecordLanes group, Consumer<RecordLanes> action, Runnable unknown) {
        RecordLanes present = group.retired() ? group(publicId) : group;
        if (present == null) {
            unknown.run();
        } else {
            action.accept(present);
        }
    }

    private @Nullable RecordLanes group(UUID publicId) {
        RecordLanes present = groups.get(publicId);
        if (present != null) {
            return present;
        }
        Optional<CollectionEntry> entry = services.catalog().known(publicId);
        if (entry.isEmpty()) {
            return null;
        }
        RecordLanes made = groups.computeIfAbsent(publicId, id -> make(entry.get()));
        restored.handedOver(publicId);
        return made;
    }

    private RecordLanes make(CollectionEntry entry) {
        LaneIo loop = LaneIo.owning(loops, entry.publicId().hashCode());
        RecordLanes group = new RecordLanes(entry, loop, services, restored.led(entry.publicId()));
        restored.restore(entry.publicId(), group.group());
        restored.restoreBarriers(entry.publicId(), group);
        return group;
    }

    private void watch(Instance instance) {
        instance.onChange((same, from, to) -> instanceChanged(instance));
        instance.writes().listen(changed -> {
            if (changed) {
                instanceChanged(instance);
            }
        });
    }

    private void instanceChanged(Instance instance) {
        catalogLanes.io().execute(() -> catalogLanes.instanceChanged(instance));
        groups.values().forEach(group -> group.io().execute(() -> group.instanceChanged(instance)));
        if (instance.usable()) {
            catchUp(instance);
        }
    }

    /**
     * How many collections that instance leads and another should lead before it may go, the catalog counted as one. An
     * idle one that is whole elsewhere does not count: its next write or read finds the other. Any thread.
     */
    public long ledBy(Instance instance) {
        long collections = services.catalog().alive().stream()
                .filter(entry -> entry.gate().leader() == instance.index())
                .filter(entry -> groups.containsKey(entry.publicId()) || !entry.wholeBeside(instance))
                .count();
        return collections + (catalogLanes.gate().leader() == instance.index() ? 1 : 0);
    }

    /** Lets every lane look at once for what it can do, without the rest of its pause. Completes on some loop. */
    public CompletableFuture<Woken> wakeAll() {
        List<LaneGroup<?>> all = new ArrayList<>();
        groups.values().forEach(group -> all.add(group.group()));
        all.add(catalogLanes);
        AtomicInteger left = new AtomicInteger(all.size());
        AtomicLong lanes = new AtomicLong();
        AtomicLong pauses = new AtomicLong();
        CompletableFuture<Woken> done = new CompletableFuture<>();
        all.forEach(group -> group.io().execute(() -> {
            for (Lane lane : group.lanes()) {
                lanes.addAndGet(lane.head() == null ? 0 : 1);
                if (lane.state() instanceof LaneState.BackingOff) {
                    pauses.incrementAndGet();
                    lane.free();
                    group.pump(lane);
                }
            }
            group.pumpAll();
            if (left.decrementAndGet() == 0) {
                done.complete(new Woken(lanes.get(), pauses.get()));
            }
        }));
        return done;
    }

    /**
     * What waking them did.
     *
     * @param lanes that had something to apply
     * @param pauses before another attempt that were cut short
     */
    public record Woken(long lanes, long pauses) {}

    /** On each loop, for the groups of that loop. */
    private void tick() {
        Survey.Look look = survey.new Look();
        if (catalogLanes.io().inLoop()) {
            guarded(catalogLanes, catalogLanes::tick);
            look(look, catalogLanes);
            restored.survey(look);
        }
        groups.values().stream().filter(group -> group.io().inLoop()).forEach(group -> {
            look(look, group.group());
            guarded(group.group(), () -> tick(group));
        });
        loops.stream().filter(LaneIo::inLoop).findFirst().ifPresent(look::publish);
    }

    /** A task that throws would not run again, for no group of that loop. */
    private static void guarded(LaneGroup<?> group, Runnable tick) {
        try {
            tick.run();
        } catch (RuntimeException e) {
            LOG.error("{}: what is done every second failed, and is tried again", group, e);
        }
    }

    private static void look(Survey.Look look, LaneGroup<?> group) {
        for (Lane lane : group.lanes()) {
            if (lane.lingers()) {
                look.lingers(lane.index());
            } else {
                look.waits(lane.index(), lane.oldestWaiting());
            }
        }
    }

    private void tick(RecordLanes group) {
        group.tick();
        if (group.isIdle()) {
            letGo(group);
        }
    }

    private Runnable thenLetGo(RecordLanes group, Runnable done) {
        return () -> {
            done.run();
            letGoSoon(group);
        };
    }

    /** On the group's loop. What was asked of it before, it does. */
    void letGoSoon(RecordLanes group) {
        group.io().execute(() -> {
            if (!group.retired() && group.isDone()) {
                letGo(group);
            }
        });
    }

    private void letGo(RecordLanes group) {
        UUID id = group.group().id();
        // One that was asked for while its collection was being forgotten stands nowhere.
        if (services.catalog().known(id).isPresent()) {
            restored.keep(group.group());
        }
        group.retire();
        groups.remove(id);
    }

    /** How many collections have their lanes in memory. */
    int inMemory() {
        return groups.size();
    }
}
