package org.chromaproxy.main;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.chromaproxy.access.Access;
import org.chromaproxy.admin.AdminEndpoints;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.HeavyReads;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.adopt.Newcomers;
import org.chromaproxy.adopt.WitnessKeeper;
import org.chromaproxy.alert.AlertSources;
import org.chromaproxy.alert.Alerts;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.completion.Completions;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.RecordComparison;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.ReadWeights;
import org.chromaproxy.health.Drained;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.health.Standstill;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.Backlog;
import org.chromaproxy.lane.CatchUp;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.NettyLaneIo;
import org.chromaproxy.lane.RestoredLanes;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.reload.ReloadReport;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.upstream.LaneBound;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.owner.Lease;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy while it owns the log: recovered, connected to its instances, ready for exchanges. */
final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final long FIRST_PROBES_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int UNDECIDED_PAGE = 1_000;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** Long enough for the next request of a client that has just been answered. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long FENCE_MS = 100;
    private static final long STANDSTILL_MS = 250;
    /** Bytes a record takes in the log beside its body: its row, its path, two index entries. */
    private static final long RECORD_OVERHEAD = 512;

    /** Under memory pressure batches shrink to this part of the standard size. */
    private static final int PRESSED = 5;
    /**
     * Exit status of a proxy that lost the log to another one; its supervisor starts it again, to stand by. Not 3, which is
     * the JVM's own when memory ran out.
     */
    private static final int FENCED_STATUS = 4;

    private volatile Config config;
    private final Wal wal;
    private final OwnedLog log;
    private final Access rights;
    private final Feed feed;
    private final EventLoops loops;
    private final ExecutorService workers;
    private final Instances instances;
    private final Catalog catalog;
    private final UpstreamClient upstream;
    private final LaneServices services;
    private final LaneRegistry lanes;
    private final Adopting adopting;
    private final HealthChecker health;
    private final LogAccess access;
    private final MemoryBudget memory;
    private final RequestBound requests;
    private final RequestBound lists;
    private final Principals principals;
    private final BacklogBound backlog;
    private final LogCapacity capacity;
    private final LogKeeper keeper;
    private final Drained drained;
    private final Standstill standstill = new Standstill(System::nanoTime, System::currentTimeMillis);
    /** One look after a standstill is enough. Confined to the first loop. */
    private boolean confirming;

    private @Nullable Alerts alerts;

    private final Supplier<ReloadReport> reload;
    private final TlsSides tls;
    private volatile ExchangeServices.ExchangeLimits limits;
    private volatile MergeBounds bounds;

    /**
     * What outlives an engine.
     *
     * @param rights who may do what
     * @param reload reads the configuration again, and has it {@linkplain #take taken up}
     * @param feed who hears of exchanges
     * @param memory the account of what clients make the proxy hold
     */
    record Shared(Access rights, Supplier<ReloadReport> reload, TlsSides tls, Feed feed, MemoryBudget memory) {}

    Engine(Config config, Wal wal, OwnedLog log, EventLoops loops, ExecutorService workers, Shared shared) {
        this.rights = shared.rights();
        this.reload = shared.reload();
        this.tls = shared.tls();
        this.feed = shared.feed();
        this.bounds = mergeBounds(config.limits().batches());
        this.config = config;
        this.wal = wal;
        this.log = log;
        this.loops = loops;
        this.workers = workers;
        this.instances = instances(config);
        instances.releases().refuse(config.rules().refusesMixed());
        this.limits = limits(config);
        this.backlog = backlog(config);
        this.capacity = capacity(config);
        this.catalog = new Catalog(instances, config.rules().protectedCollections());
        this.memory = shared.memory();
        this.requests = requests(config.limits());
        this.lists = lists(config.limits());
        this.principals = new Principals(config.limits().principals());
        this.access = new LogAccess(wal.reader(), wal.operator(), workers);
        AtomicReference<HealthChecker> checker = new AtomicReference<>();
        LaneBound bound = new LaneBound(config.limits().maxWriteConnections());
        this.upstream =
                new UpstreamClient(loops, instances, instance -> suspect(checker, instance), tls.instances(), bound);
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, config.limits().backlogMemory()),
                new CatchUp(instances, config.limits().maxWorkers()),
                bound,
                () -> bounds,
                () -> this.config.timing().followerLingerMs());
        LaneServices.Doubt doubt = new LaneServices.Doubt(
                new RecordComparison(new Remote(upstream, loops), catalog, workers),
                () -> this.config.timing().unansweredWriteMs());
        LaneServices.Storage storage = new LaneServices.Storage(log.writer(), access, access, owning());
        this.services = new LaneServices(storage, catalog, instances, work, doubt);
        restore(wal, catalog);
        List<Change.Witness> witnesses = witnesses();
        this.lanes = recovered(witnesses);
        this.keeper = new LogKeeper(log, wal.reader(), lanes, instances, principals, capacity, workers);
        this.adopting = new Adopting(
                log.writer(), CopyServices.of(services, upstream, lanes, loops), witnesses, config, workers);
        this.health = watch(loops, upstream, instances, adopting, lanes, config);
        checker.set(health);
        this.drained = new Drained(health, instances);
    }

    /** From now on it is known whether what answers is what it should be. */
    private static HealthChecker watch(
            EventLoops loops,
            UpstreamClient upstream,
            Instances instances,
            Adopting adopting,
            LaneRegistry lanes,
            Config config) {
        HealthChecker health = new HealthChecker(
                new NettyLaneIo(loops.all().getFirst(), upstream),
                instances,
                adopting::check,
                lanes::ledBy,
                config.timing().checkIntervalMs());
        upstream.recognise(adopting::recognise, health::restarted);
        return health;
    }

    private static void restore(Wal wal, Catalog catalog) {
        wal.reader().forEachMapping(catalog::put);
        wal.reader().forEachFlat(id -> catalog.purges().flat(id, true));
        wal.reader().retiredNames().forEach(catalog.retired()::add);
        wal.reader().purges().forEach(catalog.purges()::add);
    }

    private static RequestBound requests(Config.Limits limits) {
        return new RequestBound(limits.maxConcurrentRequests(), limits.requestQueueSize());
    }

    private static void suspect(AtomicReference<HealthChecker> checker, Instance instance) {
        HealthChecker health = checker.get();
        if (health != null) {
            health.suspect(instance);
        }
    }

    static Instances instances(Config config) {
        List<Instance> all = new ArrayList<>();
        for (Config.Upstream each : config.instances()) {
            all.add(new Instance(
                    each.name(),
                    all.size(),
                    each.url(),
                    config.listen().access().upstreamToken()));
        }
        return new Instances(all);
    }

    private static MergeBounds mergeBounds(Config.Limits.Batches batches) {
        return new MergeBounds(batches.most(), Math.max(1, batches.standard() / PRESSED));
    }

    private ExchangeServices.ExchangeLimits limits(Config config) {
        return new ExchangeServices.ExchangeLimits(
                config.limits().maxBody(),
                ReadWeights.of(config.rules().sharing(), instances),
                config.timing().requestMs(),
                config.timing().logMs(),
                config.timing().admissionMs(),
                config.timing().readWaitMs(),
                config.timing().stallMs());
    }

    /** Why these settings cannot be taken up now; empty if they can. Changes nothing. */
    synchronized List<String> refusals(Config now) {
        return drained.refusals(now.rules().sharing().drained());
    }

    private static RequestBound lists(Config.Limits limits) {
        return RequestBound.ofLists(limits.maxConcurrentLists(), limits.requestQueueSize());
    }

    /**
     * Takes up what is marked as live in the list of settings; exchanges and lanes see it at their next step.
     *
     * @return what could not be done all the same
     */
    synchronized List<String> take(Config now) {
        Config before = config;
        config = now;
        instances.releases().refuse(config.rules().refusesMixed());
        limits = limits(config);
        bounds = mergeBounds(config.limits().batches());
        requests.change(config.limits().maxConcurrentRequests(), config.limits().requestQueueSize());
        lists.change(config.limits().maxConcurrentLists(), config.limits().requestQueueSize());
        principals.change(config.limits().principals());
        services.catchUp().change(config.limits().maxWorkers());
        catalog.protect(config.rules().protectedCollections());
        backlog.change(config.log().pending().maxBytes());
        capacity.change(config.log().pending().logBytes());
        keeper.changed();
        adopting.reloaded(config);
        if (before.timing().checkIntervalMs() != config.timing().checkIntervalMs()) {
            health.interval(config.timing().checkIntervalMs());
        }
        tell(before.rules().seeing(), config.rules().seeing());
        return drained.change(config.rules().sharing().drained());
    }

    /** A new address is told everything that is wrong now, as if it had just happened. */
    private synchronized void tell(Seeing before, Seeing now) {
        Alerts running = alerts;
        if (!before.webhook().equals(now.webhook())) {
            if (running != null) {
                running.close();
            }
            alerts = Alerts.start(now, alertSources());
        } else if (running != null) {
            running.pause(now.alertPause());
        }
    }

    private AlertSources alertSources() {
        return new AlertSources(instances, log.writer(), catalog.counts()::diverged, log.deadLetters(), capacity);
    }

    private List<Change.Witness> witnesses() {
        List<Change.Witness> stored = wal.reader().witnesses();
        List<Change> gone = Newcomers.gone(stored, instances);
        if (!gone.isEmpty()) {
            log.writer().submit(gone, true, () -> {});
        }
        return Newcomers.known(stored, catalog, instances, wal.reader().lowWater(), this::catalogAt);
    }

    private long catalogAt() {
        return wal.reader().cursors(Subject.CATALOG).stream()
                .mapToLong(Change.Cursor::lsn)
                .max()
                .orElse(0);
    }

    /** The lanes with everything in the log that some instance may not have applied. */
    private LaneRegistry recovered(List<Change.Witness> witnesses) {
        witnesses.stream()
                .filter(WitnessKeeper::letGo)
                .forEach(witness -> instances.byName(witness.instance()).ifPresent(instance -> instance.letGo(true)));
        RestoredLanes restored = RestoredLanes.of(wal.reader(), instances);
        LaneRegistry registry = new LaneRegistry(NettyLaneIo.all(loops, upstream), services, restored);
        long lowWater = wal.reader().lowWater();
        Instant oldest = wal.reader().loggedAfter(lowWater).orElseGet(Instant::now);
        wal.reader()
                .forEachLaneAfter(
                        lowWater,
                        backlog -> registry.restore(
                                backlog.lane(),
                                new Backlog.Tail(backlog.records(), backlog.bytes(), backlog.last(), oldest)));
        restoreUndecided(registry);
        wal.reader().forEachLeftBehind(lowWater, registry::leftBehind);
        return registry;
    }

    private void restoreUndecided(LaneRegistry registry) {
        long after = registry.catalogDecided();
        List<LoggedRecord> page;
        do {
            page = wal.reader().page(Subject.CATALOG, after, UNDECIDED_PAGE, Long.MAX_VALUE, 0);
            for (LoggedRecord logged : page) {
                after = logged.record().lsn();
                if (logged.outcome()
                        .map(Change.Outcome::state)
                        .filter(state -> state != TransactionState.PENDING_RECOVERY)
                        .isEmpty()) {
                    registry.restore(logged.record());
                }
            }
        } while (!page.isEmpty());
    }

    /** Waits, bounded, for the first word of every instance, then lets the lanes go. */
    void start() {
        drained.begin(config.rules().sharing().drained());
        long deadline = System.nanoTime() + FIRST_PROBES_NANOS;
        while (System.nanoTime() < deadline && instances.stream().anyMatch(Engine::unknown)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        instances.forEach(instance -> LOG.info("instance {} at {}: {}", instance, instance.uri(), instance.state()));
        standstill.begin();
        lanes.start();
        LaneIo io = new NettyLaneIo(loops.all().getFirst(), upstream);
        io.repeat(this::confirm, STANDSTILL_MS, TimeUnit.MILLISECONDS);
        io.repeat(this::fence, FENCE_MS, TimeUnit.MILLISECONDS);
        adopting.start(io);
        keeper.start(io);
        tell(Seeing.OFF, config.rules().seeing());
    }

    private static boolean unknown(Instance instance) {
        return instance.state() == InstanceState.STARTING;
    }

    ExchangeServices exchangeServices() {
        Completions completions = new Completions(requests, lists, upstream.timings(), feed);
        HeavyReads heavyReads = new HeavyReads(instances::usable);
        ExchangeServices.Admission admission = new ExchangeServices.Admission(
                rights, memory, requests, lists, heavyReads, principals, backlog, capacity, owning(), completions);
        return new ExchangeServices(services, upstream, lanes, admission, access, endpoints(admission), () -> limits);
    }

    /** The log bounds what waits for an instance that is away; this is for those that are slow. */
    private BacklogBound backlog(Config config) {
        return new BacklogBound(
                () -> instances.stream()
                        .mapToLong(instance ->
                                instance.pending().bytes() + instance.pending().records() * RECORD_OVERHEAD)
                        .max()
                        .orElse(0),
                config.log().pending().maxBytes());
    }

    private LogCapacity capacity(Config config) {
        return new LogCapacity(
                () -> log.writer().committedBytes() + log.writer().committedRecords() * RECORD_OVERHEAD,
                log.writer()::queuedBytes,
                config.log().pending().logBytes());
    }

    private AdminEndpoints endpoints(ExchangeServices.Admission admission) {
        AdminServices.Log operators =
                new AdminServices.Log(log.writer(), wal.reader(), wal.operator(), log.retention(), log.deadLetters());
        AdminServices.Hooks hooks = new AdminServices.Hooks(
                health, adopting::recheck, adopting::copyEverything, adopting::strangers, adopting.repairs());
        AdminServices.Settings settings = new AdminServices.Settings(() -> config, reload, wal.databaseUrl(), tls);
        AdminServices admin = new AdminServices(services, upstream, lanes, admission, operators, hooks, settings);
        return new AdminEndpoints(admin, loops, workers);
    }

    /**
     * Nothing is sent or served while the log is another's, lost records that were committed, or is closed. A proxy that may have a
     * rival sends and serves only while it knows that it owns the log.
     */
    private BooleanSupplier owning() {
        if (config.log().soleOwner()) {
            return () -> routes(log.writer().state()) && !standstill.unconfirmed();
        }
        long lease = Lease.DEFAULT.length().toNanos();
        return () -> routes(log.writer().state())
                && !standstill.unconfirmed()
                && System.nanoTime() - log.writer().confirmedAtNanos() < lease;
    }

    private static boolean routes(LogState state) {
        return switch (state) {
            case OPEN, UNAVAILABLE -> true;
            case FENCED, TRUNCATED, CLOSED -> false;
        };
    }

    /** Another proxy owns the log: whatever is under way here is reset, and this process ends. */
    private void fence() {
        if (log.writer().state() == LogState.FENCED) {
            LOG.error("another proxy owns the log now: this one resets its connections and exits");
            Runtime.getRuntime().halt(FENCED_STATUS);
        }
    }

    /**
     * After a standstill: serves again when the log and every server have answered since. A server that does not is down by
     * then, and out of use.
     */
    private void confirm() {
        standstill.tick();
        if (!standstill.unconfirmed() || confirming) {
            return;
        }
        LOG.warn("this host or process stood still: nothing is served before the log and the servers are confirmed");
        confirming = true;
        long since = standstill.noticedNanos();
        CompletableFuture<?>[] probes = instances.stream().map(health::probe).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(probes)
                .thenRunAsync(() -> confirm(since), loops.all().getFirst());
    }

    private void confirm(long since) {
        boolean logAnswers = config.log().soleOwner() || log.writer().confirmedAtNanos() - since > 0;
        if (logAnswers || log.writer().state() == LogState.FENCED) {
            confirming = false;
            standstill.confirmed(since);
            LOG.info("after the standstill everything is confirmed");
        } else {
            loops.all().getFirst().schedule(() -> confirm(since), FENCE_MS, TimeUnit.MILLISECONDS);
        }
    }

    int collections() {
        return catalog.size();
    }

    /** Waits, bounded, until nothing is under way, nor has been for a moment. */
    void drain() {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        long quietSince = System.nanoTime();
        while (System.nanoTime() < deadline && System.nanoTime() - quietSince < QUIET_NANOS) {
            LockSupport.parkNanos(POLL_NANOS);
            quietSince = requests.active() + requests.waiting() > 0 ? System.nanoTime() : quietSince;
        }
    }

    private synchronized void tellNobody() {
        if (alerts != null) {
            alerts.close();
        }
    }

    @Override
    public void close() {
        tellNobody();
        instances.forEach(upstream::reset);
        log.close();
    }
}
