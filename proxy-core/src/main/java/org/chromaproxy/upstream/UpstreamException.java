package org.chromaproxy.upstream;

import java.io.IOException;

/** A request to an instance got no complete answer. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean neverSent;
    private final boolean refused;

    public UpstreamException(String message, boolean neverSent) {
        this(message, neverSent, false);
    }

    private UpstreamException(String message, boolean neverSent, boolean refused) {
        super(message);
        this.neverSent = neverSent;
        this.refused = refused;
    }

    /** No connection could be made. */
    static UpstreamException refused(String message) {
        return new UpstreamException(message, true, true);
    }

    /** Whether the instance, or the way to it, refused a connection. */
    public boolean refused() {
        return refused;
    }

    /** Whether it is certain that the instance saw nothing of the request. */
    public boolean neverSent() {
        return neverSent;
    }

    /** Failures are expected here and told by their message; the stack says nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
