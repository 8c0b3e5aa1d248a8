package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

/** However many collections have something in the log for a server, their lanes are in memory a few at a time. */
class ManyLanesTest {
    private static final int COLLECTIONS = 20_000;
    /** Above all those that were done within the second or two until it is seen that nobody needs them. */
    private static final int FEW = COLLECTIONS / 10;

    private static final byte[] BODY = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}".getBytes(StandardCharsets.UTF_8);

    private final VirtualLoop loop = new VirtualLoop();
    private final Instances instances = new Instances(List.of(
            new Instance("primary", 0, URI.create("http://127.0.0.1:1")),
            new Instance("replica", 1, URI.create("http://127.0.0.1:2"))));
    private final Catalog catalog = new Catalog(instances, Set.of());
    private final Map<UUID, LoggedRecord> logged = new HashMap<>();
    /** By instance: how often each path was written to. */
    private final Map<String, Map<String, Integer>> executed = new HashMap<>();

    private int mostInMemory;
    private long witnesses;
    private int comparisons;
    private int failingComparisons;
    private final CatchUp turns = new CatchUp(instances, 8);

    /** One thread, whose time goes on to the next task. */
    private final class VirtualLoop implements LaneIo {
        private record Task(long at, long order, Runnable action) {}

        private final PriorityQueue<Task> tasks =
                new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
        private long now = TimeUnit.HOURS.toNanos(1);
        private long order;

        /** Runs what is due until then. */
        void run(long seconds) {
            long end = now + TimeUnit.SECONDS.toNanos(seconds);
            while (!tasks.isEmpty() && tasks.element().at() <= end) {
                Task next = tasks.remove();
                now = Math.max(now, next.at());
                next.action().run();
                mostInMemory = Math.max(mostInMemory, lanes().inMemory());
            }
            now = end;
        }

        @Override
        public void execute(Runnable task) {
            schedule(task, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void schedule(Runnable task, long delay, TimeUnit unit) {
            tasks.add(new Task(now + unit.toNanos(delay), order++, task));
        }

        @Override
        public void repeat(Runnable task, long pause, TimeUnit unit) {
            schedule(
                    () -> {
                        task.run();
                        repeat(task, pause, unit);
                    },
                    pause,
                    unit);
        }

        @Override
        public long random(long bound) {
            return 0;
        }

        @Override
        public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
            CompletableFuture<UpstreamResponse> answer = new CompletableFuture<>();
            schedule(() -> execute(instance, request, answer), 2, TimeUnit.MILLISECONDS);
            return answer;
        }

        private void execute(Instance instance, UpstreamRequest request, CompletableFuture<UpstreamResponse> answer) {
            if (!instance.usable()) {
                answer.completeExceptionally(new UpstreamException("it is away", true));
                return;
            }
            if (!request.method().equals("GET")) {
                executed.computeIfAbsent(instance.name(), name -> new HashMap<>())
                        .merge(request.uri(), 1, Integer::sum);
            }
            String body = "{}";
            if (request.uri().endsWith("/collections_count")) {
                body = String.valueOf(COLLECTIONS);
            } else if (request.uri().endsWith("/get")) {
                body = "{\"ids\":[],\"metadatas\":[]}";
            }
            answer.complete(new UpstreamResponse(
                    200,
                    new DefaultHttpHeaders().set("content-type", "application/json"),
                    body.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
            return send(instance, request, timeoutMs);
        }

        @Override
        public void reset(Instance instance) {}

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(now);
        }
    }

    /** Everything is durable in a moment. */
    private final class QuickLog implements WriteAheadLog {
        @Override
        public Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
            return Optional.empty();
        }

        @Override
        public void submit(List<? extends Change> changes, boolean urgent, ChangeListener listener) {
            loop.schedule(listener::durable, urgent ? 1 : 50, TimeUnit.MILLISECONDS);
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
            return Long.MAX_VALUE;
        }
    }

    private LaneRegistry registry;

    private LaneRegistry lanes() {
        return registry;
    }

    /** Collections that both servers hold, each with a record that the primary has applied and the replica has not. */
    private ManyLanesTest() {
        RestoredLanes restored = new RestoredLanes(instances);
        restored.add(new Change.Cursor(Subject.CATALOG, "primary", COLLECTIONS));
        restored.add(new Change.Cursor(Subject.CATALOG, "replica", COLLECTIONS));
        for (int i = 1; i <= COLLECTIONS; i++) {
            UUID id = UUID.randomUUID();
            catalog.put(new Mapping(
                    id,
                    new Mapping.Path("t", "d", "c" + i),
                    i,
                    0,
                    Instant.EPOCH,
                    Map.of(
                            "primary", new Mapping.Place(UUID.randomUUID(), Mapping.PlaceState.READY, ""),
                            "replica", new Mapping.Place(UUID.randomUUID(), Mapping.PlaceState.READY, ""))));
            long lsn = (long) COLLECTIONS + i;
            logged.put(id, new LoggedRecord(record(id, lsn), false, Optional.empty()));
            restored.add(new Change.Cursor(id, "primary", lsn));
        }
        LaneServices.Storage storage = new LaneServices.Storage(
                new QuickLog(),
                (at, io) -> CompletableFuture.completedFuture(BODY),
                (lane, after, records, bytes, io) -> CompletableFuture.completedFuture(page(lane, after)),
                () -> true);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20), turns, () -> new MergeBounds(1, 1), () -> 0);
        LaneServices.Doubt doubt = new LaneServices.Doubt((id, leader, others, touched) -> compared(), () -> 30_000);
        registry =
                new LaneRegistry(List.of(loop), new LaneServices(storage, catalog, instances, work, doubt), restored);
        loop.repeat(this::witness, 100, TimeUnit.MILLISECONDS);
        logged.forEach((id, record) -> registry.restore(
                id, new Backlog.Tail(1, BODY.length, record.record().lsn(), Instant.EPOCH)));
    }

    private List<LoggedRecord> page(UUID lane, long after) {
        return Optional.ofNullable(logged.get(lane)).stream()
                .filter(each -> each.record().lsn() > after)
                .toList();
    }

    private static LogRecord record(UUID id, long lsn) {
        Subject subject = new Subject(id, id, "t", "d", "c", "");
        String path = ChromaPaths.records(new Mapping.Path("t", "d", "c"), id, "upsert");
        NewRecord content = new NewRecord(
                OpKind.UPSERT, subject, new WriteRequest("POST", path, "application/json", BODY), Optional.empty());
        return new LogRecord(lsn, Instant.EPOCH, content, BODY.length);
    }

    private CompletableFuture<ReadBack.Found> compared() {
        comparisons++;
        if (comparisons <= failingComparisons) {
            throw new IllegalStateException("of a test");
        }
        return CompletableFuture.completedFuture(new ReadBack.Found(Map.of(), Set.of(), false));
    }

    /** Witnesses are put on the servers, as always: what was applied before need not be compared after an outage. */
    private void witness() {
        witnesses++;
        for (Instance instance : instances) {
            instance.witnessed(witnesses);
            instance.witnessing(witnesses + 1);
        }
    }

    private int writtenTo(String instance, int times) {
        return (int) executed.getOrDefault(instance, Map.of()).entrySet().stream()
                .filter(each -> each.getKey().endsWith("/upsert") && each.getValue() == times)
                .count();
    }

    @Test
    void whatAServerMissedIsExecutedOnceWithFewLanesInMemory() {
        instances.get(0).become(InstanceState.UP, "");
        registry.start();
        loop.run(5);
        instances.get(1).become(InstanceState.UP, "");
        loop.run(40);
        assertEquals(COLLECTIONS, writtenTo("replica", 1));
        assertEquals(0, instances.get(1).pending().records());
        assertTrue(mostInMemory <= FEW, "in memory: " + mostInMemory);
        assertEquals(0, registry.inMemory());
    }

    /** It comes and goes, and all of them wait for it anew each time. What was in doubt is compared, though the proxy fails at first. */
    @Test
    void aServerThatIsLostAgainAndAgainLeavesFewLanesInMemory() {
        failingComparisons = 20;
        instances.get(0).become(InstanceState.UP, "");
        registry.start();
        for (int i = 0; i < 5; i++) {
            instances.get(1).become(InstanceState.UP, "");
            loop.run(1);
            instances.get(1).become(InstanceState.DOWN, "a test");
            loop.run(1);
        }
        instances.get(1).become(InstanceState.UP, "");
        loop.run(40);
        assertEquals(COLLECTIONS, writtenTo("replica", 1) + writtenTo("replica", 2));
        assertTrue(comparisons > failingComparisons, "compared: " + comparisons);
        assertEquals(0, turns.turns(instances.get(1)));
        assertEquals(0, instances.get(1).pending().records());
        assertTrue(mostInMemory <= FEW, "in memory: " + mostInMemory);
    }

    /** Its lanes on the replica have to apply what comes before the deletion there. */
    @Test
    void aDatabaseIsDeletedWithFewLanesInMemory() {
        instances.get(0).become(InstanceState.UP, "");
        registry.start();
        loop.run(5);
        long lsn = 3L * COLLECTIONS;
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, "t", "d", "", "");
        String path = ChromaPaths.database("t", "d");
        NewRecord content = new NewRecord(
                OpKind.DELETE_DATABASE,
                subject,
                new WriteRequest("DELETE", path, "application/json", new byte[0]),
                Optional.empty());
        Write deletion = Write.fresh(
                new LogRecord(lsn, Instant.EPOCH, content, 0),
                new Footprint.Everything("of a test"),
                EmptyHttpHeaders.INSTANCE);
        registry.offer(deletion);
        instances.get(1).become(InstanceState.UP, "");
        // Each is asked for records that Chroma would leave behind.
        loop.run(120);
        assertTrue(deletion.result().isDone());
        assertEquals(200, deletion.result().join().status());
        for (Instance instance : instances) {
            assertEquals(1, executed.getOrDefault(instance.name(), Map.of()).get(path));
        }
        assertEquals(0, catalog.size());
        assertEquals(0, catalog.tombstones().size());
        assertTrue(mostInMemory <= FEW, "in memory: " + mostInMemory);
        assertEquals(0, registry.inMemory());
    }
}
