package org.chromaproxy.drill.history;

import java.util.Map;

/**
 * One sending of a request, and what came of it.
 *
 * @param begin before the first byte was sent
 * @param end when the whole answer was there, or none would come
 * @param status 0 when no whole answer came
 * @param headers those of interest, names in lower case
 * @param error why no answer came; empty otherwise
 */
public record Attempt(long begin, long end, int status, Map<String, String> headers, String body, String error) {
    public Attempt {
        headers = Map.copyOf(headers);
    }

    public boolean success() {
        return status >= 200 && status < 300;
    }

    /** Refused for good. */
    public boolean refused() {
        return status >= 400 && status < 500;
    }

    /** Told that the collection does not exist. Chroma says 412 when it is deleted in the middle of the request. */
    public boolean gone() {
        return status == 404 || (status == 412 && body.contains("Missing metadata segment"));
    }

    /** No answer, or one of the proxy's own that it could not serve. */
    public boolean failed() {
        return status == 0 || status >= 500;
    }

    /** Failed, but not for good: 500 is the proxy's word for a write that every instance failed. */
    public boolean mayPass() {
        return failed() && status != 500;
    }

    /** Whether the answer promises that the request has no effect and never will have one. */
    public boolean promisesNothing() {
        boolean refusedConnection = status == 0 && error.contains("ConnectException");
        return refusedConnection
                || (status == 503 && (body.contains("Nothing was executed") || body.contains("never will be")));
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
