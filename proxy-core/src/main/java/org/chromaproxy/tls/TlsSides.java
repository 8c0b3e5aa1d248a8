package org.chromaproxy.tls;

import java.util.ArrayList;
import java.util.List;
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
        read().use();
    }

    /**
     * Reads all files again, to be used or not. Blocks meanwhile.
     *
     * @throws TlsException when some cannot be used
     */
    public Renewal read() {
        List<Renewal> read = new ArrayList<>();
        try {
            clients.map(ServerTls::read).ifPresent(read::add);
            instances.map(ClientTls::read).ifPresent(read::add);
        } catch (TlsException e) {
            read.forEach(Renewal::drop);
            throw e;
        }
        return new Renewal() {
            @Override
            public void use() {
                read.forEach(Renewal::use);
            }

            @Override
            public void drop() {
                read.forEach(Renewal::drop);
            }
        };
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
