package org.chromaproxy.downstream;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.admit.MemoryBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What may go wrong with a client's connection: its own end, or a fault of the proxy, which is told. Thread-safe. */
final class Failure {
    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final AtomicLong NEXT = new AtomicLong(System.nanoTime());

    private Failure() {}

    /** Whether the client, the network or its TLS has broken the connection. */
    private static boolean ofTheConnection(Throwable cause) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Logs and counts it; whether the client can still be told. */
    static boolean leavesWords(Throwable cause, MemoryBudget memory) {
        if (ofTheConnection(cause)) {
            return false;
        }
        tell(cause);
        if (cause instanceof OutOfMemoryError) {
            memory.countExhausted();
            return false;
        }
        return true;
    }

    /** Logs it, one in ten seconds. */
    private static void tell(Throwable cause) {
        long next = NEXT.get();
        long now = System.nanoTime();
        if (now - next >= 0 && NEXT.compareAndSet(next, now + PAUSE_NANOS)) {
            LOG.error("a client's connection failed; it is closed, the proxy goes on", cause);
        }
    }
}
