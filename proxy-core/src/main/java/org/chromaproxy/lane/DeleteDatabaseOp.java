package org.chromaproxy.lane;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Deleting a database, and with it its collections: never a protected one, and never one the proxy does not know, since an
 * instance would drop that silently.
 */
final class DeleteDatabaseOp implements CatalogOp {
    private static final long LOOKUP_MS = 5_000;
    /** The catalog lane stands still meanwhile: one that cannot say how many holds up nobody for longer. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** The same where another may have executed the deletion: refused, it would have to be repaired. */
    private static final long LONG_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    /** What Chroma answers when asked how many. */
    private static final Pattern NUMBER = Pattern.compile("\\s*\\d{1,18}\\s*");

    private final Lanes lanes;
    private final CatalogSteps steps;
    private final Drain drain;
    private final DatabasePurge purge;
    /** By lane, as far as it was the leader's: what it was asked of the database before it is sent its deletion. */
    private final Map<Integer, Asked> asked = new HashMap<>();

    /** What one instance was asked before it is sent one deletion. */
    private static final class Asked {
        private final long lsn;
        private final long since;
        private boolean counted;
        /** The database was not there before its deletion was sent first: a later 404 is no trace of its own effect. */
        private boolean unknown;

        Asked(long lsn, long since) {
            this.lsn = lsn;
            this.since = since;
        }
    }

    private Asked asked(Lane lane, Write write) {
        Asked present = asked.get(lane.index());
        if (present == null || present.lsn != write.lsn()) {
            present = new Asked(write.lsn(), lanes.io().nanoTime());
            asked.put(lane.index(), present);
        }
        return present;
    }

    DeleteDatabaseOp(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
        this.drain = new Drain(lanes, steps);
        this.purge = new DatabasePurge(lanes, steps);
    }

    private Collection<CollectionEntry> doomed(Lane lane, Write write) {
        Subject subject = write.subject();
        List<CollectionEntry> deleted = steps.catalog().deletedBy(write.lsn());
        if (!lanes.decides(lane, write)) {
            return deleted;
        }
        // Some may be deleted already, while their records are purged.
        List<CollectionEntry> all = new ArrayList<>(deleted);
        all.addAll(steps.catalog().list(subject.tenant(), subject.database()));
        return all;
    }

    /** Deleted collections that this instance still holds there. */
    private List<Change.Purge> hidden(Lane lane, Write write) {
        Subject subject = write.subject();
        return steps.catalog().purges().in(lane.instance, subject.tenant(), subject.database());
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        Collection<CollectionEntry> doomed = doomed(lane, write);
        if (lanes.decides(lane, write) && !begun(write)) {
            Optional<CollectionEntry> kept = doomed.stream()
                    .filter(entry -> steps.catalog().isProtected(entry.path().name()))
                    .findFirst();
            if (kept.isPresent()) {
                String why = "it holds the protected collection ["
                        + kept.get().path().name() + "]";
                return new Plan.Refuse(refusal(write, why));
            }
        }
        if (!drain.done(lane, write, doomed)) {
            return Plan.WAIT;
        }
        if (lanes.decides(lane, write) && !begun(write) && !asked(lane, write).counted) {
            lookForStrangers(lane, write, doomed.size() + hidden(lane, write).size());
            return Plan.WAIT;
        }
        if (!purge.done(lane, write, doomed, hidden(lane, write))) {
            return Plan.WAIT;
        }
        return new Plan.Send(
                "DELETE",
                ChromaPaths.database(write.subject().tenant(), write.subject().database()));
    }

    /** Whether its collections are deleted, durably: from then on it can no longer be refused. */
    private boolean begun(Write write) {
        return begun(steps.catalog(), write);
    }

    /** Whether what the record deletes is deleted, durably, though the record is not decided. */
    static boolean begun(Catalog catalog, Write write) {
        return !catalog.deletedBy(write.lsn()).isEmpty();
    }

    private static WriteResult refusal(Write write, String why) {
        String message =
                "Database [" + write.subject().database() + "] cannot be deleted: " + why + ". Nothing was changed.";
        return WriteResult.of(ProxyError.PROTECTED, message);
    }

