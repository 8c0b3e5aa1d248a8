package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

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

    /** @param text the value of a key, empty where there is none */
    static Tls of(Function<String, String> text, List<String> problems) {
        Optional<Path> certificate = path(text.apply("TLS_CERTIFICATE"));
        Optional<Path> key = path(text.apply("TLS_KEY"));
        Optional<Path> clientCa = path(text.apply("TLS_CLIENT_CA"));
        if (certificate.isPresent() != key.isPresent()) {
            problems.add("TLS_CERTIFICATE and TLS_KEY: only one is set; set both for TLS, or none for plain HTTP");
        }
        String named = text.apply("TLS_CLIENT_AUTH");
        ClientAuth auth = ClientAuth.NONE;
        if (Arrays.stream(ClientAuth.values()).anyMatch(value -> value.name().equalsIgnoreCase(named))) {
            auth = ClientAuth.valueOf(named.toUpperCase(Locale.ROOT));
        } else if (!named.isEmpty()) {
            problems.add("TLS_CLIENT_AUTH=" + named + ": must be none, optional or require");
        }
        if ((auth != ClientAuth.NONE) != clientCa.isPresent()) {
            problems.add("TLS_CLIENT_AUTH and TLS_CLIENT_CA: client certificates need both, optional or require and the"
                    + " CA's file; set both, or none");
        }
        if (clientCa.isPresent() && certificate.isEmpty()) {
            problems.add("TLS_CLIENT_CA: without TLS_CERTIFICATE nobody is asked for a certificate; set that too");
        }
        return new Tls(certificate, key, text.apply("TLS_KEY_PASSWORD"), clientCa, auth);
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    /** The password stays out of logs. */
    @Override
    public String toString() {
        return "Tls[" + certificate + ", " + key + ", " + clientCa + ", " + clientAuth + "]";
    }
}
