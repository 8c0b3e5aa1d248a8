package org.chromaproxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.chromaproxy.config.Tls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS for clients' connections, by BoringSSL, or by Java's own where that cannot be loaded. A reload is for connections
 * that come after it; those that are open keep what they began with. Thread-safe.
 */
public final class ServerTls implements Consumer<Channel>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final long HANDSHAKE_MS = 10_000;
    /** Forward secret and authenticated only (RFC 9325, section 4.2); the first three are those of TLS 1.3. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Tls settings;
    private final Path certificate;
    private final Path key;
    private SslContext current;
    private String seen;

    private ServerTls(Tls settings, Path certificate, Path key) {
        this.settings = settings;
        this.certificate = certificate;
        this.key = key;
        this.seen = state();
        this.current = build();
    }

    /**
     * What the settings ask for; empty for plain HTTP. Blocks while it reads the files.
     *
     * @throws TlsException naming the file that cannot be used
     */
    public static Optional<ServerTls> of(Tls settings) {
        return settings.certificate().flatMap(chain -> settings.key().map(key -> new ServerTls(settings, chain, key)));
    }

    /** Puts TLS in front of a new connection's handlers. */
    @Override
    public synchronized void accept(Channel channel) {
        SslHandler handler = current.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        channel.pipeline().addLast("tls", handler);
    }

    /**
     * Reads the files again, for connections to come. Blocks meanwhile.
     *
     * @throws TlsException when they cannot be used: what was read before stays in use
     */
    public void reload() {
        read().use();
    }

    /**
     * Reads the files again, to be used or not. Blocks meanwhile.
     *
     * @throws TlsException when they cannot be used
     */
    public Renewal read() {
        String now = state();
        return new Renewal(build(), now);
    }

    /** Files that can be used: one of the two must be called, once. */
    public final class Renewal {
        private final SslContext next;
        private final String asOf;

        private Renewal(SslContext next, String asOf) {
            this.next = next;
            this.asOf = asOf;
        }

        /** New connections get them from now on. */
        public void use() {
            synchronized (ServerTls.this) {
                // Open connections hold it, too.
                ReferenceCountUtil.release(current);
                current = next;
                seen = asOf;
            }
            LOG.info("the certificate in {} is used for new connections from now on", certificate);
        }

        /** They are not used after all. */
        public void drop() {
            ReferenceCountUtil.release(next);
        }
    }

    /** Reloads if the files have changed, and says so if they cannot be used. To be called now and then; blocks. */
    public void look() {
        String now = state();
        synchronized (this) {
            if (now.equals(seen)) {
                return;
            }
            seen = now;
        }
        try {
            reload();
        } catch (TlsException e) {
            LOG.error("the changed certificate is not taken, the one before stays in use: {}", e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        ReferenceCountUtil.release(current);
    }

    private SslContext build() {
        X509Certificate[] chain = Pem.certificates("TLS_CERTIFICATE", certificate);
        PrivateKey secret = Pem.key(key, settings.keyPassword());
        Pem.match(chain[0], secret, key);
        if (chain[0].getNotAfter().toInstant().isBefore(Instant.now())) {
            LOG.error("the certificate in {} has expired: clients will refuse it; renew it", certificate);
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(secret, chain)
                    .sslProvider(provider())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            "http/1.1"))
                    .clientAuth(asked());
            settings.clientCa().ifPresent(file -> builder.trustManager(Pem.certificates("TLS_CLIENT_CA", file)));
            return builder.build();
        } catch (SSLException e) {
            throw Pem.problem("TLS_CERTIFICATE", certificate, "is refused: " + e.getMessage(), "give another one");
        }
    }

    private static SslProvider provider() {
        if (OpenSsl.isAvailable()) {
            return SslProvider.OPENSSL_REFCNT;
        }
        LOG.warn(
                "BoringSSL cannot be loaded ({}): Java's own TLS is used, which is slower. It is unpacked to the"
                        + " temporary directory, which must be writable and allow execution.",
                String.valueOf(OpenSsl.unavailabilityCause()));
        return SslProvider.JDK;
    }

    private ClientAuth asked() {
        return switch (settings.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRE -> ClientAuth.REQUIRE;
        };
    }

    /** Changes when one of the files does. */
    private String state() {
        StringBuilder all = new StringBuilder();
        Stream.of(Optional.of(certificate), Optional.of(key), settings.clientCa())
                .flatMap(Optional::stream)
                .forEach(file -> all.append(state(file)).append(' '));
        return all.toString();
    }

    private static String state(Path file) {
        try {
            return Files.getLastModifiedTime(file) + "/" + Files.size(file);
        } catch (IOException e) {
            return "none";
        }
    }
}
