package org.chromaproxy.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.http.ClientCodec;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.HttpCodecs;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.UuidSwap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a read cost the processor on its way through, without the kernel: decoded, guarded, classified, given another
 * UUID and other headers, encoded; its answer likewise? The codecs, the guard, the routes and the header rules are the
 * proxy's own; the exchange between them, which needs sockets and a pool, is left out.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class WhatAReadCosts {
    private static final ForwardedHeaders.Client CLIENT = new ForwardedHeaders.Client("127.0.0.1", false);
    private static final String BODY = "{\"ids\":[\"id-1\"],\"include\":[\"documents\"]}";
    private static final String ANSWER = "{\"ids\":[\"id-1\"],\"documents\":[\"a document\"]}";

    private final EmbeddedChannel downstream = new EmbeddedChannel(HttpCodecs.server(), new FramingGuard());
    private final EmbeddedChannel upstream = new EmbeddedChannel(new ClientCodec());
    private final ByteBuf request = bytes("POST " + Paths.RECORDS + "/get HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n"
            + "User-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
            + BODY);
    private final ByteBuf response = bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
            + ANSWER.length() + "\r\ndate: Mon, 23 Nov 2026 20:00:00 GMT\r\n\r\n" + ANSWER);

    private static ByteBuf bytes(String text) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Benchmark
    public int thereAndBack() {
        downstream.writeInbound(request.duplicate());
        HttpRequest asked = downstream.readInbound();
        HttpContent body = downstream.readInbound();
        upstream.writeOutbound(forwarded(asked, body));
        int bytes = drain(upstream);
        upstream.writeInbound(response.duplicate());
        HttpResponse answer = upstream.readInbound();
        HttpContent content = upstream.readInbound();
        downstream.writeOutbound(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                answer.status(),
                content.content(),
                ForwardedHeaders.response(answer.headers()),
                EmptyHttpHeaders.INSTANCE));
        return bytes + drain(downstream);
    }

    private static HttpRequest forwarded(HttpRequest head, HttpContent body) {
        Route route = Routes.classify(head.method(), head.uri());
        String uri = UuidSwap.swapSegment(head.uri(), route.collection(), Paths.OTHER);
        HttpHeaders headers = ForwardedHeaders.decoded();
        ForwardedHeaders.request(head.headers(), CLIENT, "127.0.0.1:8001", headers);
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, head.method(), uri, body.content(), headers, EmptyHttpHeaders.INSTANCE);
    }

    private static int drain(EmbeddedChannel channel) {
        int bytes = 0;
        for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            bytes += part instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
            ReferenceCountUtil.release(part);
        }
        return bytes;
    }
}
