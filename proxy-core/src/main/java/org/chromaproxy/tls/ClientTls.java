package org.chromaproxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.Tls;

/**
 * TLS for connections to instances. Their certificates are verified, chain and name, unless the settings say otherwise.
 * No early data (RFC 8446, section 8): whoever recorded it could send a write once more. Thread-safe.
 */
public final class ClientTls implements AutoCloseable {
    /** Longer than a server is silent before it is down, so that this never decides about a busy one. */
    private static final long HANDSHAKE_MS = 5_000;
    /** The engine's name for the rules of RFC 9110, section 4.3.4. */
    private static final String NAME_RULES = "HTTPS";

    private final Tls.Upstream settings;
    private final Optional<Identity.Files> identity;
    private final Renewed contexts;
    private final Handshakes handshakes = new Handshakes();

    /**
     * Blocks while it reads the files.
     *
     * @throws TlsException naming the file that cannot be used
     */
    public ClientTls(Tls.Upstream settings) {
        this.settings = settings;
        this.identity = settings.certificate()
                .flatMap(chain -> settings.key()
                        .map(key -> new Identity.Files("UPSTREAM_CERTIFICATE", chain, key, Optional.empty())));
        List<Path> files = Stream.of(settings.ca(), settings.certificate(), settings.key())
                .flatMap(Optional::stream)
                .toList();
        this.contexts = new Renewed("the Chroma servers", files, this::build);
    }

    /** What the configuration asks for; empty where no instance has an {@code https} address. */
    static Optional<ClientTls> of(Config config) {
        boolean secured = config.instances().stream()
                .anyMatch(instance -> "https".equals(instance.url().getScheme()));
        return secured ? Optional.of(new ClientTls(config.listen().tls().upstream())) : Optional.empty();
    }

    /**
     * Puts TLS in front of a new connection's handlers. What the connection is for may begin when the handler's handshake
     * is done.
     *
     * @param host as in the instance's address
     */
    public void secure(Channel channel, String host, int port) {
        boolean literal = host.startsWith("[") && host.endsWith("]");
        String address = literal ? host.substring(1, host.length() - 1) : host;
        String name = settings.serverName().orElse(address);
        SslHandler handler = contexts.handler(context -> context.newHandler(channel.alloc(), name, port));
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        channel.pipeline().addLast("tls", handler);
    }

    /** A connection's handshake is done. */
    public void completed() {
        handshakes.completed();
    }

    /** Why TLS broke, and what to do, in half a sentence about the instance. */
    public static String words(Throwable cause) {
        return HandshakeFailure.of(cause).ofInstance(cause);
    }

    /** Counts a failure and tells of it; why, and what to do, in half a sentence about the instance. */
    public String failed(String instance, Throwable cause) {
        String why = words(cause);
        handshakes.failed(instance, () -> "no TLS with instance " + instance + ": " + why);
        return why;
    }

    /** Whether the other side was too slow, rather than wrong. */
    public static boolean timedOut(Throwable cause) {
        return HandshakeFailure.of(cause) == HandshakeFailure.TIMED_OUT;
    }

    /** How many there were. */
    public Handshakes handshakes() {
        return handshakes;
    }

    /**
     * Reads the files again, to be used or not. Blocks meanwhile.
     *
     * @throws TlsException when they cannot be used
     */
    Renewal read() {
        return contexts.read();
    }

    /** Reloads if the files have changed, and says so if they cannot be used. To be called now and then; blocks. */
    void look() {
        contexts.look();
    }

    @Override
    public void close() {
        contexts.close();
    }

    private SslContext build() {
        SslContextBuilder builder = Renewed.common(SslContextBuilder.forClient())
                .endpointIdentificationAlgorithm(settings.verify() == Tls.Verify.FULL ? NAME_RULES : "");
        if (settings.verify() == Tls.Verify.NONE) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else {
            settings.ca().ifPresent(file -> builder.trustManager(Pem.certificates("UPSTREAM_CA", file)));
        }
        identity.map(Identity.Files::read).ifPresent(own -> builder.keyManager(own.key(), own.chain()));
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new TlsException("TLS towards the Chroma servers cannot be set up: " + e.getMessage()
                    + "; see upstream_ca and upstream_certificate");
        }
    }
}
