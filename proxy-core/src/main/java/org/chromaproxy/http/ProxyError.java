package org.chromaproxy.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;

/**
 * Every answer the proxy gives of its own accord. The default message says what happened, what it means for the data, and
 * what to do. Names are those Chroma's clients turn into exceptions.
 */
public enum ProxyError {
    BAD_REQUEST(400, Names.ARGUMENT, "The request is not valid HTTP. Nothing was executed."),
    BAD_PATH(
            400,
            Names.ARGUMENT,
            "The path is ambiguous or malformed. Nothing was executed; encode it as RFC 3986 says."),
    FRAMING(400, Names.ARGUMENT, "The length of the request's body is ambiguous. Nothing was executed."),
    BODY_NOT_UNDERSTOOD(400, Names.ARGUMENT, "The body names nothing the proxy could log. Nothing was executed."),
    /** Worded as a running Chroma does, where it has words. */
    NAME_INVALID(400, Names.ARGUMENT, "The name cannot be stored. Nothing was logged or executed; choose another one."),
    /** Chroma 1.5.9 closes the connection instead of an answer. */
    METADATA_STRUCTURED(
            422,
            Names.GENERAL,
            "A collection's metadata can hold no array and no object. Nothing was logged or executed."),
    VERSION_NOT_SUPPORTED(505, Names.GENERAL, "Only HTTP/1.0 and HTTP/1.1 are spoken here. Nothing was executed."),
    HEADERS_TOO_LARGE(431, Names.GENERAL, "The request has too many headers, or too large ones. Nothing was executed."),
    URI_TOO_LONG(414, Names.GENERAL, "The request line is too long. Nothing was executed."),
    /** Worded as a running Chroma does. */
    BODY_TOO_LARGE(413, Names.GENERAL, "Failed to buffer the request body: length limit exceeded"),
    TOO_MANY_RECORDS(
            413, Names.GENERAL, "The write names more records than one may. Nothing was logged or executed; split it."),
    DOCUMENT_TOO_LARGE(
            413,
            Names.GENERAL,
            "A document of the write is larger than one may be. Nothing was logged or executed; split it."),
    TOO_MANY_RESULTS(
            400, Names.ARGUMENT, "The query asks for more results than one may. Nothing was executed; ask for fewer."),
    BEYOND_SERVERS(
            400,
            Names.ARGUMENT,
            "The request asks for more than a Chroma server can execute, which would fail for good, or end. Nothing was logged"
                    + " or executed; ask for less."),
    /** Worded as a running Chroma does. */
    BODY_CUT_OFF(400, Names.ARGUMENT, "Failed to buffer the request body: error reading a body from connection"),
    CLIENT_STALLED(
            408,
            Names.GENERAL,
            "The request stopped arriving, or came too slowly. Nothing was executed; send it again."),
    UNAUTHENTICATED(401, Names.AUTH, "A valid token is needed. Nothing was executed."),
    FORBIDDEN(403, Names.AUTH, "The token does not permit this. Nothing was executed."),
    CROSS_SITE(
            403,
            Names.AUTH,
            "The request comes from a page of another site. Nothing was executed; let CORS_ORIGINS name that site if its"
                    + " pages may use the proxy."),
    HOST_NOT_ALLOWED(
            403,
            Names.AUTH,
            "The name in Host is not one of the proxy's, so a page of another site may have sent this. Nothing was"
                    + " executed; let ALLOWED_HOSTS name it."),
    TOO_MANY_FAILURES(
            429,
            Names.RATE,
            "Too many requests without a valid token came from this address. Nothing was executed; wait, and send"
                    + " one."),
    RATE_LIMITED(
            429,
            Names.RATE,
            "This address sends more requests than it may. Nothing was executed; send them more slowly."),
    PRINCIPAL_BUSY(
            429,
            Names.RATE,
            "This client has as many requests under way as it may. Nothing was executed; send fewer at once, or retry"
                    + " later."),
    HEAVY_READS(
            429,
            Names.RATE,
            "The read's filter (a regular expression, more than 64 terms, or a long text) keeps a server busy, and others of that"
                    + " kind are before it: they are executed one after the other. Nothing was executed; retry later, or ask"
                    + " with fewer terms, or $contains."),
    PRINCIPAL_ANSWER_MEMORY(
            429,
            Names.RATE,
            "Answers to this client that are put together take as much memory as one client may have. Nothing was changed;"
                    + " ask for a part (limit, offset), for fewer at once, or retry later."),
    PRINCIPAL_LIMIT(
            429, Names.RATE, "This client uses as much as it may. Nothing was logged or executed; retry later."),
    /** An empty body, as in Chroma. */
    UNKNOWN_ROUTE(404, Names.NOT_FOUND, ""),
    /** An empty body, as in Chroma. */
    METHOD_NOT_ALLOWED(405, Names.GENERAL, ""),
    NOT_IMPLEMENTED(501, Names.GENERAL, "Resource names are not supported by a single-node Chroma."),
    V1_GONE(410, "Unimplemented", "The v1 API is deprecated. Please use /v2 apis"),
    COLLECTION_NOT_FOUND(404, Names.NOT_FOUND, "Collection does not exist."),
    COLLECTION_ID_INVALID(400, Names.ARGUMENT, "Collection ID is not a valid UUIDv4"),
    TOO_MANY_COLLECTIONS(
            403,
            Names.GENERAL,
            "The tenant has as many collections as it may. Nothing was logged or executed; delete some first."),
    PROTECTED(403, Names.GENERAL, "The collection is protected by configuration. Nothing was changed."),
    RESET_FORBIDDEN(403, Names.GENERAL, "Reset is disabled by config"),
    TRANSACTION_REUSED(
            422,
            Names.ARGUMENT,
            "The transaction id was used for another request. Nothing was executed; choose a new id."),
    MIXED_RELEASES(
            422,
            Names.ARGUMENT,
            "The Chroma servers run different releases, and not all of them can do this. Nothing was logged or"
                    + " executed."),
    LOG_UNAVAILABLE(
            503,
            Names.INTERNAL,
            "The log does not take writes now. The write was not executed and never will be; retry."),
    LOG_FULL(
            503,
            Names.INTERNAL,
            "The log is as large as it may be, and some server still needs what is in it. Nothing was logged or executed;"
                    + " retry later, or see /status."),
    LOG_OUTCOME_UNKNOWN(
            503,
            Names.INTERNAL,
            "The log did not confirm the write in time: it may yet be executed. Ask for its state."),
    LOG_SHORTENED(
            503,
            Names.INTERNAL,
            "The log ends before what a server has applied: an operator has to decide. Nothing was executed; see"
                    + " /status."),
    COLLECTION_BUSY(
            503,
            Names.INTERNAL,
            "Earlier writes of what is to be deleted are still being executed, or fail. Nothing was logged or deleted; retry"
                    + " later."),
    DATABASE_BUSY(
            503,
            Names.INTERNAL,
            "The database's collections are deleted, and their records are still being deleted on the servers: the database itself"
                    + " cannot be deleted before. Its deletion is not logged; retry later."),
    QUEUE_FULL(503, Names.INTERNAL, "Too many requests are waiting. Nothing was executed; retry later."),
    OUT_OF_MEMORY_BUDGET(
            503, Names.INTERNAL, "The memory for request bodies is used up. Nothing was executed; retry later."),
    OUT_OF_ANSWER_MEMORY(
            503,
            Names.INTERNAL,
            "The memory for answers that are put together is used up. Nothing was changed; retry later, or ask for a part"
                    + " (limit, offset)."),
    OUT_OF_HEAD_MEMORY(
            503,
            Names.INTERNAL,
            "The memory for large request heads is used up. Nothing was executed; retry later, with fewer or shorter"
                    + " header fields."),
    TOO_MANY_CONNECTIONS(
            503,
            Names.INTERNAL,
            "There are as many client connections as the proxy has memory for. Nothing was executed; retry later."),
    NO_INSTANCE(503, Names.INTERNAL, "No instance can serve this now. Nothing was executed; retry later."),
    PENDING_RECOVERY(
            503,
            Names.INTERNAL,
            "The write is logged and will be executed in order on recovery. Do not retry; ask for its state."),
    STANDBY(503, Names.INTERNAL, "This proxy stands by for another one. Nothing was executed; use the active one."),
    DIVERGED(
            503,
            Names.INTERNAL,
            "No instance holds a trustworthy copy of the collection. Nothing was executed; repair it."),
    HEAVY_READ_FAILED(
            503,
            Names.INTERNAL,
            "The server did not answer the read, whose filter keeps it busy; no other is asked, since that would be, too."
                    + " Nothing was changed; ask with fewer terms, $contains, or a simpler regular expression, or retry later."),
    UPSTREAM_FAILED(502, Names.INTERNAL, "The instance did not answer. Nothing was changed; retry."),
    /** A write that every instance failed alike; recorded as such. */
    WRITE_FAILED(
            500, Names.INTERNAL, "Every instance failed this write alike. It is recorded as failed and not executed."),
    INTERNAL(500, Names.INTERNAL, "The proxy failed. Whether a write was executed is in its transaction's state.");

