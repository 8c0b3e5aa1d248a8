package org.chromaproxy.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.HttpCodecs;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.support.StrictHttp;
import org.chromaproxy.support.StrictHttp.Field;

/**
 * Fuzz target: the short way of plain reads against the ordinary one. What the short way takes, the codec and the guard
 * take for the same one request; the routes send it to the same collection; the instance is told the same; and a
 * beginning of a head is never taken for a whole one. The first byte says where the beginning ends.
 */
public final class PlainReadTarget {
    private static final UUID INSTANCE_ID = UUID.fromString("11111111-2222-4333-8444-555555555555");
    private static final String CLIENT = "127.0.0.1";
    private static final Instance INSTANCE = new Instance("primary", 0, URI.create("http://127.0.0.1:9"));
    private static final ClientLines LINES = new ClientLines(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), false, new Instances(List.of(INSTANCE)));
    private static final int MAX_BODY = 1 << 20;

    private PlainReadTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        PlainRequest head = new PlainRequest();
        Verdict verdict = read(head, bytes, bytes.length);
        int cut = (input[0] & 0xff) * bytes.length / 256;
        PlainRequest beginning = new PlainRequest();
        Verdict early = read(beginning, bytes, cut);
        if (early == Verdict.PLAIN) {
            assertEquals(Verdict.PLAIN, verdict, "plain, until more came");
            assertEquals(head.length, beginning.length);
        }
        if (verdict == Verdict.PLAIN) {
            assertTrue(early == Verdict.PLAIN || cut < head.length, "not plain until more came behind it");
            assertNotEquals(Verdict.OTHER, early, "given up too early");
            sameAsOrdinary(head, bytes);
        }
    }

    private static Verdict read(PlainRequest head, byte[] bytes, int length) {
        head.fill(Unpooled.wrappedBuffer(bytes, 0, length));
        return head.read();
    }

    private static void sameAsOrdinary(PlainRequest head, byte[] bytes) {
        if (head.content > MAX_BODY) {
            return;
        }
        // The body's bytes do not matter: they are only counted.
        byte[] request = Arrays.copyOf(Arrays.copyOf(bytes, head.length), head.length + head.content);
        String shown = new String(bytes, 0, head.length, StandardCharsets.ISO_8859_1);
        EmbeddedChannel ordinary = new EmbeddedChannel(HttpCodecs.server(), new FramingGuard());
        ordinary.writeInbound(Unpooled.wrappedBuffer(request));
        HttpRequest message = ordinary.readInbound() instanceof HttpRequest found ? found : null;
        assertTrue(message != null, () -> "the ordinary way refuses " + shown);
        if (message != null) {
            assertEquals(head.content, body(ordinary), shown);
            sameRoute(head, message);
            sameCredential(head, message);
            sameUpstream(head, message);
        }
        ordinary.finishAndReleaseAll();
    }

    /** The length of the one body behind the one head. */
    private static int body(EmbeddedChannel ordinary) {
        int length = 0;
        boolean ended = false;
        for (Object next = ordinary.readInbound(); next instanceof HttpContent content; next = ordinary.readInbound()) {
            length += content.content().readableBytes();
            ended |= content instanceof LastHttpContent;
            content.release();
        }
        assertTrue(ended, "the body did not end");
        assertEquals(0, ordinary.inboundMessages().size(), "something behind the body");
        return length;
    }

    private static void sameRoute(PlainRequest head, HttpRequest message) {
        assertTrue(HttpUtil.isKeepAlive(message));
        assertFalse(HttpUtil.is100ContinueExpected(message));
        Route route = Routes.classify(message.method(), message.uri());
        assertEquals(RouteKind.READ_COLLECTION_RECORDS, route.kind(), message.uri());
        assertEquals(
                Optional.of(head.collection()),
                CollectionIds.parse(route.collection().text()));
        String path = "/api/v2/tenants/" + route.scope().tenant() + "/databases/"
                + route.scope().database() + "/";
        assertTrue(message.uri().startsWith(path), message.uri() + " is not below " + path);
    }

    private static void sameCredential(PlainRequest head, HttpRequest message) {
        List<String> schemes = message.headers().getAll("authorization");
        List<String> bare = message.headers().getAll("x-chroma-token");
        assertEquals(head.credential < 0 ? 0 : 1, schemes.size() + bare.size());
        if (head.credential >= 0) {
            String value = new String(
                    head.bytes, head.credential, head.credentialEnd - head.credential, StandardCharsets.ISO_8859_1);
            assertEquals(List.of(value), head.bare ? bare : schemes);
        }
        assertFalse(message.headers().contains("origin"), "a page of another site would not be told that it may read");
    }

    private static void sameUpstream(PlainRequest head, HttpRequest message) {
        HttpHeaders expected = new DefaultHttpHeaders();
        ForwardedHeaders.request(
                message.headers(), new ForwardedHeaders.Client(CLIENT, false), INSTANCE.authority(), expected);
        Route route = Routes.classify(message.method(), message.uri());
        String uri = UuidSwap.swapSegment(message.uri(), route.collection(), INSTANCE_ID);
        head.swap(INSTANCE_ID);
        ByteBuf sent = Unpooled.buffer();
        LINES.write(head, INSTANCE, "", sent);
        assertTrue(sent.readableBytes() <= LINES.headLength(head, INSTANCE, ""), "the buffer had to grow");
        sent.writeZero(head.content);
        List<StrictHttp.Message> upstream = StrictHttp.requests(Arrays.copyOf(sent.array(), sent.readableBytes()));
        assertEquals(1, upstream.size());
        assertTrue(upstream.getFirst().whole());
        assertEquals(head.content, upstream.getFirst().body().length());
        assertEquals(
                message.method() + " " + uri + " HTTP/1.1", upstream.getFirst().line());
        assertEquals(sorted(expected), sorted(upstream.getFirst().fields()));
    }

    private static List<Field> sorted(HttpHeaders headers) {
        List<Field> fields = new ArrayList<>();
        for (Map.Entry<String, String> header : headers) {
            fields.add(new Field(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        }
        return sorted(fields);
    }

    private static List<Field> sorted(List<Field> fields) {
        return fields.stream()
                .sorted(Comparator.comparing(Field::name).thenComparing(Field::value))
                .toList();
    }
}
