package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.upstream.ContentCoding;
import org.chromaproxy.upstream.ServerFault;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * What an answer to one read is worth: Chroma's own in the shape that its servers give for that route and status, or the
 * word of something on the way, which no client is told. Immutable.
 */
final class ReadAnswers {
    /** What to do with an answer. */
    enum Worth {
        /** It is Chroma's answer. */
        OWN,
        /** Chroma's own failure: it may be that of the request, so that in the end it is passed on. */
        FAILURE,
        /** That server lacks the route: passed on if no other has it. */
        LACKING,
        /** Too busy, or failed, whoever says so: another server is asked, or this one again. */
        SICK,
        /** It denies what the catalog knows to exist: passed on only if every server in use says so, again and again. */
        DENIED,
        /** Not in Chroma's shape: never passed on. */
        FOREIGN
    }

    /** Chroma's newest servers alone have it. */
    private static final String CONDITIONAL = "/conditional/get";

    private final boolean documentation;
    private final boolean mayBeLacking;
    private final AnswerShape shape;

    ReadAnswers(RouteKind kind, String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        String operation = path.endsWith(CONDITIONAL) ? CONDITIONAL : path.substring(path.lastIndexOf('/') + 1);
        this.documentation = path.equals("/docs") || path.startsWith("/docs/");
        this.shape = AnswerShape.of(kind, operation);
        this.mayBeLacking = kind == RouteKind.READ_COLLECTION_RECORDS && shape == AnswerShape.JSON;
    }

    /**
     * What its head tells.
     *
     * @param living whether what is read exists as far as the catalog knows
     */
    Worth head(HttpResponse head, boolean living) {
        int status = head.status().code();
        if (documentation) {
            return status >= 500 || status == 429 ? Worth.SICK : Worth.OWN;
        }
        boolean json = UpstreamResponse.typedJson(head.headers());
        boolean empty = HttpUtil.getContentLength(head, -1L) == 0;
        return switch (status) {
            case 200 -> json && !empty ? Worth.OWN : Worth.FOREIGN;
            case 404 -> json ? (living ? Worth.DENIED : Worth.OWN) : lacking(empty);
            case 405 -> lacking(empty);
            case 413 -> json || plain(head.headers()) ? Worth.OWN : Worth.FOREIGN;
            case 431 -> empty ? Worth.OWN : Worth.FOREIGN;
            case 429 -> Worth.SICK;
            case 500 -> json ? Worth.FAILURE : Worth.SICK;
            case 501 -> json ? Worth.OWN : lacking(empty);
            default -> other(status, json);
        };
    }

    private static Worth other(int status, boolean json) {
        if (status > 500) {
            return Worth.SICK;
        }
        boolean refused = status >= 400 && status != 401 && status != 403;
        return json && refused ? Worth.OWN : Worth.FOREIGN;
    }

    private Worth lacking(boolean empty) {
        return mayBeLacking && empty ? Worth.LACKING : Worth.FOREIGN;
    }

    private static boolean plain(HttpHeaders headers) {
        return headers.get(HttpHeaderNames.CONTENT_TYPE, "text/plain").startsWith("text/plain");
    }

    /** Whether a whole body, not encoded any more, is of the kind that its head promised. */
    boolean body(HttpResponse head, ByteBuf body) {
        if (documentation || !UpstreamResponse.typedJson(head.headers())) {
            return true;
        }
        int status = head.status().code();
        if (status >= 400) {
            return new UpstreamResponse(status, head.headers(), ByteBufUtil.getBytes(body)).chromaError();
        }
        return shape.fits(body);
    }

    /** Whether a larger body that begins so is. */
    boolean begins(HttpResponse head, ByteBuf body) {
        return head.status().code() >= 400 || documentation || shape.begins(body);
    }

    /** Whether it is a server's own word that its disk or database fails. */
    static boolean blamesServer(HttpResponse head, ByteBuf body) {
        return ServerFault.of(head.status().code(), () -> body.toString(StandardCharsets.UTF_8));
    }

    /** What was encoded, though nobody asked for that; the head says so no more, unless it could not be decoded. */
    static ByteBuf decoded(HttpResponse head, ByteBuf whole, int most) {
        Optional<byte[]> plain = ContentCoding.decode(head.headers(), ByteBufUtil.getBytes(whole), most);
        if (plain.isEmpty()) {
            return whole;
        }
        whole.release();
        head.headers().remove(HttpHeaderNames.CONTENT_ENCODING).remove(HttpHeaderNames.CONTENT_LENGTH);
        HttpUtil.setContentLength(head, plain.get().length);
        return Unpooled.wrappedBuffer(plain.get());
    }
}
