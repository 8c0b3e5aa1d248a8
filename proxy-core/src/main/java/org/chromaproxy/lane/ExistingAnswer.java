package org.chromaproxy.lane;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.CreateScan;
import org.chromaproxy.scan.PlainCreate;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a create whose name the catalog knows: a refusal, or for a get-or-create what an instance says of the
 * collection. One that cannot say holds up nobody for long: the next that holds it is asked, then the create is refused.
 */
final class ExistingAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(ExistingAnswer.class);
    private static final LaneState ASKING = new LaneState.Asking("the collection that has the name is read");
    private static final long LOOKUP_MS = 5_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Lanes lanes;
    private final CatalogSteps steps;
    private long asked;
    private long since;

    ExistingAnswer(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    Plan plan(Lane lane, Write write, CollectionEntry entry) {
        byte[] body = write.body();
        if (body == null) {
            // Re-read only to learn whether it was get-or-create.
            return Plan.create(write);
        }
        Optional<CreateScan.Body> create = CreateScan.of(body);
        boolean again = asked == write.lsn();
        if (!again) {
            asked = write.lsn();
            since = lanes.io().nanoTime();
        }
        if (again || PlainCreate.of(body)) {
            answer(lane, write, entry, create);
        } else {
            // Chroma reads and checks all of it before it looks whether the name is taken.
            steps.rehearse(lane, write, Rehearsal.create(body), () -> answer(lane, write, entry, create));
        }
        return Plan.WAIT;
    }

    private void answer(Lane lane, Write write, CollectionEntry entry, Optional<CreateScan.Body> create) {
        new Question(
                        lane,
                        write,
                        entry,
                        create.map(CreateScan.Body::getOrCreate).orElse(false))
                .next();
    }

    /** One round of asking those that hold it. */
    private final class Question {
        private final Lane lane;
        private final Write write;
        private final CollectionEntry entry;
        private final Iterator<Lane> holders;
        private final boolean getOrCreate;
        private boolean lost = true;

        Question(Lane lane, Write write, CollectionEntry entry, boolean getOrCreate) {
            this.getOrCreate = getOrCreate;
            this.lane = lane;
            this.write = write;
            this.entry = entry;
            // The lane that decides has applied everything before this record, of the catalog's; not of the
            // collection's.
            this.holders = lanes.lanes().stream()
                    .filter(this::canTell)
                    .sorted(Comparator.comparing(each -> each != lane))
                    .iterator();
            // One that cannot be asked may hold it.
            lost = lanes.lanes().stream().allMatch(each -> canTell(each) || !holds(each));
        }

        private boolean canTell(Lane each) {
            return each.instance.usable() && (write.recovered() ? holds(each) : describes(each));
        }

        private boolean describes(Lane each) {
            return entry.describedBy(each.instance, steps.catalog().gate());
        }

        private boolean holds(Lane each) {
            return entry.place(each.instance)
                    .filter(place -> place.state() != PlaceState.DIVERGED)
                    .isPresent();
        }

        void next() {
            lane.occupy(ASKING);
            if (!holders.hasNext()) {
                nobody();
                return;
            }
            Lane source = holders.next();
            lookup(source, lane, write, entry.path(), answer -> heard(source, answer), () -> {
                lost = false;
                goOn();
            });
        }

        private void heard(Lane source, UpstreamResponse answer) {
            if (lanes.overtaken(lane, write)) {
                return;
            }
            Optional<CollectionHead> head = CollectionJson.head(answer.body());
            boolean same = answer.success()
                    && head.flatMap(known -> CollectionIds.parse(known.id()))
                            .equals(entry.place(source.instance).map(Place::instanceId));
            if (same && !getOrCreate) {
                taken();
                return;
            }
            if (same) {
                UuidSwap.swapAt(answer.body(), head.orElseThrow().idStart(), entry.publicId());
                steps.complete(lane, write, List.of(), WriteResult.of(answer));
                return;
            }
            lost &= Verdict.ofRead(answer) == Verdict.MISSING;
            next();
        }

        private void goOn() {
            if (!lanes.overtaken(lane, write)) {
                next();
            }
        }

        /** That it is gone, not only renamed, and that it is the server who says so: its id is asked for, and its database. */
        private void confirm(Iterator<Lane> toAsk) {
            if (!toAsk.hasNext()) {
                LOG.error(
                        "{} is on no instance any more: it was deleted behind the proxy's back. Its name is free.",
                        entry);
                steps.deleteFirst(lane, write, List.of(entry));
                return;
            }
            Lane holder = toAsk.next();
            Mapping.Path path = entry.path();
            UUID id = entry.place(holder.instance).orElseThrow().instanceId();
            ask(holder, ChromaPaths.records(path, id, "count"))
                    .thenCombine(
                            ask(holder, ChromaPaths.database(path.tenant(), path.database())),
                            (count, database) -> Verdict.ofRead(count) == Verdict.MISSING
                                    && Verdict.ofRead(database) == Verdict.APPLIED)
                    .whenComplete((gone, error) -> lanes.guarded(lane, write, () -> {
                        if (lanes.overtaken(lane, write)) {
                            return;
                        }
                        if (Boolean.TRUE.equals(gone)) {
                            confirm(toAsk);
                        } else {
                            contradicted();
                        }
                    }));
        }

        private void contradicted() {
            lane.free();
            if (!getOrCreate) {
                taken();
                return;
            }
            String message =
                    "Collection [" + entry.path().name() + "] exists, but no instance holds it under that name: it was"
                            + " changed behind the proxy's back. Nothing was changed;"
                            + " delete it and create it again, or repair it.";
            lanes.refuse(lane, write, WriteResult.of(ProxyError.WRITE_FAILED, message));
        }

        private void taken() {
            String message = "Collection [" + entry.path().name() + "] already exists";
            lanes.refuse(lane, write, WriteResult.json(409, Json.error("ChromaError", message)));
        }

        private void nobody() {
            lane.free();
            if (lost) {
                lane.occupy(ASKING);
                confirm(lanes.lanes().stream().filter(this::holds).iterator());
            } else if (!getOrCreate) {
                // As far as anybody can tell.
                taken();
            } else if (lanes.io().nanoTime() - since > PATIENCE_NANOS) {
                String message = "Collection [" + entry.path().name() + "] exists, but no instance that holds it can be"
                        + " asked now. Nothing was changed; retry later, as a new transaction.";
                lanes.refuse(lane, write, WriteResult.of(ProxyError.NO_INSTANCE, message));
            } else {
                lanes.pause(lane, "nobody could be asked for " + entry);
            }
        }
    }

    /** Asks that lane's instance for a collection by name; the record at {@code lane}'s head waits for the answer. */
    void lookup(
            Lane source, Lane lane, Write write, Mapping.Path path, Consumer<UpstreamResponse> found, Runnable failed) {
        ask(source, ChromaPaths.collection(path))
                .whenComplete((answer, error) -> lanes.guarded(lane, write, () -> {
                    if (answer == null) {
                        failed.run();
                    } else {
                        found.accept(answer);
                    }
                }));
    }

    private CompletableFuture<UpstreamResponse> ask(Lane source, String path) {
        return lanes.io().send(source.instance, UpstreamRequest.get(path), LOOKUP_MS);
    }
}
