package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.config.Tls;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;

/** A proxy with its log, in front of a scripted primary and a scripted replica, and of a third where that is wanted. */
final class Stage implements AutoCloseable {
    /** For what should take a moment; generous, since the machine may be busy. */
    static final Duration SOON = Duration.ofSeconds(60);

    private static final long CHECK_MS = 100;

    private final ScriptedChroma primary;
    private final ScriptedChroma replica;
    private final List<ScriptedChroma> more = new ArrayList<>();
    private final LogSql log;
    private final boolean soleOwner;
    private final Settings settings;
    private final Seeing seeing;
    private final Tls tls;
    private final List<ProxyServer> proxies = new ArrayList<>();
    private final Client client;

    /**
     * What tests vary.
     *
     * @param logMs how long a write waits for the log
     * @param replicaRatio share of reads for the follower
     * @param requestMs how long a write waits for its outcome
     * @param unansweredMs how long an instance may leave a write unanswered
     * @param pending what may wait for an instance that is out of use
     * @param access who may do what
     * @param requests how many may be under way, and how many wait
     * @param lingerMs how long a follower waits for more to send
     */
    record Settings(
            long logMs,
            double replicaRatio,
            long requestMs,
            long unansweredMs,
            Config.Log.Pending pending,
            Requests requests,
            AccessSettings access,
            long stallMs,
            long lingerMs) {
        record Requests(int limit, int queue, PrincipalLimits principals, int lists) {
            Requests(int limit, int queue) {
                this(limit, queue, PrincipalLimits.NONE, 16);
            }
        }

        static final Settings DEFAULT = new Settings(
                30_000,
                0.5,
                60_000,
                30_000,
                new Config.Log.Pending(Long.MAX_VALUE, Duration.ofDays(1)),
                new Requests(1_000, 1_000),
                AccessSettings.OPEN,
                30_000,
                50);

        Settings withLogMs(long ms) {
            return new Settings(
                    ms, replicaRatio, requestMs, unansweredMs, pending, requests, access, stallMs, lingerMs);
        }

        Settings withReplicaRatio(double ratio) {
            return new Settings(logMs, ratio, requestMs, unansweredMs, pending, requests, access, stallMs, lingerMs);
        }

        Settings withRequestMs(long ms) {
            return new Settings(
                    Math.min(logMs, ms), replicaRatio, ms, unansweredMs, pending, requests, access, stallMs, lingerMs);
        }

        Settings withUnansweredMs(long ms) {
            return new Settings(logMs, replicaRatio, requestMs, ms, pending, requests, access, stallMs, lingerMs);
        }

        Settings withRequests(int limit, int queue) {
            return new Settings(
                    logMs,
                    replicaRatio,
                    requestMs,
                    unansweredMs,
                    pending,
                    new Requests(limit, queue),
                    access,
                    stallMs,
                    lingerMs);
        }

        /** How many lists are made at once. */
        Settings withLists(int lists) {
            return new Settings(
                    logMs,
                    replicaRatio,
                    requestMs,
                    unansweredMs,
                    pending,
                    new Requests(requests.limit(), requests.queue(), requests.principals(), lists),
                    access,
                    stallMs,
                    lingerMs);
        }

        /** What each principal may use. */
        Settings withPrincipals(Map<PrincipalLimit, Long> limits) {
            return new Settings(
                    logMs,
                    replicaRatio,
                    requestMs,
                    unansweredMs,
                    pending,
                    new Requests(requests.limit(), requests.queue(), PrincipalLimits.of(limits), requests.lists()),
                    access,
                    stallMs,
                    lingerMs);
        }

        Settings withAccess(AccessSettings with) {
            return new Settings(
                    logMs, replicaRatio, requestMs, unansweredMs, pending, requests, with, stallMs, lingerMs);
        }

        Settings withPending(long bytes) {
            return new Settings(
                    logMs,
                    replicaRatio,
                    requestMs,
                    unansweredMs,
                    new Config.Log.Pending(bytes, pending.maxAge(), pending.logBytes()),
                    requests,
                    access,
                    stallMs,
                    lingerMs);
        }

        /** How large the log may be. */
        Settings withLog(long bytes) {
            return new Settings(
                    logMs,
                    replicaRatio,
                    requestMs,
                    unansweredMs,
                    new Config.Log.Pending(pending.maxBytes(), pending.maxAge(), bytes),
                    requests,
                    access,
                    stallMs,
                    lingerMs);
        }

        Settings withLingerMs(long ms) {
            return new Settings(logMs, replicaRatio, requestMs, unansweredMs, pending, requests, access, stallMs, ms);
        }

        Settings withStallMs(long ms) {
            return new Settings(logMs, replicaRatio, requestMs, unansweredMs, pending, requests, access, ms, lingerMs);
        }
    }

    private Stage(Settings settings, Seeing seeing, Tls tls, Optional<SslContext> servers, int others)
            throws SQLException {
        this(settings, seeing, tls, servers, others, true);
    }

