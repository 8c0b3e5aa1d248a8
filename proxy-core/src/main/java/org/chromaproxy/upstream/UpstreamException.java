package org.chromaproxy.upstream;

import java.io.IOException;

/** A request to an instance got no complete answer. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean neverSent;

    public UpstreamException(String message, boolean neverSent) {
        super(message);
        this.neverSent = neverSent;
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
