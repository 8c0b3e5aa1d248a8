package org.chromaproxy.scripted;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** One request as an instance saw it. */
final class Call {
    private static final Set<String> WRITES = Set.of("add", "update", "upsert", "delete");

    private final int order;
    private final String method;
    private final String uri;
    private final HttpHeaders headers;
    private final String body;
    private final long arrivedNanos = System.nanoTime();
    private final Channel channel;
    private volatile boolean answered;

    Call(int order, FullHttpRequest request, Channel channel) {
        this.order = order;
        this.method = request.method().name();
        this.uri = request.uri();
        this.headers = request.headers().copy();
        this.body = request.content().toString(StandardCharsets.UTF_8);
        this.channel = channel;
    }

    /** Position among everything this instance was sent. */
    int order() {
        return order;
    }

    String method() {
        return method;
    }

    /** With the query. */
    String uri() {
        return uri;
    }

    String path() {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    HttpHeaders headers() {
        return headers;
    }

    String body() {
        return body;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    /** Whether the proxy still keeps the connection it came on. */
    boolean connectionOpen() {
        return channel.isActive();
    }

    boolean answered() {
        return answered;
    }

    void markAnswered() {
        answered = true;
    }

    /** Whether this is that operation on the records of a collection. */
    boolean is(String operation) {
        return method.equals("POST") && path().contains("/collections/") && path().endsWith("/" + operation);
    }

    /** Whether this writes records. */
    boolean writes() {
        return WRITES.stream().anyMatch(this::is);
    }

    /** Whether this makes a collection of that name. */
    boolean creates(String name) {
        return method.equals("POST") && path().endsWith("/collections") && body.contains("\"" + name + "\"");
    }

    /** Whether this deletes the collection of that name. */
    boolean deletes(String name) {
        return method.equals("DELETE") && path().endsWith("/" + name);
    }

    @Override
    public String toString() {
        return order + " " + method + " " + uri + " " + (body.length() > 200 ? body.substring(0, 200) : body);
    }
}
