package org.chromaproxy.bench.stub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.chromaproxy.bench.load.HttpHead;
import org.jspecify.annotations.Nullable;

/**
 * Answers one connection. Record operations get a fixed answer, and their bodies are skipped as they come; everything
 * else is asked of the model.
 */
final class StubHandler extends ByteToMessageDecoder {
    private static final String RECORD =
            "{\"ids\":[\"id-1\"],\"embeddings\":null,\"documents\":[\"a document of the stub\"],\"uris\":null,"
                    + "\"metadatas\":null,\"include\":[\"documents\"]}";
    private static final String NO_RECORD =
            "{\"ids\":[],\"embeddings\":[],\"documents\":[],\"uris\":[],\"metadatas\":[],\"include\":[]}";
    private static final String VERSION = " HTTP/1.1";
    private static final ByteBuf ADDED = ready("201 Created", "{}");
    private static final ByteBuf DONE = ready("200 OK", "{}");
    private static final ByteBuf FOUND = ready("200 OK", RECORD);
    private static final ByteBuf NOT_FOUND = ready("200 OK", NO_RECORD);
    private static final int ID_LENGTH = 36;
    private static final String BY_IDS = "{\"ids\"";

    private final StubModel model;
    private final HttpHead head = new HttpHead();
    private @Nullable ByteBuf answer;
    private int bodyLeft;

    StubHandler(StubModel model) {
        this.model = model;
    }

    private static ByteBuf ready(String status, String body) {
        byte[] bytes = response(status, body).getBytes(StandardCharsets.UTF_8);
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
    }

    private static String response(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (bodyLeft > 0) {
            skipBody(ctx, in);
            return;
        }
        int bodyStart = head.parse(in);
        if (bodyStart < 0) {
            return;
        }
        ByteBuf fixed = fixed(in, bodyStart);
        if (fixed != null) {
            in.readerIndex(bodyStart);
            answer = fixed;
            bodyLeft = head.length();
            skipBody(ctx, in);
        } else if (in.writerIndex() - bodyStart >= head.length()) {
            String line = in.toString(in.readerIndex(), head.lineEnd() - in.readerIndex(), StandardCharsets.US_ASCII);
            String body = in.toString(bodyStart, head.length(), StandardCharsets.UTF_8);
            in.readerIndex(bodyStart + head.length());
            String[] words = line.split(" ", -1);
            StubModel.Answer told = model.execute(words[0], words[1], body);
            String text = response(told.status(), told.body());
            ctx.write(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), ctx.voidPromise());
        }
    }

    private void skipBody(ChannelHandlerContext ctx, ByteBuf in) {
        int now = Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(now);
        bodyLeft -= now;
        ByteBuf ready = answer;
        if (bodyLeft == 0 && ready != null) {
            answer = null;
            ctx.write(ready.duplicate(), ctx.voidPromise());
        }
    }

    /** The answer to an operation on a collection's records; null if it is another request. */
    private @Nullable ByteBuf fixed(ByteBuf in, int bodyStart) {
        int end = head.lineEnd() - VERSION.length();
        return switch (in.getByte(end - 1)) {
            case 'd' -> {
                if (!ends(in, end, "/add")) {
                    yield null;
                }
                model.recordsCame();
                model.added(StubServer.number(
                        in.toString(end - "/add".length() - ID_LENGTH, ID_LENGTH, StandardCharsets.US_ASCII)));
                yield ADDED;
            }
            case 't' -> ends(in, end, "/get") ? get(in, bodyStart) : records(in, end);
            case 'e' -> ends(in, end, "/update") || ends(in, end, "/delete") ? DONE : null;
            case 'y' -> ends(in, end, "/query") ? NOT_FOUND : null;
            default -> null;
        };
    }

    private @Nullable ByteBuf records(ByteBuf in, int end) {
        if (ends(in, end, "/upsert")) {
            model.recordsCame();
            return DONE;
        }
        return null;
    }

    /** Who asks for ids is a client of the benchmark; who asks for a page is the proxy, and this holds nothing. */
    private static ByteBuf get(ByteBuf in, int bodyStart) {
        for (int i = 0; i < BY_IDS.length(); i++) {
            if (bodyStart + i >= in.writerIndex() || in.getByte(bodyStart + i) != BY_IDS.charAt(i)) {
                return NOT_FOUND;
            }
        }
        return FOUND;
    }

    private static boolean ends(ByteBuf in, int end, String suffix) {
        int at = end - suffix.length();
        for (int i = 0; i < suffix.length(); i++) {
            if (in.getByte(at + i) != suffix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        ctx.flush();
        super.channelReadComplete(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
