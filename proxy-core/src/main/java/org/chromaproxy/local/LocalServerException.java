package org.chromaproxy.local;

/** A local server cannot be installed, started or stopped. The message is for the operator: what is wrong, what to do. */
public sealed class LocalServerException extends RuntimeException permits MissingProgramException {
    private static final long serialVersionUID = 1L;

    LocalServerException(String message) {
        super(message);
    }

    LocalServerException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
