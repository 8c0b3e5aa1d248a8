package org.chromaproxy.tls;

/** A certificate or key that cannot be used: which file, why, and what to do. */
public final class TlsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }
}
