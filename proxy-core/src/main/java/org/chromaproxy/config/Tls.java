package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS towards clients; none where there is no certificate.
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
        ClientAuth clientAuth) {
    public static final Tls NONE = new Tls(Optional.empty(), Optional.empty(), "", Optional.empty(), ClientAuth.NONE);

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRE
    }

    /** The password stays out of logs. */
    @Override
    public String toString() {
        return "Tls[" + certificate + ", " + key + ", " + clientCa + ", " + clientAuth + "]";
    }
}
