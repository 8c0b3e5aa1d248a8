package org.chromaproxy.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything the demo has started, stopped in reverse order by {@link #close}, in time or by force. Thread-safe. */
final class Servers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Servers.class);
    private static final long STOP_WITHIN_SECONDS = 8;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private boolean closing;

    /** Starts one more; the start itself is not interrupted by a stop, but followed by one. */
    <T extends AutoCloseable> T start(Callable<T> starter) throws Exception {
        T server = starter.call();
        synchronized (this) {
            if (!closing) {
                started.push(server);
                return server;
            }
        }
        server.close();
        throw new DemoException("stopped while starting");
    }

    private synchronized @Nullable AutoCloseable next() {
        closing = true;
        return started.poll();
    }

    /**
     * Stops them all. A server that takes longer than a few seconds is left to the end of this JVM, which the kernel
     * tells it of.
     */
    @Override
    public void close() {
        Thread stopper = Thread.ofPlatform().daemon().name("stopper").start(this::stopAll);
        try {
            stopper.join(TimeUnit.SECONDS.toMillis(STOP_WITHIN_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopAll() {
        for (AutoCloseable server = next(); server != null; server = next()) {
            try {
                server.close();
            } catch (Exception e) {
                LOG.warn("cannot stop {}", server, e);
            }
        }
    }
}
