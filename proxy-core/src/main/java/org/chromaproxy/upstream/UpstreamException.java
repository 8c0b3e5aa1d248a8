package org.chromaproxy.upstream;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request to an instance got no complete answer. */
public final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean neverSent;
    private final String refusal;
    private final boolean tooLarge;

    public UpstreamException(String message, boolean neverSent) {
        this(message, neverSent, "", false);
    }

    private UpstreamException(String message, boolean neverSent, String refusal, boolean tooLarge) {
        super(message);
        this.neverSent = neverSent;
        this.refusal = refusal;
        this.tooLarge = tooLarge;
    }

    /** The answer is larger than it may be. */
    public static UpstreamException beyond(int most) {
        return new UpstreamException("the answer is larger than " + most + " bytes", false, "", true);
    }

    /** Whether a request failed since its answer was larger than it may be. */
    public static boolean isTooLarge(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof UpstreamException upstream && upstream.tooLarge;
    }

    /** No connection could be made. */
    public static UpstreamException refused(String message) {
        return refused(message, "it refuses connections");
    }

    /** @param refusal the same as a reason why the instance is not in use */
    static UpstreamException refused(String message, String refusal) {
        return new UpstreamException(message, true, refusal, false);
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
    boolean neverSent() {
        return neverSent;
    }

    /** The same of whatever a request ended with, an answer (null) included: then it says nothing of the record. */
    public static boolean neverSent(@Nullable Throwable error) {
        return error instanceof UpstreamException upstream && upstream.neverSent;
    }

    /** Failures are expected here and told by their message; the stack says nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
