package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chroma fixes the dimension of a fresh collection even in an add that it then refuses (seen on 1.0.5). Followers, which
 * never see a refused write, then get the dimension by a logged update of an id that does not exist. Confined to the
 * group's loop.
 */
final class Dimension {
    /** An id no client uses; the update that carries it changes no record. */
    static final String RESERVED_ID = "chroma-proxy:dimension";

    private static final Logger LOG = LoggerFactory.getLogger(Dimension.class);
    private static final long TIMEOUT_MS = 5_000;
    private static final long RETRY_MS = 1_000;

    private final Lanes group;
    private final CollectionEntry entry;
    /** Records that the log's queue has still to take. */
    private int waiting;

    Dimension(Lanes group, CollectionEntry entry) {
        this.group = group;
        this.entry = entry;
    }

    /** Looks whether the refusal fixed the dimension, passes it on if so, then continues. The lane waits. */
    void afterRefusal(Lane lane, Write write, Runnable next) {
        lane.occupy(new LaneState.Asking("the collection's dimension is read, which a refused write may have fixed"));
        UpstreamRequest request = UpstreamRequest.get(ChromaPaths.collection(entry.path()));
        group.io()
                .send(lane.instance, request, TIMEOUT_MS)
                .whenComplete((answer, error) -> group.guarded(lane, write, () -> {
                    if (group.overtaken(lane, write)) {
                        return;
                    }
                    lane.free();
                    if (answer != null && answer.success()) {
                        Optional<CollectionHead> head = CollectionJson.head(answer.body());
                        OptionalInt now = head.map(CollectionHead::dimension).orElse(OptionalInt.empty());
                        // 1.0.5 shows 0 where an update had an embedding without numbers: nothing that another could
                        // take.
                        now.stream().filter(dimension -> dimension > 0).forEach(this::passOn);
                    }
                    next.run();
                }));
    }

    private void passOn(int dimension) {
        LOG.info("{}: a refused write fixed the dimension at {}; the followers are told", entry, dimension);
        String zeros = "0,".repeat(dimension - 1) + "0";
        String body = "{\"ids\":[\"" + RESERVED_ID + "\"],\"embeddings\":[[" + zeros + "]]}";
        Subject subject = new Subject(
                entry.publicId(),
                entry.publicId(),
                entry.path().tenant(),
                entry.path().database(),
                entry.path().name(),
                "");
        WriteRequest request = new WriteRequest(
                "POST",
                ChromaPaths.records(entry.path(), entry.publicId(), "update"),
                "application/json",
                body.getBytes(StandardCharsets.UTF_8));
        NewRecord record = new NewRecord(OpKind.UPDATE, subject, request, Optional.empty());
        waiting++;
        append(record);
    }

    /** Tries until the log's queue takes it: a follower without it, once it leads, would take another dimension. */
    private void append(NewRecord record) {
        if (entry.deletedLsn() == 0
                && group.services().log().append(record, told(record)).isEmpty()) {
            group.io().schedule(() -> append(record), RETRY_MS, TimeUnit.MILLISECONDS);
        } else {
            waiting--;
        }
    }

    /** Whether the log's queue has taken all that the followers are to be told. */
    boolean isQueued() {
        return waiting == 0;
    }

    private AppendListener told(NewRecord record) {
        return new AppendListener() {
            @Override
            public void committed(LogRecord committed) {
                group.io()
                        .execute(() -> group.offer(Write.fresh(
                                committed,
                                Footprints.of(OpKind.UPDATE, record.request().body()),
                                EmptyHttpHeaders.INSTANCE)));
            }

            @Override
            public void duplicate(long lsn, boolean sameRequest) {}

            @Override
            public void unknown(String reason) {
                failed(reason);
            }

            @Override
            public void failed(String reason) {
                LOG.warn("{}: the followers could not be told the dimension: {}", entry, reason);
            }
        };
    }
}
