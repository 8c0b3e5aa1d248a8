package org.chromaproxy.demo;

/** The demo cannot go on. The message is for the user: what is wrong, what to do. */
final class DemoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoException(String message) {
        super(message);
    }
}
