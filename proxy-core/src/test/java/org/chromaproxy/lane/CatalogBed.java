package org.chromaproxy.lane;

import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** The catalog lanes of two servers, over a log that outlives them: {@link #crash} and {@link #start} as often as wanted. */
final class CatalogBed implements AutoCloseable {
    static final String TENANT = "t";
    static final String DATABASE = "d";
    /** Characters of the shortest name that the servers take. */
    static final int SHORTEST = 3;

    private static final LaneServices.Doubt NO_DOUBT = new LaneServices.Doubt(
            (id, leader, others, touched) -> CompletableFuture.failedFuture(new IllegalStateException()), () -> 30_000);

    /** What the servers executed and the log committed, in that order. */
    final List<String> events = new CopyOnWriteArrayList<>();

    final NamedServer primary = new NamedServer("primary", events);
    final NamedServer replica = new NamedServer("replica", events);
    final HeldLog log = new HeldLog(events);
    private long lsn;
    private EventLoops loops;
    private Instances instances;
    private Catalog catalog;
    private LaneRegistry lanes;

    CatalogBed() throws IOException {
        loops = new EventLoops(Transport.NIO, 1);
        instances = newInstances();
        catalog = new Catalog(instances, Set.of("global"));
        lanes = begin();
    }

    private Instances newInstances() {
        return new Instances(
                List.of(new Instance("primary", 0, primary.uri()), new Instance("replica", 1, replica.uri())));
    }

    /** The process ends. */
    void crash() {
        loops.close();
        log.crash();
        events.clear();
    }

    /** It starts again, with what the log and the servers hold. */
    void start() {
        loops = new EventLoops(Transport.NIO, 1);
        instances = newInstances();
        catalog = new Catalog(instances, Set.of("global"));
        lanes = begin();
    }

    private LaneRegistry begin() {
        instances.forEach(instance -> instance.become(InstanceState.UP, ""));
        log.mappings().forEach(catalog::put);
        log.others().forEach(this::restore);
        RestoredLanes restored = new RestoredLanes(instances);
        log.cursors().forEach(restored::add);
        log.leaders().forEach(restored::add);
        LaneServices.Storage storage = new LaneServices.Storage(
                log,
                (at, loop) -> CompletableFuture.failedFuture(new IllegalStateException()),
                (lane, after, records, bytes, loop) -> CompletableFuture.supplyAsync(() -> log.page(lane, after), loop),
                () -> true);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20), new CatchUp(instances, 3), () -> new MergeBounds(200, 10), () -> 0);
        UpstreamClient upstream = new UpstreamClient(loops, instances, instance -> {});
        LaneServices services = new LaneServices(storage, catalog, instances, work, NO_DOUBT);
        LaneRegistry registry = new LaneRegistry(NettyLaneIo.all(loops, upstream), services, restored);
        List<LoggedRecord> left = log.page(Subject.CATALOG, 0);
        if (!left.isEmpty()) {
            registry.restore(Subject.CATALOG, new Backlog.Tail(left.size(), 0, lsn, Instant.EPOCH));
        }
        registry.start();
        return registry;
    }

    private void restore(Change change) {
        switch (change) {
            case Change.Flat flat -> catalog.purges().flat(flat.publicId(), flat.flat());
            case Change.RetiredName name -> catalog.retired().add(name.path());
            default -> throw new AssertionError(change);
        }
    }

    Instance instance(int index) {
        return instances.get(index);
    }

    Write create(String name) {
        return create(name, false);
    }

    Write getOrCreate(String name) {
        return create(name, true);
    }

    private Write create(String name, boolean get) {
        return offer(
                OpKind.CREATE_COLLECTION,
                UUID.randomUUID(),
                name,
                "POST",
                ChromaPaths.collections(TENANT, DATABASE),
                "{\"name\":\"" + name + "\",\"get_or_create\":" + get + "}");
    }

    Write delete(String name) {
        Optional<CollectionEntry> entry = named(name);
        return offer(
                OpKind.DELETE_COLLECTION,
                entry.map(CollectionEntry::publicId).orElse(Subject.CATALOG),
                entry.isPresent() ? name : "",
                "DELETE",
                ChromaPaths.collections(TENANT, DATABASE) + "/" + name,
                "");
    }

    Write rename(String name, String to) {
        UUID id = named(name).orElseThrow().publicId();
        return offer(
                OpKind.MODIFY_COLLECTION,
                id,
                to,
                "PUT",
                ChromaPaths.collections(TENANT, DATABASE) + "/" + id,
                "{\"new_name\":\"" + to + "\"}");
    }

    /** The record of a collection that no server holds any more. */
    Write forget(String name) {
        UUID id = named(name).orElseThrow().publicId();
        return offer(OpKind.DELETE_COLLECTION, id, name, DeleteOp.FORGET, "/", "");
    }

    /** An add to a collection. */
    Write add(String name) {
        UUID id = named(name).orElseThrow().publicId();
        Subject subject = new Subject(id, id, TENANT, DATABASE, name, "");
        String path = ChromaPaths.records(new Mapping.Path(TENANT, DATABASE, name), id, "add");
        return offer(OpKind.ADD, subject, "POST", path, "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}");
    }

    /** No server's copy of that collection is to be relied on. */
    void divergeEverywhere(String name) {
        Mapping mapping = named(name).orElseThrow().mapping();
        Map<String, Mapping.Place> places = mapping.places().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        each -> new Mapping.Place(
                                each.getValue().instanceId(), Mapping.PlaceState.DIVERGED, "a test")));
        catalog.put(new Mapping(
                mapping.publicId(),
                mapping.path(),
                mapping.createdLsn(),
                mapping.deletedLsn(),
                mapping.createdAt(),
                places));
    }

    /** No other server holds that collection. */
    void keepOnlyOn(int instance, String name) {
        Mapping mapping = named(name).orElseThrow().mapping();
        Mapping.Place place = Objects.requireNonNull(
                mapping.places().get(instances.get(instance).name()));
        catalog.put(new Mapping(
                mapping.publicId(),
                mapping.path(),
                mapping.createdLsn(),
                mapping.deletedLsn(),
                mapping.createdAt(),
                Map.of(instances.get(instance).name(), place)));
    }

    Write deleteDatabase() {
        return offer(OpKind.DELETE_DATABASE, Subject.CATALOG, "", "DELETE", ChromaPaths.database(TENANT, DATABASE), "");
    }

    private Write offer(OpKind kind, UUID collection, String name, String method, String path, String body) {
        return offer(kind, new Subject(Subject.CATALOG, collection, TENANT, DATABASE, name, ""), method, path, body);
    }

    private Write offer(OpKind kind, Subject subject, String method, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        WriteRequest request = new WriteRequest(method, path, "application/json", bytes);
        NewRecord content = new NewRecord(kind, subject, request, Optional.empty());
        lsn++;
        LogRecord record = new LogRecord(lsn, Instant.EPOCH, content, bytes.length);
        log.append(record);
        Write write = Write.fresh(record, new Footprint.Everything("a catalog record"), EmptyHttpHeaders.INSTANCE);
        lanes.offer(write);
        return write;
    }

    Optional<CollectionEntry> named(String name) {
        return catalog.named(new Mapping.Path(TENANT, DATABASE, name));
    }

    /** The names that clients see. */
    Set<String> names() {
        return catalog.list(TENANT, DATABASE).stream()
                .map(entry -> entry.path().name())
                .collect(Collectors.toSet());
    }

    /** Whether both servers have applied everything, durably. */
    boolean settled() {
        boolean durable =
                log.cursor(Subject.CATALOG, "primary") == lsn && log.cursor(Subject.CATALOG, "replica") == lsn;
        return durable && applied(0) == lsn && applied(1) == lsn;
    }

    /** Up to where that instance's catalog lane has passed everything. */
    long applied(int instance) {
        return catalog.gate().applied(instance);
    }

    /** Waits until the lanes have done what they were told before. */
    void passLoop() {
        loops.all().getFirst().submit(() -> {}).syncUninterruptibly();
    }

    /** Waits for something that must happen. */
    static void until(Callable<Boolean> happened) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(happened);
    }

    @Override
    public void close() {
        primary.close();
        replica.close();
        loops.close();
    }
}
