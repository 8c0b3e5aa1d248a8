package org.chromaproxy.blocking;

/** A step that cannot be taken now; it is tried again later. Expected, and told by its message: the stack says nothing. */
public final class StepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StepException(String message) {
        super(message, null, false, false);
    }
}
