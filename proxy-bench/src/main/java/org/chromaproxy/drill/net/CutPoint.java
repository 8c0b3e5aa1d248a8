package org.chromaproxy.drill.net;

/** Where in an exchange a connection is reset, towards both ends. */
public enum CutPoint {
    /** As soon as it is accepted. */
    CONNECT,
    /** Half of what came of a request's head has been passed on. */
    REQUEST_HEAD,
    /** Half of what came of its body. */
    REQUEST_BODY,
    /** The request was passed on whole: the server executes it, or notices the reset first. */
    AFTER_REQUEST,
    /** The server has answered, so it has executed the request; nothing of the answer was passed on. */
    BEFORE_ANSWER,
    ANSWER_HEAD,
    ANSWER_BODY,
    /** PostgreSQL only: a COMMIT was sent and is not passed on. */
    BEFORE_COMMIT,
    /** PostgreSQL only: the COMMIT was executed and its answer is not passed on. */
    AFTER_COMMIT
}
