package org.chromaproxy.lane;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.append.WriteAheadLog;

/** What lanes need of the rest of the proxy. Thread-safe. */
public record LaneServices(
        WriteAheadLog log,
        UpstreamClient upstream,
        Catalog catalog,
        Instances instances,
        Bodies bodies,
        LaneStats stats) {

    /** Reads bodies back from the log. */
    @FunctionalInterface
    public interface Bodies {
        /** The body of a record, completing on {@code loop}; exceptionally if it cannot be read now. */
        CompletableFuture<byte[]> load(long lsn, EventLoop loop);
    }
}
