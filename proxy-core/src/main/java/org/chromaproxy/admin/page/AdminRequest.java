package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.exchange.OwnEndpoints;

/**
 * One operator's request, taken apart.
 *
 * @param method GET for HEAD too
 * @param path without the query, still percent-encoded
 */
public record AdminRequest(String method, String path, Map<String, List<String>> query, OwnEndpoints.Request original) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|)");

    public static AdminRequest of(OwnEndpoints.Request request) {
        try {
            QueryStringDecoder decoder = new QueryStringDecoder(request.uri());
            String path = decoder.rawPath();
            boolean slash = path.length() > 1 && path.endsWith("/");
            String trimmed = slash ? path.substring(0, path.length() - 1) : path;
            String method = request.method().equals(HttpMethod.HEAD)
                    ? "GET"
                    : request.method().name();
            return new AdminRequest(method, trimmed, decoder.parameters(), request);
        } catch (IllegalArgumentException e) {
            throw Answers.badRequest("The query cannot be read: " + e.getMessage());
        }
    }

    public Optional<String> parameter(String name) {
        List<String> values = query.get(name);
        return values == null ? Optional.empty() : Optional.of(values.getFirst());
    }

    public boolean flag(String name) {
        return parameter(name).map(value -> !value.equalsIgnoreCase("false")).orElse(false);
    }

    /** A number that is not negative. */
    public int number(String name, int otherwise) {
        return parameter(name)
                .map(value -> {
                    if (!value.matches("\\d{1,9}")) {
                        throw Answers.badRequest(name + "=" + value + ": a number from 0 is needed");
                    }
                    return Integer.parseInt(value);
                })
                .orElse(otherwise);
    }

    /** A time such as {@code 30s}, {@code 500ms}, {@code 1m}; seconds without a unit. */
    public Duration duration(String name, Duration most) {
        Optional<String> value = parameter(name);
        if (value.isEmpty()) {
            return Duration.ZERO;
        }
        Matcher matcher = DURATION.matcher(value.get());
        if (!matcher.matches()) {
            throw Answers.badRequest(name + "=" + value.get() + ": a time such as 30s or 500ms is needed");
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration asked = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofSeconds(amount);
        };
        return asked.compareTo(most) > 0 ? most : asked;
    }

    /** The one segment behind a prefix, decoded. */
    public String segmentAfter(String prefix) {
        return QueryStringDecoder.decodeComponent(
                path.substring(prefix.length()).replace("+", "%2B"));
    }

    /** The n-th segment behind a prefix, from 0, decoded. */
    public String segmentAfter(String prefix, int n) {
        String segment = path.substring(prefix.length()).split("/", -1)[n];
        return QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"));
    }

    /** Throws a refusal of a body that is not called JSON: what a form of another site's page sends is not. */
    public void demandJson() {
        CharSequence type = HttpUtil.getMimeType(original.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
        boolean json = type != null && HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(type);
        boolean none = type == null && original.body().length == 0;
        if (!json && !none) {
            throw Answers.refuse(
                    415,
                    "InvalidArgumentError",
                    "The body must be sent as Content-Type: application/json. Nothing was done.");
        }
    }

    /** The body as a JSON object; an empty one for no body. */
    public JsonNode json() {
        try {
            if (original.body().length == 0) {
                return Answers.object();
            }
            JsonNode node = Answers.JSON.readTree(original.body());
            if (node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            throw Answers.badRequest("The body is not JSON. Nothing was done.");
        }
        throw Answers.badRequest("The body must be a JSON object. Nothing was done.");
    }
}
