package org.chromaproxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of a Chroma server as operators' endpoints meet: collections by name, their counts, and adds. */
final class FakeChroma implements AutoCloseable {
    private static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections/";

    final Map<String, UUID> collections = new ConcurrentHashMap<>();
    volatile String count = "0";
    volatile int addStatus = 201;
    volatile String addAnswer = "{}";
    final AtomicInteger adds = new AtomicInteger();
    /** Answers every GET with 500. */
    volatile boolean failing;
    /** Adds are answered only once it is open. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    FakeChroma() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String rest = exchange.getRequestURI().getPath().replace(COLLECTIONS, "");
        if (exchange.getRequestMethod().equals("POST")) {
            awaitGate();
            adds.incrementAndGet();
            answer(exchange, addStatus, addAnswer);
        } else if (failing) {
            answer(exchange, 500, "{}");
        } else if (rest.endsWith("/count")) {
            answer(exchange, 200, count);
        } else if (collections.containsKey(rest)) {
            answer(
                    exchange,
                    200,
                    "{\"id\":\"" + collections.get(rest) + "\",\"name\":\"" + rest + "\",\"dimension\":null}");
        } else {
            answer(
                    exchange,
                    404,
                    "{\"error\":\"NotFoundError\",\"message\":\"Collection [" + rest + "] does not exist\"}");
        }
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
