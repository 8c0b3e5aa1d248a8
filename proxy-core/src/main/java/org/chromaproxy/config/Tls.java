package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS towards clients, none where there is no certificate, and towards the instances that have an {@code https} address.
 *
 * @param certificate the chain, own certificate first (PEM)
 * @param key its private key (PEM, PKCS#8)
 * @param keyPassword empty where the key is not encrypted
 * @param clientCa who signs the clients' certificates (PEM)
 */
public record Tls(
        Optional<Path> certificate,
        Optional<Path> key,
        String keyPassword,
        Optional<Path> clientCa,
        ClientAuth clientAuth,
        Upstream upstream) {
    public static final Tls NONE = new Tls(Optional.empty(), Optional.empty(), "", Optional.empty(), ClientAuth.NONE);

    /** Towards instances with everything verified by the trust store of this Java. */
    public Tls(
            Optional<Path> certificate,
            Optional<Path> key,
            String keyPassword,
            Optional<Path> clientCa,
            ClientAuth clientAuth) {
        this(certificate, key, keyPassword, clientCa, clientAuth, Upstream.DEFAULT);
    }

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRE
    }

    /**
     * Towards the instances.
     *
     * @param ca who must have signed their certificates (PEM); empty: whom this Java trusts
     * @param serverName what their certificates must be for, and the name they are asked for (SNI); empty: the host of
     *     their addresses
     * @param certificate what the proxy shows them (PEM)
     * @param key its private key (PEM, PKCS#8, not encrypted)
     */
    public record Upstream(
            Optional<Path> ca,
            Verify verify,
            Optional<String> serverName,
            Optional<Path> certificate,
            Optional<Path> key) {
        public static final Upstream DEFAULT =
                new Upstream(Optional.empty(), Verify.FULL, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** What is asked of an instance's certificate. */
    public enum Verify {
        /** A chain to an authority that is trusted, and the right name (RFC 9110, section 4.3.4). */
        FULL,
        /** The chain only. */
        CA,
        NONE
    }

    /** The password stays out of logs. */
    @Override
    public String toString() {
        return "Tls[" + certificate + ", " + key + ", " + clientCa + ", " + clientAuth + ", " + upstream + "]";
    }
}
