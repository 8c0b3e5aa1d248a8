package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.OpKind;

/**
 * A harmless write to a collection on one instance: it deletes, or updates, an id that no client uses. Answered as Chroma does, it shows
 * that the instance itself takes writes to that collection, and, as Chroma applies writes one after the other, that those
 * sent before it have had their effect or never will. Confined to the group's loop.
 */
final class Barrier {
    private static final long TIMEOUT_MS = 10_000;
    /** An update of an id that is not there changes nothing. */
    private static final String NOBODY = "{\"ids\":[\"" + Dimension.RESERVED_ID + "\"],\"documents\":[\"-\"]}";

    private static final String NOTHING = "{\"ids\":[\"" + Dimension.RESERVED_ID + "\"]}";

    private final LaneIo io;
    private final CollectionEntry entry;

    Barrier(LaneIo io, CollectionEntry entry) {
        this.io = io;
        this.entry = entry;
    }

    /** Whether that write was applied there; false also where it has no place or gives no answer. Completes on the loop. */
    CompletableFuture<Boolean> pass(Lane lane) {
        Optional<UUID> id = entry.place(lane.instance).map(Place::instanceId);
        if (id.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        return write(lane, id.get(), OpKind.DELETE, NOTHING)
                .thenCompose(passed -> passed
                        ? CompletableFuture.completedFuture(true)
                        // It may be deletes of the collection that fail.
                        : write(lane, id.get(), OpKind.UPDATE, NOBODY));
    }

    private CompletableFuture<Boolean> write(Lane lane, UUID id, OpKind kind, String body) {
        String path = ChromaPaths.records(entry.path(), id, kind.name().toLowerCase(Locale.ROOT));
        return send(lane, UpstreamRequest.json(HttpMethod.POST.name(), path, body))
                .thenApply(answer -> answer.filter(there -> Verdict.of(kind, there) == Verdict.APPLIED)
                        .isPresent());
    }

    /**
     * Whether what that instance last said to the record is its own word, and not that of something on the way to it: of a
     * collection it says it does not have, that it does not know its name either; else, that it takes other writes to it.
     */
    void prove(Lane lane, Write write, Consumer<Boolean> told) {
        UpstreamResponse last = lane.attempts().answer();
        boolean missing = last != null && Verdict.of(write.kind(), last) == Verdict.MISSING;
        (missing ? lacks(lane) : pass(lane)).thenAccept(told);
    }

    private CompletableFuture<Boolean> lacks(Lane lane) {
        return send(lane, UpstreamRequest.get(ChromaPaths.collection(entry.path())))
                .thenApply(answer -> answer.filter(there -> lacks(lane, there)).isPresent());
    }

    private boolean lacks(Lane lane, UpstreamResponse answer) {
        if (!answer.success()) {
            return Verdict.ofRead(answer) == Verdict.MISSING;
        }
        Optional<UUID> id =
                CollectionJson.head(answer.body()).map(CollectionHead::id).flatMap(CollectionIds::parse);
        return id.isPresent() && !id.equals(entry.place(lane.instance).map(Place::instanceId));
    }

    private CompletableFuture<Optional<UpstreamResponse>> send(Lane lane, UpstreamRequest request) {
        return io.send(lane.instance, request, TIMEOUT_MS).handle((answer, error) -> Optional.ofNullable(answer));
    }
}