    private Stage(
            Settings settings, Seeing seeing, Tls tls, Optional<SslContext> servers, int others, boolean soleOwner)
            throws SQLException {
        this.soleOwner = soleOwner;
        this.primary = new ScriptedChroma(servers);
        this.replica = new ScriptedChroma(servers);
        for (int i = 0; i < others; i++) {
            more.add(new ScriptedChroma(servers));
        }
        this.settings = settings;
        this.seeing = seeing;
        this.tls = tls;
        this.log = LogSql.fresh();
        ProxyServer proxy = startProxy();
        await().atMost(SOON).until(proxy::serving);
        this.client = new Client(proxy.address().getPort());
    }

    static Stage open() throws SQLException {
        return open(Settings.DEFAULT);
    }

    static Stage open(Settings settings) throws SQLException {
        return open(settings, Seeing.OFF);
    }

    /** The same with a proxy that tells of itself. */
    static Stage open(Settings settings, Seeing seeing) throws SQLException {
        return new Stage(settings, seeing, Tls.NONE, Optional.empty(), 0);
    }

    /** With TLS in front: {@link #client} does not speak it. */
    static Stage open(Tls tls) throws SQLException {
        return open(Settings.DEFAULT, tls, Optional.empty());
    }

    /** The same, with instances that speak TLS, or do not. */
    static Stage open(Settings settings, Tls tls, Optional<SslContext> servers) throws SQLException {
        return new Stage(settings, Seeing.OFF, tls, servers, 0);
    }

    /** With a proxy that may have a rival, as by default: it serves only while it knows that it owns the log. */
    static Stage openWithRivals(Settings settings) throws SQLException {
        return new Stage(settings, Seeing.OFF, Tls.NONE, Optional.empty(), 0, false);
    }

    /** With an instance named third. */
    static Stage openWithThird() throws SQLException {
        return new Stage(Settings.DEFAULT, Seeing.OFF, Tls.NONE, Optional.empty(), 1);
    }

    private List<Config.Upstream> instances() {
        List<Config.Upstream> all = new ArrayList<>();
        all.add(new Config.Upstream("primary", primary.uri()));
        all.add(new Config.Upstream("replica", replica.uri()));
        more.forEach(each -> all.add(new Config.Upstream("third", each.uri())));
        return all;
    }

    /** Starts one more proxy on the same log and the same instances. */
    ProxyServer startProxy() {
        Config config = new Config(
                new Config.Listen("127.0.0.1", 0, "auto", 2, settings.access(), tls),
                instances(),
                new Config.Log(Optional.empty(), Path.of("target"), soleOwner, settings.pending()),
                new Config.Limits(
                        400,
                        40 << 20,
                        settings.requests().limit(),
                        settings.requests().queue(),
                        3,
                        new Config.Limits.Batches(50, 200),
                        settings.requests().principals(),
                        0,
                        settings.requests().lists(),
                        64),
                new Config.Timing(
                        CHECK_MS,
                        settings.requestMs(),
                        settings.logMs(),
                        settings.logMs(),
                        10_000,
                        settings.stallMs(),
                        settings.unansweredMs(),
                        settings.lingerMs()),
                new Config.Rules(settings.replicaRatio(), Set.of("global"), List.of("default_tenant"), false, seeing));
        ProxyServer proxy = ProxyServer.start(config, Wal.open(WalConfig.of(log.target())));
        proxies.add(proxy);
        return proxy;
    }

    /** The proxy that was started first and still runs. */
    ProxyServer proxy() {
        return proxies.getFirst();
    }

    ScriptedChroma primary() {
        return primary;
    }

    ScriptedChroma replica() {
        return replica;
    }

    ScriptedChroma third() {
        return more.getFirst();
    }

    LogSql log() {
        return log;
    }

    /** A client of the first proxy. */
    Client client() {
        return client;
    }

    /** Ends the proxy that was started first. */
    void closeFirstProxy() {
        proxies.removeFirst().close();
    }

    /** Ends every proxy and starts another one; a client of that. */
    Client restartProxy() {
        return restartProxy(() -> {});
    }

    /** The same, with something done while there is none. */
    Client restartProxy(Runnable between) {
        while (!proxies.isEmpty()) {
            closeFirstProxy();
        }
        between.run();
        ProxyServer proxy = startProxy();
        await().atMost(SOON).until(proxy::serving);
        return new Client(proxy.address().getPort());
    }

    /** Makes a collection on both sides whose dimension is fixed, and forgets how. */
    Collection collection() {
        String name = "c-" + UUID.randomUUID();
        Client.Answer created = client.post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}")
                .join();
        if (created.status() != 200) {
            throw new AssertionError("no collection: " + created);
        }
        return new Collection(this, name, created.json().path("id").asText());
    }

    /** The same, with one record in it, so that its dimension is fixed. */
    Collection usedCollection() {
        Collection used = collection();
        Client.Answer added = used.add("first").join();
        if (added.status() != 201) {
            throw new AssertionError("not added: " + added);
        }
        await().atMost(SOON).until(() -> replica.model().ids(used.name()).contains("first"));
        forget();
        return used;
    }

    /** Both instances behave again, and their records are empty. */
    void forget() {
        primary.forget();
        replica.forget();
        more.forEach(ScriptedChroma::forget);
    }

    @Override
    public void close() {
        client.close();
        proxies.forEach(ProxyServer::close);
        primary.close();
        replica.close();
        more.forEach(ScriptedChroma::close);
    }
}
