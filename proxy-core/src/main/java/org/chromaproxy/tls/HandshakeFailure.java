package org.chromaproxy.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why a handshake failed, in words for operators: about an instance with what to do, and about a client. */
enum HandshakeFailure {
    EXPIRED("its certificate has expired; renew it there", "its certificate has expired"),
    NOT_YET_VALID(
            "its certificate is not valid yet; see whether the clocks of both machines are right",
            "its certificate is not valid yet"),
    WRONG_NAME(
            "its certificate is for another name than the one in its address; use a name of the certificate in the address, or"
                    + " set UPSTREAM_TLS_SERVER_NAME to one",
            "its certificate is for another name"),
    UNKNOWN_AUTHORITY(
            "its certificate comes from an authority that is not trusted here; give that authority's certificate as"
                    + " UPSTREAM_CA",
            "its certificate does not come from TLS_CLIENT_CA"),
    OLD_PROTOCOL(
            "it speaks neither TLS 1.2 nor 1.3; bring what does TLS there up to date",
            "it speaks neither TLS 1.2 nor 1.3"),
    CERTIFICATE_MISSING(
            "it demands a certificate; set UPSTREAM_CERTIFICATE and UPSTREAM_KEY",
            "it shows no certificate, and TLS_CLIENT_AUTH is require"),
    CERTIFICATE_REFUSED(
            "it refuses the certificate shown to it; see that UPSTREAM_CERTIFICATE is valid and comes from an authority it"
                    + " trusts",
            "it refuses the proxy's certificate: it does not know its authority, uses another name, or the certificate has"
                    + " expired"),
    NOTHING_IN_COMMON(
            "it finds no protocol or cipher in common, or demands a certificate; see its own log",
            "it offers no cipher that is safe, or finds none in common"),
    NOT_TLS(
            "it does not speak TLS on that port; take the port that does, or http:// in its address",
            "it does not speak TLS; its address for the proxy must begin with https://"),
    TIMED_OUT("it did not finish the handshake in time", "it did not finish the handshake in time"),
    CLOSED("it closed the connection during the handshake; see its own log", "it left during the handshake"),
    OTHER("see its own log", "of another reason");

    private static final int BRIEF = 200;

    /** Alerts and errors as BoringSSL and Java spell them; the first that is found holds. */
    private record Words(HandshakeFailure failure, List<String> any) {}

    private static final List<Words> WORDS = List.of(
            new Words(WRONG_NAME, List.of("SUBJECT ALTERNATIVE", "NO NAME MATCHING")),
            new Words(UNKNOWN_AUTHORITY, List.of("PATH BUILDING FAILED", "PATH VALIDATION FAILED", "TRUST ANCHOR")),
            new Words(OLD_PROTOCOL, List.of("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO APPROPRIATE PROTOCOL")),
            new Words(
                    CERTIFICATE_MISSING,
                    List.of("CERTIFICATE_REQUIRED", "DID_NOT_RETURN_A_CERTIFICATE", "EMPTY CLIENT CERTIFICATE")),
            new Words(
                    CERTIFICATE_REFUSED,
                    List.of(
                            "UNKNOWN_CA",
                            "BAD_CERTIFICATE",
                            "CERTIFICATE_UNKNOWN",
                            "CERTIFICATE_EXPIRED",
                            "CERTIFICATE_REVOKED",
                            "UNSUPPORTED_CERTIFICATE",
                            "ACCESS_DENIED")),
            new Words(NOT_TLS, List.of("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST")),
            new Words(
                    NOTHING_IN_COMMON,
                    List.of("NO_SHARED_CIPHER", "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "NO CIPHER SUITES")));

    private final String instance;
    private final String client;

    HandshakeFailure(String instance, String client) {
        this.instance = instance;
        this.client = client;
    }

    static HandshakeFailure of(Throwable cause) {
        StringBuilder text = new StringBuilder();
        boolean closed = false;
        for (Throwable at = cause; at != null; at = at.getCause()) {
            Optional<HandshakeFailure> known = byClass(at);
            if (known.isPresent()) {
                return known.get();
            }
            closed |= at instanceof ClosedChannelException;
            text.append(at.getMessage()).append('\n');
        }
        String upper = text.toString().toUpperCase(Locale.ROOT);
        HandshakeFailure otherwise = closed || upper.contains("CONNECTION RESET") ? CLOSED : OTHER;
        return WORDS.stream()
                .filter(words -> words.any().stream().anyMatch(upper::contains))
                .map(Words::failure)
                .findFirst()
                .orElse(otherwise);
    }

    private static Optional<HandshakeFailure> byClass(Throwable at) {
        return switch (at) {
            case SslHandshakeTimeoutException _ -> Optional.of(TIMED_OUT);
            case NotSslRecordException _ -> Optional.of(NOT_TLS);
            case CertificateExpiredException _ -> Optional.of(EXPIRED);
            case CertificateNotYetValidException _ -> Optional.of(NOT_YET_VALID);
            default -> Optional.empty();
        };
    }

    /** Half a sentence about an instance. */
    String ofInstance(Throwable cause) {
        return instance + detail(cause);
    }

    /** Half a sentence about a client. */
    String ofClient(Throwable cause) {
        return client + detail(cause);
    }

    /** Of what is not TLS the cause quotes the bytes that came: they may be a plain request with its token. */
    private String detail(Throwable cause) {
        return this == NOT_TLS ? "" : innermost(cause);
    }

    private static String innermost(Throwable cause) {
        Throwable last = cause;
        for (Throwable at = cause.getCause(); at != null; at = at.getCause()) {
            last = at;
        }
        String text = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
        return " (" + (text.length() > BRIEF ? text.substring(0, BRIEF) + "…" : text) + ")";
    }
}
