package org.chromaproxy.main;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.chromaproxy.access.Access;
import org.chromaproxy.access.AccessException;
import org.chromaproxy.access.Tokens;
import org.chromaproxy.admin.StandbyEndpoints;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.adopt.ShortenedLog;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.config.Config;
import org.chromaproxy.downstream.ClientMemory;
import org.chromaproxy.downstream.FrontEnd;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.observe.Observing;
import org.chromaproxy.reload.ReloadReport;
import org.chromaproxy.reload.Reloadable;
import org.chromaproxy.reload.Reloader;
import org.chromaproxy.tls.Renewal;
import org.chromaproxy.tls.TlsException;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running proxy: listens at once, stands by while another proxy owns the log, then recovers and serves. */
public final class ProxyServer implements AutoCloseable, Reloadable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    /** Between two looks whether certificate or key have changed. */
    private static final long LOOK_SECONDS = 10;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Between two looks whether the log is what the servers need. */
    private static final long DECISION_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile Config config;
    private final Wal wal;
    private final Supplier<ReloadReport> reload;
    private final EventLoops loops;
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("worker-", 0).factory());
    private final Access access;
    private final Feed feed;
    private final FrontEnd frontEnd;
    private final MemoryBudget memory;
    private final TlsSides tls;
    private volatile @Nullable Engine engine;
    private volatile boolean standingBy;
    /** Why nothing is served from the log though it is owned; empty otherwise. */
    private volatile String held = "";

    private volatile boolean stopping;

    private ProxyServer(Config config, Wal wal, TlsSides tls, Supplier<ReloadReport> reload) {
        this.tls = tls;
        this.config = config;
        this.wal = wal;
        this.reload = reload;
        Config.Listen listen = config.listen();
        this.access = Access.of(listen.access(), config.localTokenFile());
        access.useHosts(names(listen));
        this.feed = Observing.start(config.rules().seeing());
        this.loops = new EventLoops(Transport.named(listen.transport()), listen.threads());
        loops.transport().weakness().ifPresent(LOG::warn);
        InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
        this.memory = ClientBudget.of(config);
        this.frontEnd = new FrontEnd(
                loops,
                address,
                new StandbyEndpoints(config.instances().size(), wal::owner, () -> held),
                access,
                channel -> tls.clients().ifPresent(secure -> secure.accept(channel)),
                feed,
                new ClientMemory(memory, config.memory().connectionBytes()));
        if (tls.any()) {
            loops.all()
                    .getFirst()
                    .scheduleWithFixedDelay(
                            () -> workers.execute(tls::look), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * Starts a proxy on an opened log; returns when it listens.
     *
     * @throws org.chromaproxy.tls.TlsException when a certificate or key cannot be used
     */
    public static ProxyServer start(Config config, Wal wal) {
        ReloadReport fixed = ReloadReport.refused(List.of(
                "this proxy runs inside of another program, which gave it its settings; there is nothing to read"));
        ProxyServer server = new ProxyServer(config, wal, TlsSides.of(config), () -> fixed);
        server.workers.execute(server::takeOver);
        return server;
    }

    /** The same, with settings that can be read again, and certificates that were read before. */
    public static ProxyServer start(Reloader reloader, Wal wal, TlsSides tls) {
        ProxyServer server = reloader.add(config -> new ProxyServer(config, wal, tls, reloader::reload));
        server.workers.execute(server::takeOver);
        return server;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return frontEnd.address();
    }

    /** Whether it owns the log and serves. */
    public boolean serving() {
        return engine != null;
    }

    /** Whether starting is over: it serves, or stands by for the owner of the log. */
    boolean started() {
        return serving() || standingBy || !held.isEmpty();
    }

    /** Who may do what; its tokens can be read again at any time. */
    public Access access() {
        return access;
    }

    /**
     * Reads certificates and keys again, for connections to come; nothing without TLS. Blocks.
     *
     * @throws org.chromaproxy.tls.TlsException when they cannot be used: those in use stay
     */
    public void reloadCertificates() {
        tls.reload();
    }

    EventLoops loops() {
        return loops;
    }

    private void takeOver() {
        while (!stopping) {
            try {
                Optional<OwnedLog> owned = wal.tryOwn();
                if (owned.isPresent()) {
                    serve(owned.get());
                    return;
                }
                if (!standingBy) {
                    LOG.info("standing by: the log is owned by {}; taking over when it stops", wal.owner());
                    standingBy = true;
                }
            } catch (StoreException e) {
                LOG.warn("the log cannot be asked who owns it: {}", e.getMessage());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void serve(OwnedLog log) {
        try {
            if (!awaitWholeLog(log)) {
                return;
            }
            Config used = config;
            Engine.Shared shared = new Engine.Shared(access, reload, tls, feed, memory);
            Engine started = new Engine(used, wal, log, loops, workers, shared);
            started.start();
            frontEnd.serve(started.exchangeServices());
            begin(started, used);
            LOG.info("serving: epoch {}, {} collections", log.epoch(), started.collections());
        } catch (RuntimeException | Error e) {
            if (stopping && engine == null) {
                LOG.debug("stopped before it served", e);
                return;
            }
            LOG.error("the proxy could not start serving; it exits so that it can be restarted", e);
            Runtime.getRuntime().halt(1);
        }
    }

    /**
     * Serves nothing while a server has applied what the log does not know, until an operator decides.
     *
     * @return false if this proxy is stopped first
     */
    private boolean awaitWholeLog(OwnedLog log) {
        Instances instances = Engine.instances(config);
        UpstreamClient upstream = new UpstreamClient(loops, instances, _ -> {}, tls.instances());
        ShortenedLog check =
                new ShortenedLog(log.writer(), wal.reader(), new Remote(upstream, loops), instances, workers);
        Optional<ShortenedLog.Lost> lost = check.look();
        while (lost.isPresent() && !stopping) {
            if (config.log().acceptedEnd() == lost.get().upTo()) {
                check.accept(lost.get());
                break;
            }
            String reason = lost.get().reason();
            if (!reason.equals(held)) {
                LOG.error("{}", reason);
                held = reason;
            }
            LockSupport.parkNanos(DECISION_NANOS);
            lost = check.look();
        }
        instances.forEach(upstream::reset);
        held = "";
        return !stopping;
    }

    /** Reloads reach it from now on; one since its start is caught up with before the next. */
    private synchronized void begin(Engine started, Config used) {
        engine = started;
        if (!config.equals(used)) {
            started.take(config).forEach(what -> LOG.error("not taken up from the settings: {}", what));
        }
    }

    /** What the proxy may be called beside what it knows by itself: the address that it was told to listen on, too. */
    private static List<String> names(Config.Listen listen) {
        List<String> names = new ArrayList<>(listen.access().allowedHosts());
        names.add(listen.host());
        return names;
    }

    /** Reads tokens and certificates anew, too. */
    @Override
    public Ready prepare(Config before, Config now) {
        List<String> problems = new ArrayList<>();
        Tokens tokens = access.tokens();
        try {
            tokens = access.read();
        } catch (AccessException e) {
            problems.add(e.getMessage() + "; the tokens before remain valid");
        }
        Optional<Renewal> renewal = Optional.empty();
        try {
            renewal = Optional.of(tls.read());
        } catch (TlsException e) {
            problems.add(e.getMessage() + "; the certificates before remain in use");
        }
        Engine running = engine;
        if (running != null) {
            problems.addAll(running.refusals(now));
        }
        Tokens read = tokens;
        Optional<Renewal> renewed = renewal;
        return new Ready(
                problems,
                () -> {
                    access.use(read);
                    access.use(now.listen().access().clients());
                    access.useHosts(names(now.listen()));
                    renewed.ifPresent(Renewal::use);
                    return take(now);
                },
                () -> renewed.ifPresent(Renewal::drop));
    }

    private synchronized List<String> take(Config now) {
        config = now;
        Engine running = engine;
        return running == null ? List.of() : running.take(now);
    }

    /** Stops accepting, lets what is under way finish for a bounded time, and releases the log. */
    @Override
    public void close() {
        stopping = true;
        frontEnd.stopAccepting();
        Engine running = engine;
        if (running != null) {
            running.drain();
        }
        frontEnd.close();
        if (running != null) {
            running.close();
        }
        loops.close();
        feed.close();
        tls.close();
        workers.shutdownNow();
        wal.close();
    }
}
