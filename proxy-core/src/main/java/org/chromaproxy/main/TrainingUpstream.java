package org.chromaproxy.main;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;

/** Enough of Chroma for {@link TrainCommand}, on loopback: it remembers collections and says yes to all else. */
final class TrainingUpstream implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BODY = 1 << 20;
    private static final String LIST = "/collections";

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final Channel listener;
    /** Path to collection. Confined to the loop. */
    private final Map<String, ObjectNode> collections = new TreeMap<>();

    TrainingUpstream() {
        this.listener = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.transport().serverClass())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY), new Answering());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loops.close();
    }

    private JsonNode answer(HttpMethod method, String path, byte[] body) throws IOException {
        if (method.equals(HttpMethod.POST) && path.endsWith(LIST)) {
            JsonNode asked = JSON.readTree(body);
            String name = asked.path("name").asText();
            return collections.computeIfAbsent(path + "/" + name, made -> {
                ObjectNode collection =
                        JSON.createObjectNode().put("id", UUID.randomUUID().toString());
                collection.put("name", name).putNull("dimension");
                collection.putObject("configuration_json");
                collection.set("metadata", asked.path("metadata"));
                return collection;
            });
        }
        if (method.equals(HttpMethod.GET) && path.endsWith(LIST)) {
            var list = JSON.createArrayNode();
            collections.forEach((at, collection) -> {
                if (at.startsWith(path)) {
                    list.add(collection);
                }
            });
            return list;
        }
        if (method.equals(HttpMethod.PUT)) {
            JsonNode metadata = JSON.readTree(body).path("new_metadata");
            collections.values().stream()
                    .filter(one -> path.endsWith("/" + one.path("id").asText()))
                    .forEach(one -> one.set("metadata", metadata));
        }
        if (method.equals(HttpMethod.GET) && path.endsWith("/databases")) {
            return JSON.createArrayNode().add(JSON.createObjectNode().put("name", "default_database"));
        }
        if (method.equals(HttpMethod.GET) && path.contains(LIST + "/")) {
            ObjectNode found = collections.get(path);
            return found == null ? JSON.missingNode() : found;
        }
        if (method.equals(HttpMethod.GET) && (path.endsWith("/count") || path.endsWith("/collections_count"))) {
            return JSON.getNodeFactory().numberNode(collections.size());
        }
        if (method.equals(HttpMethod.GET) && path.contains("/tenants/")) {
            return JSON.createObjectNode()
                    .put("id", new UUID(0, 0).toString())
                    .put("name", path.substring(path.lastIndexOf('/') + 1));
        }
        return method.equals(HttpMethod.PUT)
                ? JSON.createObjectNode()
                : other(path.substring(path.lastIndexOf('/') + 1));
    }

    private static JsonNode other(String operation) {
        ObjectNode answer = JSON.createObjectNode();
        return switch (operation) {
            case "get", "query" -> answer.set("ids", JSON.createArrayNode());
            case "v2", "heartbeat" -> answer.put("nanosecond heartbeat", 1L);
            case "pre-flight-checks" -> answer.put("max_batch_size", 1);
            case "identity" -> answer.put("user_id", "");
            case "version" -> JSON.getNodeFactory().textNode("1.0.0");
            default -> answer;
        };
    }

    private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) throws IOException {
            String path = request.uri().split("\\?", 2)[0];
            JsonNode answer = answer(request.method(), path, ByteBufUtil.getBytes(request.content()));
            // In Chroma's shape: nothing else counts as an answer.
            HttpResponseStatus status = answer.isMissingNode()
                    ? HttpResponseStatus.NOT_FOUND
                    : path.endsWith("/add") ? HttpResponseStatus.CREATED : HttpResponseStatus.OK;
            String text = answer.isMissingNode()
                    ? "{\"error\":\"NotFoundError\",\"message\":\"It does not exist.\"}"
                    : answer.toString();
            ByteBuf body = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
            response.headers().set(CONTENT_TYPE, "application/json").set(CONTENT_LENGTH, body.readableBytes());
            context.writeAndFlush(response);
        }

        /** A proxy that stops resets its connections. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
