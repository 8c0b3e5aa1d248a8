package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.CollectionSettings;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/**
 * Creating a collection. Whether the name is taken is the catalog's word: an existing one is never sent to an instance, so
 * a 409 or a get-or-create that finds something can only be this record's own earlier effect, or a stranger.
 */
final class CreateOp implements CatalogOp {
    /** Followers create within moments; one that is later than so many others is compared by adoption. */
    private static final int REMEMBERED = 256;
    /** A server that does not rename the deleted collection of a name for so long holds up nobody any longer. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Lanes lanes;
    private final CatalogSteps steps;
    private final ExistingAnswer answers;
    /** What leaders created lately: LSN → its settings. */
    private final Map<Long, CollectionSettings> created = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, CollectionSettings> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** The undecided create that met a deleted collection of its name last, and since when it has. */
    private long heldLsn;

    private long heldSince;

    CreateOp(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
        this.answers = new ExistingAnswer(lanes, steps);
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        Optional<CollectionEntry> mine = mine(write);
        boolean deleted = mine.map(entry -> entry.deletedLsn() != 0).orElse(false);
        // One that may have been made here has to be found, or its deletion would pass it by.
        boolean perhapsMade = lane.headInDoubt() || write.recovered();
        if (mine.flatMap(entry -> entry.place(lane.instance)).isPresent() || (deleted && !perhapsMade)) {
            return Plan.SKIP;
        }
        if (!lanes.decides(lane, write)) {
            // Decided without a mapping of its own: it found an existing collection, and changed nothing.
            return mine.isPresent() || write.targeted() ? Plan.create(write) : Plan.SKIP;
        }
        Optional<CollectionEntry> existing = steps.catalog().named(path(write));
        return existing.map(entry -> answers.plan(lane, write, entry)).orElseGet(() -> Plan.create(write));
    }

    private Optional<CollectionEntry> mine(Write write) {
        return write.targeted()
                ? steps.catalog().known(write.subject().collection())
                : steps.catalog().createdBy(write.lsn());
    }

    private static Mapping.Path path(Write write) {
        return new Mapping.Path(
                write.subject().tenant(),
                write.subject().database(),
                write.subject().name());
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        Optional<CollectionHead> head = CollectionJson.head(answer.body());
        Optional<UUID> id = head.flatMap(h -> CollectionIds.parse(h.id()));
        if (head.isEmpty() || id.isEmpty()) {
            lanes.fault(lane, write, "created, but the answer is no collection: " + answer.brief());
            return;
        }
        created(lane, write, answer, head.get(), id.get());
    }

    private void created(Lane lane, Write write, UpstreamResponse answer, CollectionHead head, UUID id) {
        Optional<CollectionEntry> other = steps.catalog()
                .holding(id)
                .filter(entry -> !entry.publicId().equals(write.subject().collection()));
        if (other.isPresent()) {
            // One instance's collection is never two of the catalog's.
            steps.diverge(lane, write, "it holds " + other.get() + " under that name");
            return;
        }
        Purges purges = lanes.services().catalog().purges();
        if (purges.held(lane.instance, id)) {
            steps.stillNamed(purges.of(lane.instance).stream()
                    .filter(purge -> purge.instanceId().equals(id))
                    .toList());
            waitForName(lane, write);
            return;
        }
        boolean stranger = head.dimension().isPresent();
        MappingEdit effect = effect(lane, write, id, stranger, otherwise(lane, write, answer));
        UUID publicId = effect.base().publicId();
        UuidSwap.swapAt(answer.body(), head.idStart(), publicId);
        WriteResult result = WriteResult.of(answer);
        boolean fresh = !stranger && mine(write).isEmpty();
        List<Change> others = fresh ? List.of(new Change.Flat(publicId, true)) : List.of();
        steps.complete(lane, write, List.of(effect), others, result.withStatus(200));
    }

