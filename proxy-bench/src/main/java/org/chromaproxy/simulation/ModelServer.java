package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;

/** One Chroma server: a catalog of one database, and its collections. It executes one request after the other, and answers in Chroma's words. */
final class ModelServer {
    static final String TENANT = "default_tenant";
    static final String DATABASE = "default_database";
    /** What carries the proxy's own notes: read and written, and without any content here. */
    static final String WITNESS = "/api/v2/tenants/chroma-proxy";

    private static final String TENANTS = "/api/v2/tenants/";
    private static final String HEARTBEAT = "/api/v2/heartbeat";
    private static final String DATABASES = TENANTS + TENANT + "/databases";

    /** How many of its writes fail where the disk is full: a small one may still find room. */
    private static final double SICK = 0.85;

    /** What becomes of a write whose connection breaks, or that is answered with a failure. */
    enum Effect {
        EXECUTED,
        /** Durable, and visible only once another write to its collection is executed (seen on real servers). */
        HIDDEN,
        NONE
    }

    private record Pending(OpKind kind, JsonNode body) {}

    /** A collection as it stands on this server. */
    static final class Held {
        final UUID id;
        String name;
        final ModelCollection records = new ModelCollection();
        private final List<Pending> hidden = new ArrayList<>();

        Held(UUID id, String name) {
            this.id = id;
            this.name = name;
        }

        /** Whatever is durable shows. */
        void reveal() {
            hidden.forEach(each -> records.execute(each.kind, each.body));
            hidden.clear();
        }
    }

    private final String name;
    private final Timeline time;
    private final Judge judge;
    private final Map<UUID, Held> collections = new LinkedHashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean up = true;
    private boolean hung;
    private boolean sick;
    private @Nullable UUID poisoned;
    private String poison = "";
    private int boots;
    private long busyUntil;

    ModelServer(String name, Timeline time, Judge judge) {
        this.name = name;
        this.time = time;
        this.judge = judge;
    }

    String name() {
        return name;
    }

    boolean up() {
        return up;
    }

    /** Whether it takes connections, and does nothing with them. */
    boolean hung() {
        return hung;
    }

    void hang(boolean yes) {
        hung = yes;
        if (!yes) {
            List<Runnable> all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(Runnable::run);
        }
    }

    /** The kernel has taken something for it, which it will find when it goes on. */
    void leave(Runnable arrival) {
        waiting.add(arrival);
    }

    /** From now on its handler fails at every write to one of its collections, if it has one, that names that id. */
    Optional<String> poison(String id, Chance chance) {
        List<Held> all = List.copyOf(collections.values());
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Held held = all.get(chance.below(all.size()));
        poisoned = held.id;
        poison = "\"" + id + "\"";
        return Optional.of(held.name);
    }

    /** Its handler is well again. */
    void heal() {
        poisoned = null;
    }

    /** Whether some writes make its handler fail. */
    boolean poisoned() {
        return poisoned != null;
    }

    /** Whether its disk is full: reads are answered, writes fail. */
    void sicken(boolean yes) {
        sick = yes;
    }

    boolean sick() {
        return sick;
    }

    /** kill -9: what was executed is on its disk, what was not never will be. */
    void kill() {
        up = false;
        hung = false;
        waiting.clear();
        boots++;
    }

    void restart() {
        up = true;
        busyUntil = time.nanoTime();
    }

    /** Tells one life of it from the next. */
    int boots() {
        return boots;
    }

    Collection<Held> collections() {
        return collections.values();
    }

    Optional<Held> byId(UUID id) {
        return Optional.ofNullable(collections.get(id));
    }

    /** When a request that arrives now will be executed: one after the other. */
    long turn(long nanos) {
        busyUntil = Math.max(busyUntil, time.nanoTime()) + nanos;
        return busyUntil - time.nanoTime();
    }

    /**
     * Executes a request now, as far as {@code effect} says; the answer is that of a server that is well.
     *
     * @param chance the request's
     */
    UpstreamResponse execute(UpstreamRequest request, Effect effect, Chance chance) {
        if (!request.uri().startsWith(DATABASES)) {
            return ofItself(request);
        }
        String[] path = request.uri().substring(DATABASES.length()).split("[/?]", -1);
        if (sick && !request.method().equals("GET") && !isRead(path) && chance.happens(SICK)) {
            return full();
        }
        if (path.length < 3) {
            return request.method().equals("GET")
                    ? json(200, "{\"name\":\"" + DATABASE + "\",\"tenant\":\"" + TENANT + "\"}")
                    : json(200, "{}");
        }
        if (!path[1].equals(DATABASE)) {
            return error(404, "NotFoundError", "Database [" + path[1] + "] not found");
        }
        if (path.length == 3) {
            return path[2].equals("collections_count")
                    ? json(200, Integer.toString(collections.size()))
                    : create(request, effect, chance);
        }
        Optional<Held> held = find(path[3]);
        if (held.isEmpty()) {
            return error(404, "NotFoundError", "Collection [" + path[3] + "] does not exist");
        }
        return path.length > 4 && !path[4].isEmpty()
                ? records(held.get(), path[4], request, effect)
                : collection(held.get(), request, effect);
    }

