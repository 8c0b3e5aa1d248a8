package org.chromaproxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.chromaproxy.http.ClientCodec;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.tls.ClientTls;
import org.chromaproxy.transport.KeepAlive;
import org.chromaproxy.transport.OffLoopResolver;
import org.chromaproxy.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one event loop to one instance. Confined to that loop. */
public final class UpstreamPool implements UpstreamConnection.Owner, LaneConnections.Idle {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamPool.class);
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    /** Kernel time-out for unacknowledged bytes: no packet from the past is delivered later than this. */
    private static final int USER_TIMEOUT_MS = 5_000;

    private static final KeepAlive KEEP_ALIVE = new KeepAlive(10, 5, 3);

    /** Longest wait in line for a connection, as those in use may never come back, and then until it is known where it leads. */
    static final long LINE_TIMEOUT_MS = 10_000;

    /** A connection that carries nothing is closed after so long. */
    static final long IDLE_MS = 60_000;

    static final AddressResolverGroup<InetSocketAddress> RESOLVER = new OffLoopResolver(CONNECT_TIMEOUT_MS);
    /** A channel that is closed before it was active loses its handlers, but not this. */
    private static final AttributeKey<UpstreamConnection> CONNECTION =
            AttributeKey.valueOf(UpstreamPool.class, "connection");

    private final Instance instance;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final int bound;
    private final Runnable onTrouble;
    private final Recognition recognition;
    private final PoolStats stats;
    private final long lineMs;
    /** Null where the instance speaks plain HTTP. */
    private final @Nullable ClientTls tls;

    private final LaneConnections lanes;
    private final IdleConnections idle;
    private final Set<UpstreamConnection> open = new HashSet<>();
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    /** Connections for reads that are open or being made. */
    private int ofReads;
    /** Those of lanes that carry nothing, for other loops to see. */
    private volatile int idleOfLanes;

    /**
     * What the pools of all loops and instances share.
     *
     * @param tls for instances that speak it
     * @param resolver finds the addresses of names
     * @param lineMs how long a caller may wait in line
     * @param nanos monotonic clock, ns
     * @param idleMs how long a connection stays open that carries nothing
     */
    record Shared(
            Transport transport,
            PoolStats stats,
            Optional<ClientTls> tls,
            AddressResolverGroup<InetSocketAddress> resolver,
            long lineMs,
            LongSupplier nanos,
            long idleMs) {}

    /**
     * @param bound most connections for reads at once; beyond it callers wait in line
     * @param onTrouble called when a connection is refused or breaks, so that health is checked at once
     * @param recognition of the instance
     * @param lanes what lanes and copies have of the instance's connections
     * @throws IllegalArgumentException when the instance speaks TLS and there is none
     */
    UpstreamPool(
            Instance instance,
            EventLoop loop,
            int bound,
            Runnable onTrouble,
            Recognition recognition,
            LaneConnections lanes,
            Shared shared) {
        this.instance = instance;
        this.loop = loop;
        this.bound = bound;
        this.onTrouble = onTrouble;
        this.recognition = recognition;
        this.lanes = lanes;
        this.idle = new IdleConnections(
                loop, recognition.process(), shared.nanos(), TimeUnit.MILLISECONDS.toNanos(shared.idleMs()));
        this.stats = shared.stats();
        this.lineMs = shared.lineMs();
        this.tls = instance.tls()
                ? shared.tls()
                        .orElseThrow(() -> new IllegalArgumentException(instance + " has an https address, and no TLS"))
                : null;
        Transport transport = shared.transport();
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.socketClass())
                .resolver(shared.resolver())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.TCP_NODELAY, true)
                // Closing discards what was not delivered, so that it cannot arrive after newer records.
                .option(ChannelOption.SO_LINGER, 0)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialise(channel);
                    }
                });
        KEEP_ALIVE.set(bootstrap, transport);
        switch (transport) {
            case EPOLL -> bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
            case NIO -> {
                // Java has no such option: see Transport.weakness.
            }
        }
    }

    private void initialise(Channel channel) {
        UpstreamConnection connection = new UpstreamConnection(this, channel);
        ClientTls secured = tls;
        if (secured != null) {
            InetSocketAddress address = instance.address();
            secured.secure(channel, address.getHostString(), address.getPort());
        }
        channel.pipeline().addLast(new ClientCodec(), connection);
        channel.attr(CONNECTION).set(connection);
        open.add(connection);
        // Unlike channelInactive, this is told of every channel.
        channel.closeFuture().addListener(closed -> forget(connection));
    }

    @Override
    public Instance instance() {
        return instance;
    }

    /**
     * Hands a connection to {@code ready}, or the reason there is none to {@code failed}; at once where one is idle.
     */
    public void acquire(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed) {
        acquire(new Waiter(ready, failed, ConnectionUse.READS), bound);
    }

    /** The same for what is bounded elsewhere, or few, and must not wait behind clients' reads. */
    void acquireReserved(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed, ConnectionUse use) {
        acquire(new Waiter(ready, failed, use), Integer.MAX_VALUE);
    }

    private void acquire(Waiter waiter, int most) {
        UpstreamConnection connection = idle.take(waiter.use);
        tellIdle();
        if (connection != null) {
            stats.hit();
            hand(connection, waiter);
            return;
        }
        stats.miss();
        if (ofReads >= most) {
            waiting.add(waiter);
            waiter.patience = loop.schedule(() -> overdue(waiter), lineMs, TimeUnit.MILLISECONDS);
        } else {
            connect(waiter);
        }
    }

    private void overdue(Waiter waiter) {
        if (waiting.remove(waiter)) {
            String message = "no connection to " + instance + " became free within " + lineMs + " ms";
            waiter.failed.accept(new UpstreamException(message, true));
        }
    }

    /** The next in line, if there is one. */
    private @Nullable Waiter next() {
        Waiter next = waiting.poll();
        if (next != null && next.patience != null) {
            next.patience.cancel(false);
        }
        return next;
    }

    private void connect(Waiter waiter) {
        switch (waiter.use) {
            case READS -> ofReads++;
            case LANES -> lanes.opening(this);
            case OWN -> {}
        }
        ChannelFuture future = bootstrap.connect(instance.address());
        future.addListener(done -> {
            UpstreamConnection connection = future.channel().attr(CONNECTION).get();
            if (done.isSuccess() && connection != null) {
                connection.opened(waiter.use);
                if (!open.contains(connection)) {
                    // Closed by now, and forgotten before it was known whose it is.
                    uncount(waiter.use);
                }
                recognition.process().opened(connection);
                connected(connection, waiter);
                return;
            }
            uncount(waiter.use);
            if (connection != null && connection.givenUp()) {
                wasReset(waiter);
            } else {
                failed(waiter, done.cause());
            }
        });
    }

    /** One that was open or being made is not any more. */
    private void uncount(ConnectionUse use) {
        switch (use) {
            case READS -> ofReads--;
            case LANES -> lanes.closed();
            case OWN -> {}
        }
    }

    private void failed(Waiter waiter, @Nullable Throwable cause) {
        String message = "no connection to " + instance + ": " + (cause == null ? "closed" : cause.getMessage());
        // A name server that fails says nothing about the instance: connections it has may work as before.
        boolean unknown = cause instanceof UnknownHostException;
        refused(waiter, unknown ? new UpstreamException(message, true) : UpstreamException.refused(message));
    }

    /** The proxy gave the connection up itself: nothing to blame the instance for. */
    private void wasReset(Waiter waiter) {
        waiter.failed.accept(new UpstreamException("the connection to " + instance + " was reset before use", true));
        serveNext();
    }

    /** With TLS, a request may be sent when the handshake is done: until then it is certain that none was. */
    private void connected(UpstreamConnection connection, Waiter waiter) {
        ClientTls secured = tls;
        if (secured == null) {
            hand(connection, waiter);
            return;
        }
        connection.handshake().addListener(done -> {
            if (done.isSuccess()) {
                secured.completed();
                hand(connection, waiter);
                return;
            }
            if (connection.givenUp()) {
                wasReset(waiter);
                return;
            }
            connection.close();
            String why = secured.failed(instance.name(), done.cause());
            refused(
                    waiter,
                    ClientTls.timedOut(done.cause())
                            ? new UpstreamException("no TLS with " + instance + ": " + why, true)
                            : UpstreamException.refused(
                                    "no TLS with " + instance + ": " + why, "no TLS with it: " + why));
        });
    }

    /** Nothing is sent before it is known who answers there. */
    private void hand(UpstreamConnection connection, Waiter waiter) {
        if (waiter.use == ConnectionUse.OWN || recognition.known(connection)) {
            waiter.ready.accept(connection);
            return;
        }
        CompletableFuture<Void> known = recognition.of(connection, loop);
        ScheduledFuture<?> patience = loop.schedule(() -> unknown(known), lineMs, TimeUnit.MILLISECONDS);
        known.whenCompleteAsync(
                (_, error) -> {
                    patience.cancel(false);
                    recognised(connection, waiter, error);
                },
                loop);
    }

    /** Whatever it is that does not come to an end: who waits for it is told. */
    private void unknown(CompletableFuture<Void> known) {
        String message = "no connection to " + instance + ": within " + lineMs
                + " ms nothing told whether what answers there is the server that is known";
        if (known.completeExceptionally(new UpstreamException(message, true))) {
            LOG.warn(message);
        }
    }

    private void recognised(UpstreamConnection connection, Waiter waiter, @Nullable Throwable error) {
        if (connection.givenUp()) {
            wasReset(waiter);
        } else if (error != null) {
            connection.close();
            waiter.failed.accept(
                    cause(error) instanceof UpstreamException known
                            ? known
                            : new UpstreamException("no connection to " + instance + ": " + error, true));
        } else if (connection.alive()) {
            waiter.ready.accept(connection);
        } else {
            waiter.failed.accept(new UpstreamException(instance + " closed the connection before its use", true));
        }
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private void refused(Waiter waiter, UpstreamException cause) {
        onTrouble.run();
        waiter.failed.accept(cause);
        serveNext();
    }

    @Override
    public boolean secured() {
        return tls != null;
    }

    @Override
    public String words(Throwable cause, boolean heard) {
        ClientTls secured = tls;
        boolean broken = cause instanceof SSLException || cause.getCause() instanceof SSLException;
        if (secured == null || !broken) {
            return String.valueOf(cause.getMessage());
        }
        return heard ? ClientTls.words(cause) : secured.failed(instance.name(), cause);
    }

    @Override
    public void giveBack(UpstreamConnection connection) {
        Waiter next = connection.use() == ConnectionUse.READS ? next() : null;
        if (next != null) {
            hand(connection, next);
        } else {
            idle.add(connection);
            tellIdle();
        }
    }

    private void tellIdle() {
        int now = idle.size(ConnectionUse.LANES);
        if (now != idleOfLanes) {
            idleOfLanes = now;
        }
    }

    @Override
    public boolean dropsIdleOfLanes() {
        if (idleOfLanes == 0) {
            return false;
        }
        try {
            loop.execute(() -> {
                idle.dropOldest(ConnectionUse.LANES);
                tellIdle();
            });
            return true;
        } catch (RejectedExecutionException e) {
            // The event loops have ended.
            return false;
        }
    }

    private void forget(UpstreamConnection connection) {
        open.remove(connection);
        idle.remove(connection);
        tellIdle();
        if (connection.counted()) {
            uncount(connection.use());
        }
        recognition.process().closed(connection, connection.givenUp(), loop);
        serveNext();
    }

    private void serveNext() {
        if (ofReads < bound) {
            Waiter next = next();
            if (next != null) {
                connect(next);
            }
        }
    }

    @Override
    public void answered(UpstreamConnection connection, long begunNanos, boolean well) {
        recognition.process().answered(connection, begunNanos);
        instance.answered(well);
        stats.answered(instance.index(), System.nanoTime() - begunNanos);
    }

    /** On the pool's loop. */
    LoopCensus.PoolCount count() {
        return new LoopCensus.PoolCount(open.size(), idle.size(), waiting.size());
    }

    @Override
    public void troubled() {
        onTrouble.run();
    }

    /** Resets every connection, idle or not: their exchanges fail, what was not delivered is discarded. */
    void reset() {
        loop.execute(() -> new ArrayList<>(open).forEach(UpstreamConnection::close));
    }

    /** How many connections are open. */
    int size() {
        return open.size();
    }

    private static final class Waiter {
        private final Consumer<UpstreamConnection> ready;
        private final Consumer<UpstreamException> failed;
        private final ConnectionUse use;
        private @Nullable ScheduledFuture<?> patience;

        Waiter(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed, ConnectionUse use) {
            this.ready = ready;
            this.failed = failed;
            this.use = use;
        }
    }
}
