package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import org.chromaproxy.http.ProxyError;

/** A request to one of the proxy's own endpoints. */
public final class OwnExchange implements RequestBody {
    private static final int MAX_BODY = 1 << 20;

    private final Exchange exchange;
    private final ExchangeServices services;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    public OwnExchange(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        exchange.more();
    }

    @Override
    public void content(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes);
        content.release();
        body.writeBytes(bytes);
        if (body.size() > MAX_BODY) {
            exchange.fail(ProxyError.BODY_TOO_LARGE);
        } else {
            exchange.more();
        }
    }

    @Override
    public void complete() {
        if (exchange.finished()) {
            return;
        }
        services.own()
                .handle(request())
                .whenComplete((answer, error) -> exchange.loop().execute(() -> {
                    if (answer == null) {
                        exchange.fail(ProxyError.INTERNAL, "The endpoint failed: " + error);
                    } else {
                        exchange.respond(answer.status(), answer.contentType(), answer.body(), answer.headers());
                    }
                }));
    }

    private OwnEndpoints.Request request() {
        HttpRequest request = exchange.request();
        HttpHeaders headers = request.headers();
        // Whoever a server on this machine forwards for is not on this machine.
        boolean forwarded = headers.contains("Forwarded") || headers.contains("X-Forwarded-For");
        boolean local = services.admission().access().enabled()
                ? exchange.principal().acts()
                : !forwarded
                        && InetAddress.ofLiteral(exchange.client().address()).isLoopbackAddress();
        return new OwnEndpoints.Request(
                request.method(),
                request.uri(),
                headers,
                body.toByteArray(),
                local,
                exchange.principal().tenants());
    }

    @Override
    public boolean reading() {
        return true;
    }

    @Override
    public void gone() {}

    @Override
    public void writabilityChanged(boolean writable) {}
}
