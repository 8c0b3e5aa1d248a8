package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** Records reach a collection's lanes in the order of the log, whatever becomes of the lanes meanwhile. */
class LaneRegistryTest {
    private static final UUID ID = UUID.randomUUID();

    private final HandLoop loop = new HandLoop();
    private final NoLog log = new NoLog();
    private final Instances instances =
            new Instances(List.of(new Instance("primary", 0, URI.create("http://127.0.0.1:1"))));
    private final Catalog catalog = new Catalog(instances, Set.of());
    private final LaneRegistry lanes = new LaneRegistry(List.of(loop), services(), new RestoredLanes(instances));

    /** A loop whose tasks the test runs, in the order that it wants. */
    private static final class HandLoop implements LaneIo {
        private final Deque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }

        /** As if it had been under way when those before it were queued. */
        void runLastFirst() {
            tasks.removeLast().run();
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void schedule(Runnable task, long delay, TimeUnit unit) {}

        @Override
        public void repeat(Runnable task, long pause, TimeUnit unit) {}

        @Override
        public long random(long bound) {
            return 0;
        }

        @Override
        public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
            throw new UnsupportedOperationException("nothing is in use");
        }

        @Override
        public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
            throw new UnsupportedOperationException("nothing is in use");
        }

        @Override
        public void reset(Instance instance) {}

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }

    /** Takes no records, and keeps in mind what is to change. */
    private static final class NoLog implements WriteAheadLog {
        private final List<Change> changes = new ArrayList<>();

        @Override
        public Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
            return Optional.empty();
        }

        @Override
        public void submit(List<? extends Change> submitted, boolean urgent, ChangeListener listener) {
            changes.addAll(submitted);
        }

        @Override
        public LogState state() {
            return LogState.OPEN;
        }

        @Override
        public long batchBegunNanos() {
            return 0;
        }

        @Override
        public long durableLsn() {
            return 0;
        }
    }

    private LaneServices services() {
        LaneServices.Storage storage = new LaneServices.Storage(
                log,
                (at, io) -> CompletableFuture.failedFuture(new IllegalStateException()),
                (lane, after, records, bytes, io) -> CompletableFuture.completedFuture(List.of()),
                () -> true);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20), new CatchUp(instances, 1), () -> new MergeBounds(1, 1), () -> 0);
        LaneServices.Doubt doubt = new LaneServices.Doubt(
                (id, leader, others, touched) -> CompletableFuture.failedFuture(new IllegalStateException()),
                () -> 30_000);
        return new LaneServices(storage, catalog, instances, work, doubt);
    }

    private static Write write(long lsn) {
        byte[] body = "{\"ids\":[\"a\"]}".getBytes(StandardCharsets.UTF_8);
        Subject subject = new Subject(ID, ID, "t", "d", "c", "");
        NewRecord content = new NewRecord(
                OpKind.DELETE, subject, new WriteRequest("POST", "/", "application/json", body), Optional.empty());
        LogRecord record = new LogRecord(lsn, Instant.EPOCH, content, body.length);
        return Write.fresh(record, new Footprint.Everything("of a test"), EmptyHttpHeaders.INSTANCE);
    }

    private List<Long> queued() {
        List<Long> queued = new ArrayList<>();
        lanes.onGroup(
                ID,
                group -> group.group().lanes().getFirst().queue.forEach(write -> queued.add(write.lsn())),
                () -> {});
        loop.runAll();
        return queued;
    }

    /** The lanes are let go of between two records, the first of which is on its way to them already. */
    @Test
    void aRecordOnItsWayToLanesThatAreLetGoOfIsNotOvertaken() {
        catalog.put(new Mapping(
                ID,
                new Mapping.Path("t", "d", "c"),
                1,
                0,
                Instant.EPOCH,
                Map.of("primary", new Mapping.Place(UUID.randomUUID(), Mapping.PlaceState.READY, ""))));
        lanes.onGroup(ID, group -> {}, () -> {});
        loop.runAll();
        lanes.offer(write(2));
        lanes.forget(ID);
        loop.runLastFirst();
        lanes.offer(write(3));
        loop.runAll();
        assertEquals(List.of(2L, 3L), queued());
    }

    @Test
    void aRecordWhoseCollectionWentBeforeAnybodyDecidedItIsToldAsRefused() {
        lanes.leftBehind(7);
        Change.Outcome outcome = assertInstanceOf(Change.Outcome.class, log.changes.getFirst());
        assertEquals(7, outcome.lsn());
        assertEquals(TransactionState.FAILED, outcome.state());
        assertEquals(404, outcome.status());
    }
}
