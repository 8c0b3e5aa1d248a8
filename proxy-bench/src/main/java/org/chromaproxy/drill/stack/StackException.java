package org.chromaproxy.drill.stack;

/** A process of the drill does not do what it was told: the run says nothing about the proxy. */
public final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
