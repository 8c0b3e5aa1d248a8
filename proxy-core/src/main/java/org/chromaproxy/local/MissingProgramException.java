package org.chromaproxy.local;

/** A program of this machine that a local server needs is missing, too old or incomplete. The message names the remedy. */
public final class MissingProgramException extends LocalServerException {
    private static final long serialVersionUID = 1L;

    MissingProgramException(String message) {
        super(message);
    }

    MissingProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
