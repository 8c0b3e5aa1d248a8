package org.chromaproxy.lane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of a Chroma server as the catalog meets: databases of one tenant, and collections by name and id. */
final class NamedServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DATABASES = "/api/v2/tenants/" + CatalogBed.TENANT + "/databases";

    private final String name;
    private final List<String> events;
    private final Map<String, Map<String, UUID>> databases =
            new TreeMap<>(Map.of(CatalogBed.DATABASE, new TreeMap<>()));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final AtomicInteger heldUp = new AtomicInteger();
    private final AtomicInteger heldReads = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch readGate = new CountDownLatch(0);
    private volatile boolean refusing;
    private volatile String dimension = "null";

    /** @param events told of every write that it executes */
    NamedServer(String name, List<String> events) throws IOException {
        this.name = name;
        this.events = events;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** It answers no write from now on, until it is opened. */
    void shut() {
        gate = new CountDownLatch(1);
    }

    void open() {
        gate.countDown();
        readGate.countDown();
    }

    /** It answers no read from now on, until it is opened. */
    void shutReads() {
        readGate = new CountDownLatch(1);
    }

    /** Reads that have arrived, and wait until it is opened. */
    int heldReads() {
        return heldReads.get();
    }

    /** Writes that have arrived, and wait until it is opened. */
    int heldUp() {
        return heldUp.get();
    }

    /** It refuses every create, and every write of records, from now on. */
    void refuse() {
        refusing = true;
    }

    /** Its collections have that dimension from now on. */
    void fixDimension(int fixed) {
        dimension = Integer.toString(fixed);
    }

    /** The collections of the tests' database; empty if there is no such database. */
    synchronized Map<String, UUID> collections() {
        return Map.copyOf(databases.getOrDefault(CatalogBed.DATABASE, Map.of()));
    }

    /** Somebody makes a collection there. */
    synchronized void make(String collection) {
        databases.computeIfAbsent(CatalogBed.DATABASE, each -> new TreeMap<>()).put(collection, UUID.randomUUID());
    }

    /** It holds that collection no more, though nobody heard of a deletion. */
    synchronized void lose(String collection) {
        databases.getOrDefault(CatalogBed.DATABASE, Map.of()).remove(collection);
    }

    synchronized boolean hasDatabase() {
        return databases.containsKey(CatalogBed.DATABASE);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String method = exchange.getRequestMethod();
        boolean read = method.equals("GET");
        AtomicInteger held = read ? heldReads : heldUp;
        held.incrementAndGet();
        await(read ? readGate : gate);
        held.decrementAndGet();
        JsonNode json = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
        String[] path =
                exchange.getRequestURI().getPath().substring(DATABASES.length()).split("/");
        Answer answer = answer(method, path, json);
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(answer.status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private record Answer(int status, String body) {}

    private static final Answer TAKEN = new Answer(
            500,
            "{\"error\":\"InternalError\",\"message\":\"Database error: error returned from database: (code: 2067) UNIQUE"
                    + " constraint failed: collections.name\"}");
    private static final Answer REFUSAL =
            new Answer(400, "{\"error\":\"InvalidArgumentError\",\"message\":\"a test\"}");

    /** @param path empty, database, "collections", and a collection or nothing */
    private synchronized Answer answer(String method, String[] path, JsonNode body) {
        String database = path.length > 1 ? path[1] : body.path("name").asText();
        Map<String, UUID> collections = databases.get(database);
        if (path.length < 2) {
            databases.putIfAbsent(database, new TreeMap<>());
            return done(method + " database " + database);
        }
        if (collections == null) {
            return missing(database);
        }
        if (path.length == 2) {
            if (method.equals("DELETE")) {
                databases.remove(database);
                return done("DELETE database " + database);
            }
            return new Answer(200, "{\"name\":\"" + database + "\"}");
        }
        if (path[2].equals("collections_count")) {
            return new Answer(200, Integer.toString(collections.size()));
        }
        if (path.length > 4) {
            return collections.containsValue(UUID.fromString(path[3])) ? records(path[4]) : missing(path[3]);
        }
        return path.length == 3 ? create(collections, body) : of(collections, method, path[3], body);
    }

    private Answer records(String operation) {
        if (refusing) {
            return REFUSAL;
        }
        events.add(name + " " + operation);
        return new Answer(operation.equals("add") ? 201 : 200, "{}");
    }

    private Answer create(Map<String, UUID> collections, JsonNode body) {
        String wanted = body.path("name").asText();
        if (refusing) {
            return REFUSAL;
        }
        if (wanted.length() < CatalogBed.SHORTEST) {
            return new Answer(400, "{\"error\":\"InvalidArgumentError\",\"message\":\"[" + wanted + "] is no name\"}");
        }
        if (collections.containsKey(wanted) && !body.path("get_or_create").asBoolean()) {
            return new Answer(
                    409,
                    "{\"error\":\"UniqueConstraintError\",\"message\":\"Collection [" + wanted + "] already exists\"}");
        }
        collections.computeIfAbsent(wanted, each -> UUID.randomUUID());
        events.add(name + " POST " + wanted);
        return shown(collections, wanted);
    }

    private Answer of(Map<String, UUID> collections, String method, String reference, JsonNode body) {
        String found = collections.entrySet().stream()
                .filter(each -> each.getKey().equals(reference)
                        || each.getValue().toString().equals(reference))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
        if (found.isEmpty()) {
            return missing(reference);
        }
        return switch (method) {
            case "GET" -> shown(collections, found);
            case "DELETE" -> {
                collections.remove(found);
                yield done("DELETE " + found);
            }
            default -> {
                String wanted = body.path("new_name").asText();
                if (!wanted.equals(found) && collections.containsKey(wanted)) {
                    yield TAKEN;
                }
                collections.put(wanted, collections.remove(found));
                yield done("PUT " + found + " " + wanted);
            }
        };
    }

    private Answer done(String what) {
        events.add(name + " " + what);
        return new Answer(200, "{}");
    }

    private Answer shown(Map<String, UUID> collections, String found) {
        return new Answer(
                200,
                "{\"id\":\"" + collections.get(found) + "\",\"name\":\"" + found + "\",\"dimension\":" + dimension
                        + "}");
    }

    private static Answer missing(String what) {
        return new Answer(404, "{\"error\":\"NotFoundError\",\"message\":\"[" + what + "] does not exist\"}");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        open();
        server.stop(0);
        threads.shutdownNow();
    }
}
