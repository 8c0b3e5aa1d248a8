package org.chromaproxy.lane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.ListedArrays;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/**
 * Deletes, from a collection that nobody can reach any more, the records that have array-valued metadata: Chroma 1.5.9 would
 * leave that behind with the collection, for records to come. Interrupted, it is simply begun anew. Every delete is logged
 * before it is sent. Confined to the catalog lanes' loop.
 */
final class ArrayPurge {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FIRST_PAGE = 16;
    private static final int LARGEST_PAGE = 500;
    private static final int FACTOR = 4;
    /** A page of fewer bytes is followed by a larger one, one of many more by a smaller one: metadata may be megabytes. */
    private static final int WANTED_BYTES = 1 << 20;
    /** Of each server's answer: all of them may be purged at once. */
    private static final int HELD_BYTES =
            (int) Math.min(64 << 20, Math.max(8 << 20, Runtime.getRuntime().maxMemory() / 16));

    private static final long READ_MS = 60_000;
    /** Nobody can reach the collection: whatever is executed later does no harm. */
    private static final long WRITE_MS = 600_000;

    private static final long RETRY_MS = 1_000;
    /** A server that fails so often to read a collection will not do so before long. */
    private static final int MAX_FAILURES = 10;

    private static final byte[] NO_BODY = {};

    private final Lanes lanes;
    private final Instance instance;
    private final Mapping.Path path;
    private final UUID instanceId;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private int limit = FIRST_PAGE;
    private int offset;
    private int failures;

    private ArrayPurge(Lanes lanes, Instance instance, Mapping.Path path, UUID instanceId) {
        this.lanes = lanes;
        this.instance = instance;
        this.path = path;
        this.instanceId = instanceId;
    }

    /** Completes on the loop; exceptionally if it cannot be done now. */
    static CompletableFuture<Boolean> of(Lanes lanes, Instance instance, Mapping.Path path, UUID instanceId) {
        ArrayPurge purge = new ArrayPurge(lanes, instance, path, instanceId);
        purge.page();
        return purge.done;
    }

    private void page() {
        ObjectNode query = JSON.createObjectNode().put("limit", limit).put("offset", offset);
        query.putArray("include").add("metadatas");
        String uri = ChromaPaths.records(path, instanceId, "get");
        lanes.io()
                .sendWithin(instance, UpstreamRequest.json("POST", uri, bytes(query)), READ_MS, HELD_BYTES)
                .whenComplete((answer, error) -> guarded(() -> {
                    if (answer == null && limit > 1 && UpstreamException.isTooLarge(error)) {
                        limit = Math.max(1, limit / FACTOR);
                        page();
                    } else if (answer == null && UpstreamException.isTooLarge(error)) {
                        // One record that cannot be held: it is let go of with all that its records have.
                        done.complete(true);
                    } else if (answer == null) {
                        throw new IllegalStateException("its records cannot be read: " + error);
                    } else if (cannotBeRead(answer)) {
                        done.complete(true);
                    } else if (Verdict.ownFailure(answer) && failures < MAX_FAILURES) {
                        failures++;
                        lanes.io().schedule(this::page, RETRY_MS, TimeUnit.MILLISECONDS);
                    } else {
                        read(listed(answer), answer.body().length);
                    }
                }));
    }

    /** In the server's own words, at once or again and again: it is let go of with all that its records have. */
    private boolean cannotBeRead(UpstreamResponse answer) {
        Verdict verdict = Verdict.ofRead(answer);
        boolean fails = Verdict.ownFailure(answer) && failures == MAX_FAILURES;
        return verdict == Verdict.MISSING || verdict == Verdict.REFUSED || fails;
    }

    private static ListedArrays listed(UpstreamResponse answer) {
        try {
            if (answer.success()) {
                return ListedArrays.of(answer.body());
            }
        } catch (IOException e) {
            throw new IllegalStateException("its records are no records", e);
        }
        throw new IllegalStateException("it answered " + answer.brief());
    }