    private void lookForStrangers(Lane lane, Write write, int known) {
        // 1.5.9 counts none in a database that it does not know.
        ask(lane, write, "", there -> {
            if (there != null && Verdict.ofRead(there) == Verdict.MISSING) {
                unknown(lane, write);
            } else if (there == null || Verdict.ofRead(there) != Verdict.APPLIED) {
                uncounted(lane, write);
            } else {
                ask(lane, write, "/collections_count", count -> counted(lane, write, known, count));
            }
        });
    }

    /** Asks the instance about the database, and calls back unless another lane has decided meanwhile. */
    private void ask(Lane lane, Write write, String what, Consumer<@Nullable UpstreamResponse> answered) {
        lane.occupy(new LaneState.Asking("the collections of the database are counted"));
        String path =
                ChromaPaths.database(write.subject().tenant(), write.subject().database()) + what;
        lanes.io()
                .send(lane.instance, UpstreamRequest.get(path), LOOKUP_MS)
                .whenComplete((answer, error) -> lanes.guarded(lane, write, () -> {
                    if (!lanes.overtaken(lane, write)) {
                        lane.free();
                        answered.accept(answer);
                    }
                }));
    }

    /** No such database there: it says so to the deletion, too, if nothing went wrong before. */
    private void unknown(Lane lane, Write write) {
        Asked of = asked(lane, write);
        // A process before this one may have had it executed there.
        of.unknown = !steps.again(lane, write) && !write.recovered();
        of.counted = true;
        lanes.pump(lane);
    }

    private void counted(Lane lane, Write write, int known, @Nullable UpstreamResponse answer) {
        if (answer != null && Verdict.ofRead(answer) == Verdict.MISSING) {
            unknown(lane, write);
        } else if (answer == null
                || Verdict.ofRead(answer) != Verdict.APPLIED
                || !NUMBER.matcher(answer.text()).matches()) {
            uncounted(lane, write);
        } else if (Long.parseLong(answer.text().strip()) > known) {
            lanes.refuse(
                    lane,
                    write,
                    refusal(write, "it holds collections the proxy does not manage")
                            .withStatus(409));
        } else {
            asked(lane, write).counted = true;
            lanes.pump(lane);
        }
    }

    private void uncounted(Lane lane, Write write) {
        boolean elsewhere = lanes.lanes().stream().anyMatch(other -> other != lane && other.mayHave(write));
        long patience = elsewhere ? LONG_PATIENCE_NANOS : PATIENCE_NANOS;
        if (lanes.io().nanoTime() - asked(lane, write).since > patience) {
            String message = "Database [" + write.subject().database() + "] cannot be deleted now: " + lane.instance
                    + " does not say how many collections it holds. Nothing was changed; retry later, as a new"
                    + " transaction.";
            lanes.refuse(lane, write, WriteResult.of(ProxyError.NO_INSTANCE, message));
        } else {
            lanes.pause(lane, "its collections could not be counted");
        }
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        deleted(lane, write, WriteResult.of(answer));
    }

    private void deleted(Lane lane, Write write, WriteResult result) {
        List<MappingEdit> effects = lanes.decides(lane, write)
                ? doomed(lane, write).stream()
                        .map(entry -> MappingEdit.deleted(entry, write.lsn()))
                        .toList()
                : List.of();
        List<Change> purged = new ArrayList<>();
        hidden(lane, write).forEach(left -> purged.add(new Change.Purged(left.instance(), left.instanceId())));
        steps.complete(lane, write, effects, purged, result);
    }

    @Override
    public boolean metItself(Lane lane, Write write, UpstreamResponse refusal) {
        if (refusal.status() != 404 && lanes.decides(lane, write) && begun(write)) {
            lanes.contradicted(lane, write, "it refuses a deletion that has begun: " + refusal.brief());
            return true;
        }
        if (refusal.status() != 404 || (!begun(write) && (!steps.again(lane, write) || asked(lane, write).unknown))) {
            return false;
        }
        deleted(lane, write, WriteResult.json(200, "{}".getBytes(StandardCharsets.UTF_8)));
        return true;
    }

    @Override
    public void left(Lane lane, Write write) {
        drain.release(lane, write);
        purge.forget(lane);
    }

    @Override
    public void detached(Lane lane) {
        drain.forget(lane);
        purge.forget(lane);
    }
}
