package org.chromaproxy.tls;

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
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context made of files, and made anew when they change: for connections that come after it; those that are open keep
 * what they began with. By BoringSSL, or by Java's own TLS where that cannot be loaded. Thread-safe.
 */
final class Renewed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewed.class);
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

    private final String towards;
    private final List<Path> files;
    private final Supplier<SslContext> build;
    private SslContext current;
    private String seen;
    /** Files that were being read may still be looked at. Guarded by this. */
    private boolean closed;

    /**
     * Makes the first one.
     *
     * @param towards whom, for the log
     * @param files what to watch
     * @param build reads them; throws {@link TlsException} when they cannot be used
     */
    Renewed(String towards, List<Path> files, Supplier<SslContext> build) {
        this.towards = towards;
        this.files = files;
        this.build = build;
        this.seen = state();
        this.current = build.get();
    }

    /** What both sides speak: TLS 1.2 and 1.3. */
    static SslContextBuilder common(SslContextBuilder builder) {
        return builder.sslProvider(provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
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

    /** A handler of the context that is in use now. */
    synchronized SslHandler handler(Function<SslContext, SslHandler> maker) {
        return maker.apply(current);
    }

    /**
     * Reads the files again, to be used or not. Blocks meanwhile.
     *
     * @throws TlsException when they cannot be used
     */
    Renewal read() {
        String asOf = state();
        SslContext next = build.get();
        return new Renewal() {
            @Override
            public void use() {
                swap(next, asOf);
            }

            @Override
            public void drop() {
                ReferenceCountUtil.release(next);
            }
        };
    }

    private void swap(SslContext next, String asOf) {
        synchronized (this) {
            if (closed) {
                ReferenceCountUtil.release(next);
                return;
            }
            // Open connections hold it, too.
            ReferenceCountUtil.release(current);
            current = next;
            seen = asOf;
        }
        LOG.info("TLS towards {}: the files {} are used for new connections from now on", towards, files);
    }

    /** Reloads if the files have changed, and says so if they cannot be used. To be called now and then; blocks. */
    void look() {
        String now = state();
        synchronized (this) {
            if (now.equals(seen)) {
                return;
            }
            seen = now;
        }
        try {
            read().use();
        } catch (TlsException e) {
            LOG.error(
                    "TLS towards {}: the changed files are not taken, what was read before stays in use: {}",
                    towards,
                    e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            ReferenceCountUtil.release(current);
        }
    }

    /** Changes when one of the files does. */
    private String state() {
        StringBuilder all = new StringBuilder();
        files.forEach(file -> all.append(state(file)).append(' '));
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
