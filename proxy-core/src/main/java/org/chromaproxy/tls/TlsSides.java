package org.chromaproxy.tls;

import java.util.Optional;
import org.chromaproxy.config.Config;

/**
 * TLS on both sides of the proxy, each where it is wanted. Thread-safe.
 *
 * @param clients empty for plain HTTP
 * @param instances empty where none has an {@code https} address
 */
public record TlsSides(Optional<ServerTls> clients, Optional<ClientTls> instances) implements AutoCloseable {
    public static final TlsSides NONE = new TlsSides(Optional.empty(), Optional.empty());

    /**
     * What the configuration asks for. Blocks while it reads the files.
     *
     * @throws TlsException naming the file that cannot be used
     */
    public static TlsSides of(Config config) {
        return new TlsSides(ServerTls.of(config.listen().tls()), ClientTls.of(config));
    }

    public boolean any() {
        return clients.isPresent() || instances.isPresent();
    }

    /**
     * Reads all files again, for connections to come. Blocks meanwhile.
     *
     * @throws TlsException when some cannot be used: what was read before stays in use
     */
    public void reload() {
        clients.ifPresent(ServerTls::reload);
        instances.ifPresent(ClientTls::reload);
    }

    /** Reloads those that have changed, and says so if they cannot be used. To be called now and then; blocks. */
    public void look() {
        clients.ifPresent(ServerTls::look);
        instances.ifPresent(ClientTls::look);
    }

    @Override
    public void close() {
        clients.ifPresent(ServerTls::close);
        instances.ifPresent(ClientTls::close);
    }
}