    private final int status;
    private final String chromaName;
    private final String message;
    private final String tag;

    ProxyError(int status, String chromaName, String message) {
        this.status = status;
        this.chromaName = chromaName;
        this.message = message;
        this.tag = name().toLowerCase(Locale.ROOT);
    }

    public HttpResponseStatus status() {
        return HttpResponseStatus.valueOf(status);
    }

    /** The {@code error} member of the body. */
    public String chromaName() {
        return chromaName;
    }

    /** The value of the {@code reason} label in metrics and the access log. */
    public String tag() {
        return tag;
    }

    /** The default {@code message} member of the body; empty where Chroma answers an empty body. */
    public String message() {
        return message;
    }

    /** The JSON body with the default message; empty where Chroma answers an empty body. */
    byte[] body() {
        return body(message);
    }

    /** The JSON body with a message for this case; empty for an empty message. */
    public byte[] body(String text) {
        return text.isEmpty() ? new byte[0] : Json.error(chromaName, text);
    }

    /** What Chroma 1.5.9 says, with 404, of an unknown collection where a name stands in the path. */
    public static String noCollectionNamed(String name) {
        return "Collection [" + name + "] does not exist";
    }

    /** What Chroma says, with 404, of an unknown collection where an id stands in the path. */
    public static String noCollectionWithId(String id) {
        return "Collection [" + id + "] does not exist.";
    }

    /** Chroma's exception names; its clients raise a general error for the ones they do not know. */
    private static final class Names {
        static final String ARGUMENT = "InvalidArgumentError";
        static final String NOT_FOUND = "NotFoundError";
        static final String GENERAL = "ChromaError";
        static final String INTERNAL = "InternalError";
        static final String AUTH = "AuthError";
        static final String RATE = "RateLimitError";

        private Names() {}
    }
}