    /** Everybody's creates wait meanwhile. A follower has no choice: the leader has made it. */
    private void waitForName(Lane lane, Write write) {
        boolean decides = lanes.decides(lane, write);
        long now = lanes.io().nanoTime();
        if (decides && heldLsn != write.lsn()) {
            heldLsn = write.lsn();
            heldSince = now;
        }
        if (decides && now - heldSince > PATIENCE_NANOS) {
            String message = "Collection [" + write.subject().name() + "] cannot be created now: " + lane.instance
                    + " still holds a deleted collection of that name, and does not rename it. Nothing was made; retry"
                    + " later, as a new transaction.";
            lanes.refuse(lane, write, WriteResult.of(ProxyError.NO_INSTANCE, message));
        } else {
            lanes.pause(lane, "it holds a deleted collection under that name, which is put aside first");
        }
    }

    /**
     * What the collection on this instance has other than on the leader that created it: one of this name that was there
     * already is its place only if it is configured alike.
     */
    private Optional<String> otherwise(Lane lane, Write write, UpstreamResponse answer) {
        Optional<CollectionSettings> here = CollectionSettings.of(answer.body());
        if (write.targeted() || here.isEmpty()) {
            return Optional.empty();
        }
        if (lanes.decides(lane, write)) {
            created.put(write.lsn(), here.get());
            return Optional.empty();
        }
        return Optional.ofNullable(created.get(write.lsn())).flatMap(leaders -> leaders.sameShape(here.get()));
    }

    private MappingEdit effect(Lane lane, Write write, UUID id, boolean stranger, Optional<String> otherwise) {
        Optional<CollectionEntry> mine = mine(write);
        if (mine.isPresent()) {
            PlaceState state = write.targeted() ? PlaceState.COPYING : PlaceState.READY;
            Place whole = otherwise
                    .map(what -> new Place(id, PlaceState.UNVERIFIED, "was there with other settings: " + what))
                    .orElseGet(() -> new Place(id, state, ""));
            Place place = stranger
                    ? new Place(id, PlaceState.DIVERGED, "a collection of this name with data was there already")
                    : whole;
            return MappingEdit.place(mine.get(), lane.instance, place);
        }
        Map<String, Place> places = new HashMap<>();
        places.put(lane.instance.name(), new Place(id, PlaceState.READY, ""));
        // Found with data that no record made: it is served from here and reported, not created empty elsewhere.
        long createdLsn = stranger ? 0 : write.lsn();
        return MappingEdit.create(new Mapping(
                write.subject().collection(),
                path(write),
                createdLsn,
                0,
                write.record().createdAt(),
                places));
    }

    @Override
    public boolean metItself(Lane lane, Write write, UpstreamResponse refusal) {
        if (refusal.status() != 409 || !steps.again(lane, write)) {
            return false;
        }
        lane.occupy(new LaneState.Asking("the collection that stands under the name is read"));
        answers.lookup(
                lane,
                lane,
                write,
                path(write),
                answer -> {
                    if (passesBy(lane, write)) {
                        return;
                    }
                    lane.free();
                    if (answer.success()) {
                        applied(lane, write, answer);
                    } else {
                        lanes.fault(lane, write, "it says the name exists, and then that it does not");
                    }
                },
                () -> {
                    if (!passesBy(lane, write)) {
                        lane.free();
                        lanes.fault(lane, write, "the existing collection could not be read");
                    }
                });
        return true;
    }

    /** The collection has to be read: what it was made with is not known otherwise. */
    @Override
    public void foundDone(Lane lane, Write write) {
        metItself(lane, write, new UpstreamResponse(409, EmptyHttpHeaders.INSTANCE, new byte[] {'{', '}'}));
    }

    /** Whether the answer came too late; if another has refused the record meanwhile, what it made here is undone. */
    private boolean passesBy(Lane lane, Write write) {
        if (lanes.stale(lane, write)) {
            return true;
        }
        if (write.refused()) {
            lane.free();
            lane.attempts().putInDoubt();
            lanes.pump(lane);
        }
        return write.refused();
    }
}
