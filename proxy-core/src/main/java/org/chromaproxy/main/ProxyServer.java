package org.chromaproxy.main;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.config.Config;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.FrontEnd;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.RestoredLanes;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.owner.Lease;
import org.chromaproxy.wal.record.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running proxy: everything made, connected and started in order, and stopped in the reverse. */
public final class ProxyServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final long FIRST_PROBES_MS = 5_000;

    private final Config config;
    private final Wal wal;
    private final EventLoops loops;
    private final ExecutorService workers =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("worker-", 0).factory());
    private final FrontEnd frontEnd;
    private volatile boolean stopping;

    private ProxyServer(Config config, Wal wal) {
        this.config = config;
        this.wal = wal;
        this.loops = new EventLoops(Transport.named(config.listen().transport()), config.listen().threads());
        this.frontEnd = new FrontEnd(loops, new InetSocketAddress(config.listen().host(), config.listen().port()));
    }

    /**
     * Starts a proxy on an opened log and returns at once: it listens, stands by while another proxy owns the log, then
     * recovers and serves.
     */
    public static ProxyServer start(Config config, Wal wal) {
        ProxyServer server = new ProxyServer(config, wal);
        server.workers.execute(server::takeOver);
        return server;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return frontEnd.address();
    }
}