    /** What the proxy asks on its own behalf: a heartbeat, a tenant, a small write. */
    private UpstreamResponse ofItself(UpstreamRequest request) {
        if (sick && !request.method().equals("GET")) {
            return full();
        }
        return request.uri().equals(HEARTBEAT)
                ? json(200, "{\"nanosecond heartbeat\":" + time.nanoTime() + "}")
                : json(200, "{\"name\":\"" + request.uri().substring(TENANTS.length()) + "\"}");
    }

    private static UpstreamResponse full() {
        return error(500, "InternalError", "error returned from database: (code: 13) database or disk is full");
    }

    /** Whether the proxy asks it on its own behalf. */
    static boolean isOfTheProxy(UpstreamRequest request) {
        return !request.uri().startsWith(DATABASES);
    }

    private static boolean isRead(String[] path) {
        return path.length > 4 && (path[4].equals("get") || path[4].equals("count"));
    }

    private Optional<Held> find(String reference) {
        return collections.values().stream()
                .filter(each ->
                        each.name.equals(reference) || each.id.toString().equals(reference))
                .findFirst();
    }

    private UpstreamResponse create(UpstreamRequest request, Effect effect, Chance chance) {
        JsonNode body = ModelCollection.parse(request.body());
        String wanted = body.path("name").asText();
        Optional<Held> there = find(wanted);
        if (there.isPresent()) {
            return body.path("get_or_create").asBoolean()
                    ? json(200, shown(there.get()))
                    : error(409, "UniqueConstraintError", "Collection [" + wanted + "] already exists");
        }
        judge.executes(this, request);
        Held made = new Held(chance.uuid(), wanted);
        if (effect != Effect.NONE) {
            collections.put(made.id, made);
        }
        return json(200, shown(made));
    }

    private UpstreamResponse collection(Held held, UpstreamRequest request, Effect effect) {
        if (request.method().equals("GET")) {
            return json(200, shown(held));
        }
        judge.executes(this, request);
        if (effect == Effect.NONE) {
            return json(200, "{}");
        }
        if (request.method().equals("DELETE")) {
            judge.deletes(this, held.id);
            collections.remove(held.id);
            return json(200, "{}");
        }
        String wanted = ModelCollection.parse(request.body()).path("new_name").asText();
        if (find(wanted).filter(other -> other != held).isPresent()) {
            return error(409, "UniqueConstraintError", "Collection [" + wanted + "] already exists");
        }
        held.name = wanted;
        return json(200, "{}");
    }

    private UpstreamResponse records(Held held, String operation, UpstreamRequest request, Effect effect) {
        if (operation.equals("count")) {
            return json(200, Integer.toString(held.records.content().size()));
        }
        JsonNode body = ModelCollection.parse(request.body());
        if (operation.equals("get")) {
            String ids = String.join("\",\"", held.records.matches(body));
            return json(200, "{\"ids\":[" + (ids.isEmpty() ? "" : "\"" + ids + "\"") + "]}");
        }
        OpKind kind = switch (operation) {
            case "add" -> OpKind.ADD;
            case "update" -> OpKind.UPDATE;
            case "upsert" -> OpKind.UPSERT;
            case "delete" -> OpKind.DELETE;
            default -> throw new IllegalArgumentException(operation);
        };
        if (held.id.equals(poisoned) && body.path("ids").toString().contains(poison)) {
            return error(500, "InternalError", "something failed");
        }
        boolean everything = !body.path("ids").isArray() && !body.path("where").isObject();
        if (kind == OpKind.DELETE && everything) {
            return error(400, "InvalidArgumentError", "Either ids or where must be specified");
        }
        held.reveal();
        if (held.records.refuses(kind, body)) {
            return error(400, "InvalidArgumentError", "Collection expecting embedding with another dimension");
        }
        judge.executes(this, held.id, request, body);
        int count = 0;
        switch (effect) {
            case EXECUTED -> count = held.records.execute(kind, body);
            case HIDDEN -> held.hidden.add(new Pending(kind, body));
            case NONE -> {}
        }
        return kind == OpKind.DELETE
                ? json(200, "{\"deleted\":" + count + "}")
                : json(kind == OpKind.ADD ? 201 : 200, "{}");
    }

    private static String shown(Held held) {
        int dimension = held.records.dimension();
        return "{\"id\":\"" + held.id + "\",\"name\":\"" + held.name + "\",\"dimension\":"
                + (dimension == 0 ? "null" : Integer.toString(dimension)) + ",\"tenant\":\"" + TENANT
                + "\",\"database\":\"" + DATABASE + "\",\"metadata\":null,\"configuration_json\":{},\"schema\":null}";
    }

    static UpstreamResponse error(int status, String error, String message) {
        return json(status, "{\"error\":\"" + error + "\",\"message\":\"" + message + "\"}");
    }

    static UpstreamResponse json(int status, String body) {
        HttpHeaders headers = new DefaultHttpHeaders().set("content-type", "application/json");
        return new UpstreamResponse(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** What something on the way answers. */
    static UpstreamResponse page(int status) {
        HttpHeaders headers = new DefaultHttpHeaders().set("content-type", "text/html");
        return new UpstreamResponse(status, headers, "<html>no</html>".getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing but a status. */
    static UpstreamResponse empty(int status) {
        return new UpstreamResponse(status, EmptyHttpHeaders.INSTANCE, new byte[0]);
    }

    @Override
    public String toString() {
        return name;
    }
}
