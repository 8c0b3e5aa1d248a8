package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
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
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int reserved;
    /** The endpoint has it: the body is let go when the endpoint has answered, wherever the client is then. */
    private boolean handled;

    public OwnExchange(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        this.bodiless = BODILESS.contains(exchange.request().method());
        exchange.more();
    }

    @Override
    public void content(ByteBuf content) {
        int size = content.readableBytes();
        if (bodiless) {
            content.release();
            exchange.more();
        } else if (exchange.finished()) {
            content.release();
        } else if (body.size() + size > MAX_BODY) {
            refuse(content, ProxyError.BODY_TOO_LARGE);
        } else if (!services.admission().memory().tryReserve(size)) {
            refuse(content, ProxyError.OUT_OF_MEMORY_BUDGET);
        } else {
            reserved += size;
            byte[] bytes = new byte[size];
            content.readBytes(bytes);
            content.release();
            body.writeBytes(bytes);
            exchange.more();
        }
    }

    private void refuse(ByteBuf content, ProxyError error) {
        content.release();
        free();
        exchange.fail(error);
    }

    private void free() {
        services.admission().memory().release(reserved);
        reserved = 0;
        body.reset();
    }

    @Override
    public void complete() {
        if (exchange.finished()) {
            return;
        }
        handled = true;
        services.own()
                .handle(request())
                .whenComplete((answer, error) -> exchange.loop().execute(() -> {
                    free();
                    if (answer == null) {
                        exchange.fail(ProxyError.INTERNAL, "The endpoint failed: " + error);
                    } else {
                        exchange.respond(answer.status(), answer.contentType(), answer.body(), answer.headers());
                    }
                }));
    }

    private OwnEndpoints.Request request() {
        HttpRequest request = exchange.request();
        return new OwnEndpoints.Request(
                request.method(),
                request.uri(),
                request.headers(),
                body.toByteArray(),
                exchange.principal().acts(),
                exchange.principal().tenants(),
                exchange.use());
    }

    @Override
    public boolean reading() {
        return true;
    }

    @Override
    public void gone() {
        if (!handled) {
            free();
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {}
}
