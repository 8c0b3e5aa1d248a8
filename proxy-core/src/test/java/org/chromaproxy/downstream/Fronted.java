package org.chromaproxy.downstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.exchange.ReadWeights;
import org.chromaproxy.exchange.Transactions;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.CatchUp;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.NettyLaneIo;
import org.chromaproxy.lane.RestoredLanes;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.record.Mapping;

/** The proxy behind the pipeline: one known collection, no instance, a log that has every answer already. */
final class Fronted implements AutoCloseable {
    private static final LaneServices.Doubt NO_DOUBT = new LaneServices.Doubt(
            (id, leader, others, touched) -> CompletableFuture.failedFuture(new IllegalStateException()), () -> 30_000);
    static final UUID COLLECTION = UUID.fromString("00000000-0000-4000-8000-000000000001");
    static final int MAX_BODY = 1_000;

    private static final ExchangeServices.ExchangeLimits LIMITS = new ExchangeServices.ExchangeLimits(
            MAX_BODY, ReadWeights.ofRatio(1), 60_000, 10_000, 10_000, 1_000, 30_000);
    private static final byte[] STORED = "{\"stored\":true}".getBytes(StandardCharsets.UTF_8);

    private final EventLoops loops;
    private final FakeLog log = new FakeLog();
    private final MemoryBudget memory = MemoryBudget.ofEach(1 << 20);
    private final FrontEnd.Served served = new FrontEnd.Served(new Watchdog(), new ClientMemory(memory, 1));
    private final ExchangeServices services;
    private final RequestBound requests = new RequestBound(10, 10);

    Fronted() {
        this(new EventLoops(Transport.NIO, 1));
    }

    /** @param loops closed with it */
    Fronted(EventLoops loops) {
        this.loops = loops;
        Instances instances = new Instances(List.of(new Instance("primary", 0, URI.create("http://127.0.0.1:1"))));
        Catalog catalog = new Catalog(instances, Set.of("global"));
        Mapping.Path path = new Mapping.Path("t", "d", "known");
        catalog.put(new Mapping(COLLECTION, path, 1, 0, Instant.EPOCH, Map.of()));
        UpstreamClient upstream = new UpstreamClient(loops, instances, instance -> {});
        LaneServices.Bodies none = (lsn, loop) -> CompletableFuture.failedFuture(new IllegalStateException());
        LaneServices.Storage storage = new LaneServices.Storage(
                log,
                none,
                (lane, after, records, bytes, loop) -> CompletableFuture.failedFuture(new IllegalStateException()),
                () -> true);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20), new CatchUp(instances, 3), () -> new MergeBounds(200, 10), () -> 0);
        LaneServices lanes = new LaneServices(storage, catalog, instances, work, NO_DOUBT);
        services = new ExchangeServices(
                lanes,
                upstream,
                new LaneRegistry(NettyLaneIo.all(loops, upstream), lanes, new RestoredLanes(instances)),
                new ExchangeServices.Admission(
                        memory, requests, new BacklogBound(() -> 0, 1), () -> true, upstream.timings()),
                new Stored(),
                Fronted::own,
                () -> LIMITS);
    }

    ClientSide connect() {
        return new ClientSide(this::handlers);
    }

    /** Puts the whole pipeline into a client's connection. */
    void handlers(Channel channel) {
        ConnectionBound.Place place = memory.connections().enter("a", () -> {}).orElseThrow();
        channel.closeFuture().addListener(_ -> place.leave());
        FrontEnd.handlers(channel, new Router(services), services, served, place);
    }

    /** The same with one more handler, in front of the exchange. */
    ClientSide connect(ChannelHandler tap) {
        return new ClientSide(channel -> {
            handlers(channel);
            channel.pipeline().addBefore("exchange", "tap", tap);
        });
    }

    /** The log can hold no record from now on. */
    void refuseRecords() {
        log.refuse();
    }

    /** What was appended since the last look. */
    List<String> appended() {
        List<String> all = List.copyOf(log.appended());
        log.appended().clear();
        return all;
    }

    int active() {
        return requests.active();
    }

    private static CompletableFuture<OwnEndpoints.Answer> own(OwnEndpoints.Request request) {
        String body = new String(request.body(), StandardCharsets.UTF_8);
        String text = request.method() + " " + request.uri() + " " + body + " " + request.acts();
        return CompletableFuture.completedFuture(
                new OwnEndpoints.Answer(200, "text/plain", text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Connections closed for want of memory. */
    long exhausted() {
        return memory.exhausted();
    }

    @Override
    public void close() {
        loops.close();
    }

    private static final class Stored implements Transactions {
        @Override
        public String idOf(long lsn, boolean everywhere) {
            return "tx-" + lsn;
        }

        @Override
        public CompletableFuture<Optional<Earlier>> earlier(String tenant, String id) {
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public CompletableFuture<Optional<WriteResult>> outcome(long lsn) {
            return CompletableFuture.completedFuture(Optional.of(WriteResult.json(201, STORED.clone())));
        }
    }
}
