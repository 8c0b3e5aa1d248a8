package org.chromaproxy.admin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.adopt.Adoption;
import org.chromaproxy.adopt.Repairs;
import org.chromaproxy.adopt.Resync;
import org.chromaproxy.adopt.Stranger;
import org.chromaproxy.adopt.WitnessKeeper;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.CatchUp;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.NettyLaneIo;
import org.chromaproxy.lane.RestoredLanes;
import org.chromaproxy.lane.Write;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.reload.ReloadReport;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.chromaproxy.wal.store.DatabaseTarget;

/** The operators' endpoints over a real log, real lanes and two fake instances. */
final class AdminBed implements AutoCloseable {
    private static final LaneServices.Doubt NO_DOUBT = new LaneServices.Doubt(
            (id, leader, others, touched) -> CompletableFuture.failedFuture(new IllegalStateException()), () -> 30_000);
    static final ObjectMapper JSON = new ObjectMapper();

    final FakeChroma primaryServer = new FakeChroma();
    final FakeChroma replicaServer = new FakeChroma();
    final Instances instances = new Instances(
            List.of(new Instance("primary", 0, primaryServer.uri()), new Instance("replica", 1, replicaServer.uri())));
    final EventLoops loops = new EventLoops(Transport.NIO, 1);
    final Catalog catalog = new Catalog(instances, Set.of("global"));
    final RequestBound requests = new RequestBound(10, 10);
    final BacklogBound backlog = new BacklogBound(() -> 0, 1);
    final List<Stranger> strangers = new ArrayList<>();
    final Wal wal;
    final OwnedLog log;
    final LaneRegistry lanes;
    final HealthChecker health;
    final AtomicInteger rechecks = new AtomicInteger();
    final AdminEndpoints endpoints;
    volatile boolean serving = true;
    /** Why an instance that answers must not be used; empty for no reason. */
    volatile String trouble = "";

    volatile CompletionStage<String> adoption = CompletableFuture.completedFuture("2 collections copied");
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final EmbeddedPostgres postgres;

