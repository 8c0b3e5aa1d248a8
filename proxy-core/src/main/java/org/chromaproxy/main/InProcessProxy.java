package org.chromaproxy.main;

import java.net.InetSocketAddress;
import org.chromaproxy.config.Config;
import org.chromaproxy.demo.LocalProxy;
import org.chromaproxy.wal.Wal;

/** The proxy with its log, for a command that does more in the same process. */
record InProcessProxy(OpenedLog log, ProxyServer server) implements LocalProxy {
    static InProcessProxy start(Config config) {
        OpenedLog log = OpenedLog.open(config.log());
        try {
            return new InProcessProxy(log, ProxyServer.start(config, log.wal()));
        } catch (RuntimeException | Error e) {
            log.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public Wal wal() {
        return log.wal();
    }

    @Override
    public void close() {
        server.close();
        log.close();
    }
}
