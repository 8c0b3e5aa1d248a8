package org.chromaproxy.upstream;

import java.io.IOException;

/** A request to an instance got no complete answer. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean neverSent;
    private final String refusal;

    public UpstreamException(String message, boolean neverSent) {
        this(message, neverSent, "");
    }

    private UpstreamException(String message, boolean neverSent, String refusal) {
        super(message);
        this.neverSent = neverSent;
        this.refusal = refusal;
    }

    /** No connection could be made. */
    static UpstreamException refused(String message) {
        return refused(message, "it refuses connections");
    }

    /** @param refusal the same as a reason why the instance is not in use */
    static UpstreamException refused(String message, String refusal) {
        return new UpstreamException(message, true, refusal);
    }

    /** Whether the instance, or the way to it, refused a connection. */
    public boolean refused() {
        return !refusal.isEmpty();
    }

    /** Why the instance is not in use then; empty unless {@link #refused}. */
    public String refusal() {
        return refusal;
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
