package org.chromaproxy.admin.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.ProxyError;
import org.jspecify.annotations.Nullable;

/** Answers in JSON, errors in Chroma's shape. */
public final class Answers {
    public static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/json";
    private static final int RETRY_SECONDS = 2;

    /** Ends a request with an answer other than the one it asked for. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String name;

        Refusal(int status, String name, String message) {
            super(message, null, false, false);
            this.status = status;
            this.name = name;
        }

        public Answer answer() {
            byte[] body = Json.error(name, String.valueOf(getMessage()));
            return status == 503 || status == 429
                    ? new Answer(
                            status,
                            TYPE,
                            body,
                            new DefaultHttpHeaders().set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS))
                    : new Answer(status, TYPE, body);
        }
    }

    private Answers() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static Answer json(int status, ObjectNode body) {
        try {
            return new Answer(status, TYPE, JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static Answer text(String type, String body) {
        return new Answer(200, type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A refusal of any status. */
    public static Refusal refuse(int status, String name, String message) {
        return new Refusal(status, name, message);
    }

    public static Refusal refuse(ProxyError error, String message) {
        return new Refusal(error.status().code(), error.chromaName(), message);
    }

    public static Refusal badRequest(String message) {
        return refuse(ProxyError.BAD_REQUEST, message);
    }

    public static Refusal notFound(String message) {
        return refuse(ProxyError.UNKNOWN_ROUTE, message);
    }

    public static Refusal conflict(String message) {
        return new Refusal(409, "UniqueConstraintError", message);
    }

    public static CompletionStage<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** As ISO 8601 in UTC, or null for never. */
    static @Nullable String time(Instant instant) {
        return instant.equals(Instant.EPOCH) ? null : instant.toString();
    }

    /** A share as operators read it, such as {@code 99.9%}; all of nothing is 100%. */
    static String percent(long part, long whole) {
        double share = whole == 0 ? 100 : 100.0 * part / whole;
        return Math.round(share * 10) / 10.0 + "%";
    }

    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
