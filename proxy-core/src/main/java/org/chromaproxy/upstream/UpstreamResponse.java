package org.chromaproxy.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.scan.ClientJson;

/** A whole response, for exchanges that are not streamed. */
public record UpstreamResponse(int status, HttpHeaders headers, byte[] body) {
    private static final int BRIEF = 200;

    public boolean success() {
        return status >= 200 && status < 300;
    }

    /** Whether it says of itself that its body is JSON, as Chroma does of everything but a few empty errors. */
    public boolean json() {
        return json(headers);
    }

    /** Whether a server that is well answers so: neither it nor what stands before it says that it fails or is too busy. */
    static boolean ofSoundServer(int status, HttpHeaders headers) {
        boolean answered = (status >= 200 && status < 300) || (status >= 400 && status < 500 && status != 429);
        return answered && json(headers);
    }

    /** The same of an answer whose head alone is here. */
    static boolean json(HttpHeaders headers) {
        return typedJson(headers) && !ContentCoding.encoded(headers);
    }

    /** The same, whether or not it is encoded. */
    public static boolean typedJson(HttpHeaders headers) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
        int length = HttpHeaderValues.APPLICATION_JSON.length();
        return type.regionMatches(true, 0, HttpHeaderValues.APPLICATION_JSON.toString(), 0, length)
                && (type.length() == length || type.charAt(length) == ';' || type.charAt(length) == ' ');
    }

    /** Whether something on the way says that it did not reach the server: Chroma's own errors are JSON. */
    static boolean ofHop(int status, HttpHeaders headers) {
        return status >= 502 && status <= 504 && !typedJson(headers);
    }

    /** Whether it is an error in Chroma's words: an object with an error's name and a message. */
    public boolean chromaError() {
        JsonNode tree = tree();
        return tree.path("error").isTextual() && tree.path("message").isTextual();
    }

    /** The same with that status. */
    public boolean chromaError(int withStatus) {
        return status == withStatus && chromaError();
    }

    /** Its body as JSON; a missing node if it is something else. */
    public JsonNode tree() {
        if (!json()) {
            return MissingNode.getInstance();
        }
        try {
            return ClientJson.tree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** The beginning of the body, for messages. */
    public String brief() {
        String text = text();
        return text.length() > BRIEF ? text.substring(0, BRIEF) + "…" : text;
    }

    /** The body as text, for parsing and for messages. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
