package org.chromaproxy.support;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Authorities and certificates for tests, and what TLS makes of them. */
public final class Certificates {
    private static final char[] NO_PASSWORD = {};

    private Certificates() {}

    public static X509Bundle authority(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /** Not issued yet; for this machine's loopback address and its usual name. */
    public static CertificateBuilder loopback(String name) {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanIpAddress("127.0.0.1")
                .addSanDnsName("localhost");
    }

    /** A certificate for this machine's loopback address. */
    public static X509Bundle loopback(X509Bundle by, String name) throws Exception {
        return loopback(name).buildIssuedBy(by);
    }

    /** Good for everything but the day. */
    public static X509Bundle expired(X509Bundle by) throws Exception {
        Instant now = Instant.now();
        return loopback("expired")
                .notBefore(now.minus(20, ChronoUnit.DAYS))
                .notAfter(now.minus(10, ChronoUnit.DAYS))
                .buildIssuedBy(by);
    }

    /** Good for everything but the day. */
    public static X509Bundle notYetValid(X509Bundle by) throws Exception {
        Instant now = Instant.now();
        return loopback("early")
                .notBefore(now.plus(10, ChronoUnit.DAYS))
                .notAfter(now.plus(20, ChronoUnit.DAYS))
                .buildIssuedBy(by);
    }

    public static X509Bundle forName(X509Bundle by, String host) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + host)
                .addSanDnsName(host)
                .buildIssuedBy(by);
    }

    /** What a server with that certificate needs, by Java's own TLS: nothing of it has to be released. */
    public static SslContextBuilder server(X509Bundle bundle) {
        return SslContextBuilder.forServer(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())
                .sslProvider(SslProvider.JDK);
    }

    /** A server's context, and nothing special about it. */
    public static SslContext serverContext(X509Bundle bundle) throws IOException {
        return server(bundle).build();
    }

    /** Java's own context: trusts one authority, and shows a certificate or none. */
    public static SSLContext java(X509Bundle trusted, Optional<X509Bundle> own) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", trusted.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        KeyManager[] keys = {};
        if (own.isPresent()) {
            KeyStore mine = KeyStore.getInstance("PKCS12");
            mine.load(null, null);
            mine.setKeyEntry(
                    "me",
                    own.get().getKeyPair().getPrivate(),
                    NO_PASSWORD,
                    own.get().getCertificatePath());
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(mine, NO_PASSWORD);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    /** Writes the chain; the file. */
    public static Path chain(Path file, X509Bundle bundle) throws IOException {
        return Files.writeString(file, bundle.getCertificatePathPEM());
    }

    /** Writes the key; the file. */
    public static Path key(Path file, X509Bundle bundle) throws IOException {
        return Files.writeString(file, bundle.getPrivateKeyPEM());
    }
}
