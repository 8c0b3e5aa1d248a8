package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Set;
import org.chromaproxy.http.ProxyError;

/**
 * A request to one of the proxy's own endpoints. Its body is taken from the memory budget before it is held; one that comes with
 * a method that has none is dropped as it arrives.
 */
public final class OwnExchange implements RequestBody {
    private static final int MAX_BODY = 1 << 20;
    private static final Set<HttpMethod> BODILESS =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.DELETE);

    private final Exchange exchange;
    private final ExchangeServices services;
    private final boolean bodiless;
    private final BodyBuffer body;
    /** The endpoint has it: the body is let go when the endpoint has answered, wherever the client is then. */
    private boolean handled;

    private boolean clientGone;

    public OwnExchange(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        this.bodiless = BODILESS.contains(exchange.request().method());
        this.body = new BodyBuffer(
                services.admission().memory(),
                exchange.use(),
                exchange.loop(),
                services.limits().admissionMs(),
                Math.min(HttpUtil.getContentLength(exchange.request(), -1L), MAX_BODY),
                MAX_BODY,
                new Body());
        if (bodiless) {
            exchange.more();
        } else {
            body.begin();
        }
    }

    @Override
    public void content(ByteBuf content) {
        if (bodiless) {
            content.release();
            exchange.more();
        } else {
            body.content(content);
        }
    }

    @Override
    public void complete() {
        if (bodiless) {
            handle(new byte[0]);
        } else {
            body.complete();
        }
    }

    /** What becomes of its body. */
    private final class Body implements BodyBuffer.Taker {
        @Override
        public void more() {
            exchange.more();
        }

        @Override
        public void whole(byte[] whole) {
            handle(whole);
        }

        @Override
        public void refused(ProxyError error) {
            exchange.fail(error);
        }

        @Override
        public boolean over() {
            return clientGone || exchange.finished();
        }
    }

    private void handle(byte[] whole) {
        if (exchange.finished()) {
            body.free();
            return;
        }
        handled = true;
        services.own()
                .handle(request(whole))
                .whenComplete((answer, error) -> exchange.loop().execute(() -> {
                    body.free();
                    if (answer == null) {
                        exchange.fail(ProxyError.INTERNAL, "The endpoint failed: " + error);
                    } else {
                        exchange.respond(answer.status(), answer.contentType(), answer.body(), answer.headers());
                    }
                }));
    }

    private OwnEndpoints.Request request(byte[] whole) {
        HttpRequest request = exchange.request();
        return new OwnEndpoints.Request(
                request.method(),
                request.uri(),
                request.headers(),
                whole,
                exchange.principal().acts(),
                exchange.informed(),
                exchange.principal().tenants(),
                exchange.use());
    }

    @Override
    public boolean reading() {
        return !body.waiting();
    }

    @Override
    public int room() {
        return bodiless ? Integer.MAX_VALUE : body.room();
    }

    @Override
    public void gone() {
        clientGone = true;
        if (!handled) {
            body.abandon();
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {}
}
