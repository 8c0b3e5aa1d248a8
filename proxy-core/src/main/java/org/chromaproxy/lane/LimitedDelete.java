package org.chromaproxy.lane;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.scan.DeleteBody;
import org.chromaproxy.scan.DeleteScan;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A delete with a limit takes the first matches in an instance's internal order, so repeating it, or sending it to another
 * instance, deletes others. The lane therefore asks its leader for the matching ids, commits that list, and every
 * instance deletes exactly these.
 *
 * <p>Before that it asks, by requests that change nothing, whether the leader would execute the delete as it stands: what the
 * leader would refuse is refused in its words; a leader that knows no limits would delete all matches, so the limit is taken
 * out.
 */
final class LimitedDelete {
    private static final Logger LOG = LoggerFactory.getLogger(LimitedDelete.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TIMEOUT_MS = 60_000;
    private static final int NOT_FOUND = 404;
    private static final String DELETE = "delete";
    private static final String GET = "get";
    /** The id of no collection: servers make random ones, and the proxy makes time-ordered ones. */
    private static final UUID NOWHERE = UUID.fromString("00000000-0000-4000-8000-000000000000");
    /** Refused (400) by servers that know limits; deletes nothing on the others. */
    private static final byte[] LIMIT_OF_NOTHING = "{\"limit\":0}".getBytes(StandardCharsets.US_ASCII);

    private final Lanes group;
    private final LaneSemantics semantics;
    private final CollectionEntry entry;

    LimitedDelete(Lanes group, LaneSemantics semantics, CollectionEntry entry) {
        this.group = group;
        this.semantics = semantics;
        this.entry = entry;
    }

    /** Starts resolving if the delete may have a limit; the lane is busy until what is to be sent is committed. */
    boolean resolve(Lane lane, Write write, byte[] body) {
        DeleteBody delete = DeleteScan.of(body);
        if (!delete.mayBeLimited(body)) {
            return false;
        }
        UUID id = entry.place(lane.instance).orElseThrow().instanceId();
        new Resolving(lane, write, body, delete, id).askWhetherItIsRead();
        return true;
    }

    /** One delete on its way to the list of its matches, question by question. */
    private final class Resolving {
        private final Lane lane;
        private final Write write;
        private final byte[] body;
        private final DeleteBody delete;
        private final UUID id;

        Resolving(Lane lane, Write write, byte[] body, DeleteBody delete, UUID id) {
            this.lane = lane;
            this.write = write;
            this.body = body;
            this.delete = delete;
            this.id = id;
        }

        /** A server reads a body before it looks for the collection: where there is none, it refuses what it cannot read. */
        void askWhetherItIsRead() {
            ask(NOWHERE, DELETE, body, answer -> {
                switch (verdict(DELETE, answer)) {
                    case MISSING, APPLIED -> {
                        if (delete.understood()) {
                            askWhetherLimitsAreKnown();
                        } else {
                            group.refuse(lane, write, notUnderstood());
                        }
                    }
                    default -> refuse(answer);
                }
            });
        }

        private void askWhetherLimitsAreKnown() {
            ask(id, DELETE, LIMIT_OF_NOTHING, answer -> {
                switch (verdict(DELETE, answer)) {
                    case REFUSED -> askWhetherItIsAccepted();
                    case APPLIED -> commit(lane, write, delete.withoutLimit(body));
                    default -> refuse(answer);
                }
            });
        }

        private void askWhetherItIsAccepted() {
            if (delete.limit().isEmpty()) {
                group.refuse(lane, write, notUnderstood());
                return;
            }
            ask(id, DELETE, delete.withoutEffect(body), answer -> {
                if (answer.success()) {
                    askForMatches();
                } else {
                    refuse(answer);
                }
            });
        }

        private void askForMatches() {
            ask(id, GET, delete.resolvingGet(body), answer -> {
                if (answer.success()) {
                    list(lane, write, answer);
                } else {
                    refuse(answer);
                }
            });
        }

        private void refuse(UpstreamResponse answer) {
            if (answer.status() == NOT_FOUND) {
                semantics.missing(lane, write, answer);
            } else {
                group.refuse(lane, write, WriteResult.of(answer));
            }
        }

        private void ask(UUID collection, String operation, byte[] question, Consumer<UpstreamResponse> then) {
            lane.occupy(new LaneState.Asking("the matches of a delete with a limit are asked for"));
            String path = ChromaPaths.records(entry.path(), collection, operation);
            DefaultHttpHeaders headers = new DefaultHttpHeaders();
            headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
            UpstreamRequest request = new UpstreamRequest("POST", path, headers, question);
            lane.transmits();
            group.io()
                    .send(lane.instance, request, TIMEOUT_MS)
                    .whenComplete((answer, error) -> group.guarded(lane, write, () -> {
                        if (answer != null) {
                            lane.attempts().survived();
                        } else if (!UpstreamException.neverSent(error)) {
                            lane.attempts().cutOff(write);
                        }
                        if (!tooLate()) {
                            lane.free();
                            heard(operation, answer, error, then);
                        }
                    }));
        }

        /** Another lane decides the record, or has resolved it meanwhile: its list stands. */
        @SuppressWarnings("ReferenceEquality") // A resolution replaces the body, be it by an equal one.
        private boolean tooLate() {
            if (group.overtaken(lane, write)) {
                return true;
            }
            boolean resolved = write.body() != body;
            if (resolved) {
                lane.free();
                group.pump(lane);
            }
            return resolved;
        }

        private void heard(
                String operation,
                @Nullable UpstreamResponse answer,
                @Nullable Throwable error,
                Consumer<UpstreamResponse> then) {
            Verdict verdict = answer == null ? Verdict.FAULT : verdict(operation, answer);
            if (UpstreamException.neverSent(error)) {
                group.pause(lane, "its matches could not be asked for: " + error);
            } else if (verdict == Verdict.BUSY) {
                group.busy(lane, write, "it is too busy to find the matches of record " + write.lsn());
            } else if (answer == null || verdict == Verdict.FAULT || verdict == Verdict.UNRECOGNIZED) {
                String why = answer == null ? String.valueOf(error) : answer.status() + ": " + answer.brief();
                group.fault(lane, write, "its matches could not be read: " + why);
            } else {
                then.accept(answer);
            }
        }
    }

    private static Verdict verdict(String operation, UpstreamResponse answer) {
        if (operation.equals(DELETE)) {
            return Verdict.of(OpKind.DELETE, answer);
        }
        Verdict verdict = Verdict.ofRead(answer);
        boolean matches =
                verdict == Verdict.APPLIED && answer.tree().path("ids").isArray();
        return verdict == Verdict.APPLIED && !matches ? Verdict.UNRECOGNIZED : verdict;
    }

    private static WriteResult notUnderstood() {
        return WriteResult.of(
                ProxyError.BODY_NOT_UNDERSTOOD,
                "The delete was not understood, and may have a limit, so that it could not be repeated safely."
                        + " Nothing was executed.");
    }

    private void list(Lane lane, Write write, UpstreamResponse answer) {
        try {
            JsonNode ids = ClientJson.tree(answer.body()).path("ids");
            ObjectNode delete = JSON.createObjectNode();
            // Chroma refuses an empty list.
            delete.set("ids", ids.isEmpty() ? JSON.createArrayNode().add(Dimension.RESERVED_ID) : ids);
            LOG.debug("{}: delete {} with a limit resolved to {} records", entry, write.lsn(), ids.size());
            commit(lane, write, JSON.writeValueAsBytes(delete));
        } catch (JacksonException e) {
            group.fault(lane, write, "its matches are not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every instance is sent this instead, once it is durable; or what was stored for the record before. */
    private void commit(Lane lane, Write write, byte[] repeatable) {
        lane.occupy(new LaneState.Committing("the matches of a delete with a limit are made durable"));
        LaneServices services = group.services();
        services.log()
                .submit(
                        List.of(new Change.Resolution(write.lsn(), repeatable)),
                        true,
                        () -> services.bodies()
                                .load(write.lsn(), group.io())
                                .whenComplete((stored, error) -> group.io()
                                        .execute(() ->
                                                group.guarded(lane, write, () -> stored(lane, write, stored, error)))));
    }

    private void stored(Lane lane, Write write, byte @Nullable [] stored, @Nullable Throwable error) {
        if (lane.head() != write || lane.detached()) {
            return;
        }
        lane.free();
        if (stored == null) {
            group.pause(lane, "its list of matches cannot be read from the log: " + error);
            return;
        }
        replace(write, stored);
        group.pump(lane);
    }

    /** What the client is told: the id that stands for none is not counted. */
    WriteResult told(Write write, UpstreamResponse answer) {
        boolean none =
                write.footprint() instanceof Footprint.Ids named && named.ids().equals(List.of(Dimension.RESERVED_ID));
        if (!none || write.kind() != OpKind.DELETE) {
            return WriteResult.of(answer);
        }
        String nothing = answer.text().contains("deleted") ? "{\"deleted\":0}" : "{}";
        return WriteResult.json(200, nothing.getBytes(StandardCharsets.UTF_8));
    }

    private void replace(Write write, byte[] repeatable) {
        group.services().stats().freed(write.dropBody());
        group.services().stats().held(repeatable.length);
        write.body(repeatable);
        write.footprint(Footprints.of(write.kind(), repeatable));
    }
}
