package org.chromaproxy.demo;

import java.net.InetSocketAddress;
import org.chromaproxy.config.Config;
import org.chromaproxy.wal.Wal;

/** The proxy in this process, as the command line wires it. */
public interface LocalProxy extends AutoCloseable {
    /** How to start one. */
    @FunctionalInterface
    interface Starter {
        /** Opens the log and starts a proxy on it; returns when it listens. Blocks. */
        LocalProxy start(Config config);
    }

    InetSocketAddress address();

    /** Its log, to be read. */
    Wal wal();

    /** Stops it and its log in order. Blocks while requests under way finish. */
    @Override
    void close();
}
