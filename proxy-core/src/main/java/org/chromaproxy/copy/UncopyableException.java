package org.chromaproxy.copy;

/** A copy that cannot be made however often it is tried. Expected, and told by its message: the stack says nothing. */
final class UncopyableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncopyableException(String message) {
        super(message, null, false, false);
    }
}
