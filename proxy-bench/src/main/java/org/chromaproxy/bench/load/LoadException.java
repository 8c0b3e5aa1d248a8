package org.chromaproxy.bench.load;

/** A run could not be carried out: there are no figures. */
final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
