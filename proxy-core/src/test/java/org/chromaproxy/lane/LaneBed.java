package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/**
 * What lanes need, in one thread: a {@linkplain VirtualIo world} in which the test answers every request, a {@linkplain HeldLog log}
 * that commits at once unless it is held, servers that are up, and a collection of the dimension 2 that all of them hold.
 */
final class LaneBed {
    static final Mapping.Path PATH = new Mapping.Path("t", "d", "c");

    final VirtualIo io = new VirtualIo();
    final List<String> events = new ArrayList<>();
    final HeldLog log = new HeldLog(events);
    final Instances instances;
    final Catalog catalog;
    final UUID id = UUID.fromString("00000000-0000-7000-8000-000000000001");
    /** Whether this process owns the log. */
    final AtomicBoolean owning = new AtomicBoolean(true);
    /** How long a follower may wait for more to send. */
    final AtomicLong lingerMs = new AtomicLong();

    final AtomicLong unansweredMs = new AtomicLong(30_000);
    /** What comparisons of servers come to. */
    CompletableFuture<ReadBack.Found> compared =
            CompletableFuture.completedFuture(new ReadBack.Found(Map.of(), Set.of(), false));

    /** How many were made, and of what. */
    final List<Footprint> comparisons = new ArrayList<>();
    /** Who was compared with whom in these, as {@code leader: [others]}. */
    final List<String> comparedWith = new ArrayList<>();

    private final LaneServices services;
    private long lsn;
    private long witnesses;

    /** A primary and a replica. */
    LaneBed() {
        this("primary", "replica");
    }

    LaneBed(String... names) {
        List<Instance> all = new ArrayList<>();
        for (String name : names) {
            all.add(new Instance(
                    name, all.size(), URI.create("http://127.0.0.1:" + (all.size() + 1)), Optional.empty(), io));
        }
        instances = new Instances(all);
        catalog = new Catalog(instances, Set.of("global"));
        all.forEach(each -> each.become(InstanceState.UP, ""));
        services = makeServices();
        put(Mapping.PlaceState.READY);
        entry().dimensionIsKnown();
    }

    /** The collection stands so on every server. */
    void put(Mapping.PlaceState state) {
        Map<String, Mapping.Place> places = new HashMap<>();
        instances.forEach(each -> places.put(each.name(), new Mapping.Place(instanceId(each), state, "")));
        catalog.put(new Mapping(id, PATH, 0, 0, Instant.EPOCH, places));
    }

    /** The collection's id on a server. */
    static UUID instanceId(Instance instance) {
        return new UUID(7, instance.index());
    }

    CollectionEntry entry() {
        return catalog.known(id).orElseThrow();
    }

    Instance primary() {
        return instances.get(0);
    }

    Instance replica() {
        return instances.get(1);
    }

    /** The ids in each request to an instance, in the order in which it was sent them; joined by + where there are several. */
    List<String> idsSentTo(Instance instance) {
        return io.sent().stream()
                .filter(each -> each.instance == instance)
                .map(each -> each.body().replaceAll(".*\"ids\":\\[\"?([^\\]]*?)\"?\\].*", "$1"))
                .map(ids -> ids.replace("\",\"", "+"))
                .toList();
    }

    private LaneServices makeServices() {
        LaneServices.Storage storage = new LaneServices.Storage(
                log,
                (at, loop) -> CompletableFuture.supplyAsync(() -> body(at), loop),
                (lane, after, records, bytes, loop) -> CompletableFuture.supplyAsync(() -> log.page(lane, after), loop),
                owning::get);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20),
                new CatchUp(instances, 3),
                () -> new MergeBounds(200, 10),
                lingerMs::get);
        LaneServices.Doubt doubt = new LaneServices.Doubt(
                (collection, leader, others, touched) -> {
                    comparisons.add(touched);
                    comparedWith.add(leader + ": " + others);
                    return compared;
                },
                unansweredMs::get);
        return new LaneServices(storage, catalog, instances, work, doubt);
    }

    LaneServices services() {
        return services;
    }

    /** The first resolution of the record stands, if there is one. */
    private byte[] body(long at) {
        return log.others().stream()
                .filter(each -> each instanceof Change.Resolution resolved && resolved.lsn() == at)
                .map(each -> ((Change.Resolution) each).body())
                .findFirst()
                .orElseGet(() -> log.record(at).content().request().body());
    }

    /** The log commits the records of the proxy's own that it took, and tells whoever appended them. */
    void commitAppended() {
        for (NewRecord taken : log.takeAppended()) {
            lsn++;
            log.commit(new LogRecord(lsn, io.now(), taken, taken.request().body().length));
        }
        io.runDue();
    }

    /** New lanes of the collection. */
    RecordLanes collection() {
        return new RecordLanes(entry(), io, services, Leadership.Led.NEVER);
    }

    /** Bare lanes with the semantics of a test. */
    <S extends LaneSemantics> LaneGroup<S> group(Function<Lanes, S> semantics) {
        return new LaneGroup<>("a test", id, io, services, entry().gate(), Leadership.Led.NEVER, semantics);
    }

    /** A lane on the primary, in no group. */
    Lane lane() {
        return Lane.of(instances, io).getFirst();
    }

    /** An upsert of one record, logged just now. */
    Write upsert(String record) {
        return write(OpKind.UPSERT, "{\"ids\":[\"" + record + "\"],\"embeddings\":[[1,2]]}");
    }

    Write add(String record) {
        return write(OpKind.ADD, "{\"ids\":[\"" + record + "\"],\"embeddings\":[[1,2]]}");
    }

    Write delete(String record) {
        return write(OpKind.DELETE, "{\"ids\":[\"" + record + "\"]}");
    }

    /** A write to the collection, logged just now. */
    Write write(OpKind kind, String body) {
        LogRecord record = record(kind, body, "");
        return Write.fresh(
                record, Footprints.of(kind, record.content().request().body()), EmptyHttpHeaders.INSTANCE);
    }

    /** The record of one; {@code target} names its only instance, or is empty. */
    LogRecord record(OpKind kind, String body, String target) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Subject subject = new Subject(id, id, PATH.tenant(), PATH.database(), PATH.name(), target);
        String path = ChromaPaths.records(PATH, id, kind.name().toLowerCase(Locale.ROOT));
        NewRecord content = new NewRecord(
                kind, subject, new WriteRequest("POST", path, "application/json", bytes), Optional.empty());
        lsn++;
        LogRecord record = new LogRecord(lsn, io.now(), content, bytes.length);
        log.append(record);
        return record;
    }

    /** Witnesses are put on the servers: what was applied before need not be compared after an outage. */
    void witness() {
        witnesses++;
        for (Instance instance : instances) {
            instance.witnessed(witnesses);
            instance.witnessing(witnesses + 1);
        }
    }

    /** Offers it, and runs what is due. */
    Write offer(RecordLanes lanes, Write write) {
        lanes.offer(write);
        io.runDue();
        return write;
    }

    /** Answers every request as executed until none is open. */
    void answerAll() {
        for (List<VirtualIo.Sent> open = io.open(); !open.isEmpty(); open = io.open()) {
            open.forEach(VirtualIo.Sent::done);
        }
    }
}
