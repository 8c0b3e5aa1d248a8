package org.chromaproxy.acceptance.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/**
 * One whole HTTP response.
 *
 * @param request method and path, for messages
 */
public record Answer(String request, int status, HttpHeaders headers, byte[] body) {

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        return Json.parse(body);
    }

    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** This answer, or an {@link AssertionError} that shows it, when the status is another. */
    public Answer expect(int wanted) {
        if (status != wanted) {
            throw new AssertionError("wanted " + wanted + ", got " + this);
        }
        return this;
    }

    /** This answer when it has this status and a body in Chroma's error shape. */
    public Answer expectError(int wanted) {
        expect(wanted);
        JsonNode error = json();
        if (!error.path("error").isTextual() || !error.path("message").isTextual()) {
            throw new AssertionError("not in Chroma's error shape: " + this);
        }
        return this;
    }

    public boolean isSuccess() {
        return status == 200 || status == 201;
    }

    @Override
    public String toString() {
        String text = text();
        return request + " -> " + status + " " + (text.length() > 600 ? text.substring(0, 600) + "..." : text);
    }
}