    private void read(ListedArrays page, int bytes) {
        ArrayNode doomed = JSON.createArrayNode();
        page.arrays().stream().forEach(i -> doomed.add(page.ids().get(i)));
        offset += page.ids().size() - doomed.size();
        boolean last = page.ids().size() < limit;
        if (bytes < WANTED_BYTES) {
            limit = Math.min(LARGEST_PAGE, limit * FACTOR);
        } else if (bytes > FACTOR * WANTED_BYTES) {
            limit = Math.max(1, limit / FACTOR);
        }
        if (doomed.isEmpty()) {
            next(last);
            return;
        }
        ObjectNode body = JSON.createObjectNode();
        body.set("ids", doomed);
        String uri = ChromaPaths.records(path, instanceId, "delete");
        write(lanes, instance, path, instanceId, UpstreamRequest.json("POST", uri, bytes(body)))
                .whenComplete((answer, error) -> guarded(() -> {
                    if (answer == null || !gone(OpKind.DELETE, answer)) {
                        throw new IllegalStateException(
                                "its records cannot be deleted: " + (answer == null ? error : answer.brief()));
                    }
                    next(last);
                }));
    }

    /** Whether the instance says that what was to be deleted is deleted, or was not there. */
    static boolean gone(OpKind kind, UpstreamResponse answer) {
        Verdict verdict = Verdict.of(kind, answer);
        return verdict == Verdict.APPLIED || verdict == Verdict.MISSING;
    }

    private void next(boolean last) {
        if (last) {
            done.complete(true);
        } else {
            page();
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    /** Deletes a collection that nobody can reach any more. */
    static CompletableFuture<UpstreamResponse> drop(Lanes lanes, Instance instance, Change.Purge purge) {
        Mapping.Path hidden = purge.hidden();
        UpstreamRequest request = UpstreamRequest.json("DELETE", ChromaPaths.collection(hidden), NO_BODY);
        return write(lanes, instance, hidden, purge.instanceId(), request);
    }

    /** Gives it, by its id, the name under which nobody can reach it. */
    static CompletableFuture<UpstreamResponse> putAside(Lanes lanes, Instance instance, Change.Purge purge) {
        return write(lanes, instance, purge.hidden(), purge.instanceId(), aside(purge));
    }

    /** What gives it that name. */
    static UpstreamRequest aside(Change.Purge purge) {
        Mapping.Path hidden = purge.hidden();
        String uri = ChromaPaths.collections(hidden.tenant(), hidden.database()) + "/" + purge.instanceId();
        ObjectNode body = JSON.createObjectNode().put("new_name", hidden.name());
        return UpstreamRequest.json("PUT", uri, bytes(body));
    }

    /** Logs a write for one instance, then sends it; completes on the loop with the answer. */
    private static CompletableFuture<UpstreamResponse> write(
            Lanes lanes, Instance instance, Mapping.Path path, UUID instanceId, UpstreamRequest request) {
        CompletableFuture<UpstreamResponse> answered = new CompletableFuture<>();
        // A lane of its own: none has to pass it.
        Subject subject =
                new Subject(instanceId, instanceId, path.tenant(), path.database(), path.name(), instance.name());
        WriteRequest logged = new WriteRequest(request.method(), request.uri(), "application/json", request.body());
        NewRecord record = new NewRecord(OpKind.REPAIR, subject, logged, Optional.empty());
        Runnable send = () -> lanes.io().send(instance, request, WRITE_MS).whenComplete((answer, error) -> {
            if (answer == null) {
                answered.completeExceptionally(new IllegalStateException(String.valueOf(error)));
            } else {
                answered.complete(answer);
            }
        });
        boolean queued = lanes.services()
                .log()
                .append(record, new Logged(lanes, send, answered))
                .isPresent();
        if (!queued) {
            answered.completeExceptionally(new IllegalStateException("the log's queue is full"));
        }
        return answered;
    }

    /**
     * Sends what is logged; on the loop.
     *
     * @param answered fails with what is not logged
     */
    private record Logged(Lanes lanes, Runnable send, CompletableFuture<UpstreamResponse> answered)
            implements AppendListener {
        @Override
        public void committed(LogRecord record) {
            lanes.io().execute(send);
        }

        @Override
        public void duplicate(long lsn, boolean sameRequest) {
            failed("a duplicate");
        }

        @Override
        public void failed(String reason) {
            lanes.io().execute(() -> answered.completeExceptionally(new IllegalStateException(reason)));
        }

        @Override
        public void unknown(String reason) {
            failed(reason);
        }
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new IllegalStateException("a tree that cannot be printed", e);
        }
    }
}
