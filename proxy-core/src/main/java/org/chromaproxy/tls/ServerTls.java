package org.chromaproxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.chromaproxy.config.Tls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS for clients' connections. Thread-safe. */
public final class ServerTls implements Consumer<Channel>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final long HANDSHAKE_MS = 10_000;

    private final Tls settings;
    private final Identity.Files identity;
    private final Renewed contexts;
    private final Handshakes handshakes = new Handshakes();

    private ServerTls(Tls settings, Identity.Files identity) {
        this.settings = settings;
        this.identity = identity;
        List<Path> files = Stream.concat(
                        Stream.of(identity.certificate(), identity.key()), settings.clientCa().stream())
                .toList();
        this.contexts = new Renewed("clients", files, this::build);
    }

    /**
     * What the settings ask for; empty for plain HTTP. Blocks while it reads the files.
     *
     * @throws TlsException naming the file that cannot be used
     */
    static Optional<ServerTls> of(Tls settings) {
        return settings.certificate()
                .flatMap(chain -> settings.key()
                        .map(key ->
                                new Identity.Files("TLS_CERTIFICATE", chain, key, Optional.of(settings.keyPassword()))))
                .map(files -> new ServerTls(settings, files));
    }

    /** Puts TLS in front of a new connection's handlers. */
    @Override
    public void accept(Channel channel) {
        SslHandler handler = contexts.handler(context -> context.newHandler(channel.alloc()));
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        // Otherwise a record that comes octet by octet is held in as many buffers.
        handler.setCumulator(ByteToMessageDecoder.MERGE_CUMULATOR);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                handshakes.completed();
            } else {
                failed(channel, done.cause());
            }
        });
        channel.pipeline().addLast("tls", handler);
    }

    /** One that connects and leaves without a word, as balancers do to see whether the port is open, has not failed. */
    private void failed(Channel channel, Throwable cause) {
        HandshakeFailure failure = HandshakeFailure.of(cause);
        if (failure != HandshakeFailure.CLOSED) {
            String client = channel.remoteAddress() instanceof InetSocketAddress address
                    ? address.getAddress().getHostAddress()
                    : "unknown";
            handshakes.failed("clients", () -> "no TLS with client " + client + ": " + failure.ofClient(cause));
        }
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
        Identity own = identity.read();
        if (own.chain().getFirst().getNotAfter().toInstant().isBefore(Instant.now())) {
            LOG.error("the certificate in {} has expired: clients will refuse it; renew it", identity.certificate());
        }
        try {
            SslContextBuilder builder = Renewed.common(SslContextBuilder.forServer(own.key(), own.chain()))
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            "http/1.1"))
                    .clientAuth(asked());
            settings.clientCa().ifPresent(file -> builder.trustManager(Pem.certificates("TLS_CLIENT_CA", file)));
            return builder.build();
        } catch (SSLException e) {
            throw Pem.problem(
                    "TLS_CERTIFICATE", identity.certificate(), "is refused: " + e.getMessage(), "give another one");
        }
    }

    private ClientAuth asked() {
        return switch (settings.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRE -> ClientAuth.REQUIRE;
        };
    }
}