    AdminBed(Path folder) throws IOException {
        postgres = EmbeddedPostgres.start(folder);
        wal = Wal.open(WalConfig.of(DatabaseTarget.of(postgres.jdbcUrl(), "", "")));
        log = wal.tryOwn().orElseThrow();
        await().until(() -> log.writer().state() == LogState.OPEN);
        UpstreamClient upstream = new UpstreamClient(loops, instances, instance -> {});
        LaneServices.Storage storage = new LaneServices.Storage(
                log.writer(),
                (lsn, loop) -> read(() -> wal.reader().body(lsn).orElseThrow(), loop),
                (lane, after, records, bytes, loop) -> read(() -> wal.reader().page(lane, after, records, bytes), loop),
                () -> true);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20), new CatchUp(instances, 3), () -> new MergeBounds(200, 10), () -> 0);
        LaneServices proxy = new LaneServices(storage, catalog, instances, work, NO_DOUBT);
        lanes = new LaneRegistry(NettyLaneIo.all(loops, upstream), proxy, new RestoredLanes(instances));
        lanes.start();
        health = new HealthChecker(
                new NettyLaneIo(loops.all().getFirst(), upstream),
                instances,
                this::admit,
                lanes::ledBy,
                TimeUnit.DAYS.toMillis(1));
        await().until(() -> instances.usable() == 2);
        Config config = ConfigReader.of(Map.of());
        endpoints = new AdminEndpoints(
                new AdminServices(
                        proxy,
                        upstream,
                        lanes,
                        new ExchangeServices.Admission(
                                MemoryBudget.ofEach(1 << 20), requests, backlog, () -> serving, upstream.timings()),
                        new AdminServices.Log(
                                log.writer(), wal.reader(), wal.operator(), log.retention(), log.deadLetters()),
                        new AdminServices.Hooks(
                                health,
                                rechecks::incrementAndGet,
                                () -> adoption,
                                () -> strangers,
                                repairs(proxy, upstream)),
                        new AdminServices.Settings(
                                () -> config, () -> ReloadReport.refused(List.of("a test")), postgres.jdbcUrl())),
                loops,
                workers);
    }

    private Repairs repairs(LaneServices proxy, UpstreamClient upstream) {
        CopyServices copying = CopyServices.of(proxy, upstream, lanes, loops);
        WitnessKeeper witnesses = new WitnessKeeper(log.writer(), copying, List.of());
        List<String> tenants = List.of("default_tenant");
        return new Repairs(
                copying, new Adoption(copying, witnesses, tenants), new Resync(copying, witnesses, tenants), workers);
    }

    private <T> CompletableFuture<T> read(Supplier<T> query, Executor loop) {
        return CompletableFuture.supplyAsync(query, workers).whenCompleteAsync((result, error) -> {}, loop);
    }

    private CompletableFuture<String> admit(Instance instance) {
        return CompletableFuture.completedFuture(trouble);
    }

    void sql(String statement) {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement open = connection.createStatement()) {
            connection.setSchema(DatabaseTarget.of(postgres.jdbcUrl(), "", "").schema());
            open.execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(statement, e);
        }
    }

    int databasePort() {
        return postgres.port();
    }

    /** A collection that lives on both instances, durably mapped. */
    Mapping map(String name) {
        UUID id = UUID.randomUUID();
        Place here = new Place(id, PlaceState.READY, "");
        Place there = new Place(UUID.randomUUID(), PlaceState.READY, "");
        return map(new Mapping(id, path(name), 0, 0, Instant.now(), Map.of("primary", here, "replica", there)));
    }

    Mapping map(Mapping mapping) {
        durable(new Change.PutMapping(mapping));
        catalog.put(mapping);
        return mapping;
    }

    static Mapping.Path path(String name) {
        return new Mapping.Path("default_tenant", "default_database", name);
    }

    void durable(Change... changes) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        log.writer().submit(List.of(changes), true, () -> done.complete(null));
        done.join();
    }

    /** Logs an add and gives it to the lanes. */
    Write write(Mapping mapping, Optional<ClientTransaction> transaction) {
        CompletableFuture<LogRecord> committed = new CompletableFuture<>();
        Mapping.Path path = mapping.path();
        Subject subject =
                new Subject(mapping.publicId(), mapping.publicId(), path.tenant(), path.database(), path.name(), "");
        String uri =
                "/api/v2/tenants/default_tenant/databases/default_database/collections/" + mapping.publicId() + "/add";
        byte[] body = "{\"ids\":[\"a\"],\"embeddings\":[[1]]}".getBytes(StandardCharsets.UTF_8);
        NewRecord record = new NewRecord(
                OpKind.ADD, subject, new WriteRequest("POST", uri, "application/json", body), transaction);
        log.writer().append(record, new AppendListener() {
            @Override
            public void committed(LogRecord logged) {
                committed.complete(logged);
            }

            @Override
            public void duplicate(long lsn, boolean sameRequest) {
                committed.completeExceptionally(new IllegalStateException("a duplicate"));
            }

            @Override
            public void failed(String reason) {
                committed.completeExceptionally(new IllegalStateException(reason));
            }
        });
        Write write = Write.fresh(committed.join(), new Footprint.Everything("a test"), EmptyHttpHeaders.INSTANCE);
        lanes.offer(write);
        return write;
    }

    CompletableFuture<Answer> ask(String method, String uri, String accept, String body, boolean local) {
        return ask(method, uri, headers("Accept", accept, "Content-Type", "application/json"), body, local);
    }

    CompletableFuture<Answer> ask(String method, String uri, HttpHeaders headers, String body, boolean local) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return endpoints
                .handle(new OwnEndpoints.Request(HttpMethod.valueOf(method), uri, headers, bytes, local))
                .toCompletableFuture();
    }

    /** @param pairs names and values in turn */
    static HttpHeaders headers(String... pairs) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.set(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    /** GET of a page, from far away. */
    JsonNode page(String uri) {
        return expect(200, ask("GET", uri, "", "", false).join());
    }

    /** A request to act, from this machine. */
    JsonNode act(int expected, String method, String uri, String body) {
        return expect(expected, ask(method, uri, "", body, true).join());
    }

    static JsonNode expect(int status, Answer answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(status, answer.status(), body);
        return json(body);
    }

    static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new AssertionError(body, e);
        }
    }

    static void numbers(JsonNode node, String... names) {
        fields(node, JsonNode::isNumber, names);
    }

    static void texts(JsonNode node, String... names) {
        fields(node, JsonNode::isTextual, names);
    }

    static void booleans(JsonNode node, String... names) {
        fields(node, JsonNode::isBoolean, names);
    }

    private static void fields(JsonNode node, Predicate<JsonNode> kind, String... names) {
        for (String name : names) {
            assertTrue(kind.test(node.path(name)), name + " in " + node);
        }
    }

    @Override
    public void close() {
        primaryServer.close();
        replicaServer.close();
        wal.close();
        loops.close();
        workers.shutdownNow();
        postgres.close();
    }
}
