package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.instance.Instance;

/**
 * A whole request to an instance. Its answer is asked for unencoded, whatever the client would take: it is read here.
 *
 * @param headers what to send beside host and length; hop-by-hop headers already removed
 * @param body sent verbatim; not changed afterwards
 */
public record UpstreamRequest(String method, String uri, HttpHeaders headers, byte[] body) {
    private static final byte[] NONE = {};
    private static final int MANY = 64;

    public static UpstreamRequest get(String uri) {
        return new UpstreamRequest("GET", uri, EmptyHttpHeaders.INSTANCE, NONE);
    }

    /** The same with headers. */
    public static UpstreamRequest get(String uri, HttpHeaders headers) {
        return new UpstreamRequest("GET", uri, headers, NONE);
    }

    /** A request with a JSON body. */
    public static UpstreamRequest json(String method, String uri, String body) {
        return json(method, uri, body.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with the body's bytes. */
    public static UpstreamRequest json(String method, String uri, byte[] body) {
        HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return new UpstreamRequest(method, uri, headers, body);
    }

    FullHttpRequest toNetty(Instance instance) {
        ByteBuf content = body.length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri, content);
        prepare(request, instance);
        return request;
    }

    /** Its head alone. */
    HttpRequest head(Instance instance) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri);
        prepare(request, instance);
        return request;
    }

    private void prepare(HttpRequest request, Instance instance) {
        request.headers().set(headers).set(HttpHeaderNames.HOST, instance.authority());
        if (headers.size() < MANY || headers.contains(HttpHeaderNames.ACCEPT_ENCODING)) {
            // A server's number of header fields is bounded.
            request.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        }
        instance.credentials().forEach(request.headers()::set);
        if (body.length > 0 || !"GET".equals(method)) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
    }
}
