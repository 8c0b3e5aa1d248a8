package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.chromaproxy.local.ChromaRelease;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;

/** One Chroma server: a catalog of one database, which may be deleted and made again, and its collections. It executes one request after the other, and answers in Chroma's words. */
final class ModelServer {
    static final String TENANT = "default_tenant";
    static final String DATABASE = "default_database";
    /** What carries the proxy's own notes: read and written, and without any content here. */
    static final String WITNESS = "/api/v2/tenants/chroma-proxy";

    private static final String TENANTS = "/api/v2/tenants/";
    private static final String INVALID = "InvalidArgumentError";
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
        ModelCollection records = new ModelCollection();
        private List<Pending> hidden = new ArrayList<>();

        Held(UUID id, String name) {
            this.id = id;
            this.name = name;
        }

        /** Makes it hold again what it holds now. */
        private Runnable restorer() {
            ModelCollection before = records.copy();
            List<Pending> hiddenBefore = List.copyOf(hidden);
            return () -> {
                records = before;
                hidden = new ArrayList<>(hiddenBefore);
            };
        }

        /** Whatever is durable shows. */
        void reveal() {
            hidden.forEach(each -> records.execute(each.kind, each.body));
            hidden.clear();
        }
    }

    private final String name;
    private final Timeline time;
    private final ServerObserver observer;
    private final ChromaRelease release;
    private final Map<UUID, Held> collections = new LinkedHashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Disk disk = new Disk();
    private final Bodies bodies;
    private boolean database = true;
    private boolean up = true;
    private boolean hung;
    private boolean sick;
    private @Nullable UUID poisoned;
    private String poison = "";
    private int boots;
    private long busyUntil;

    ModelServer(String name, ChromaRelease release, Timeline time, ServerObserver observer, Bodies bodies) {
        this.bodies = bodies;
        this.name = name;
        this.release = release;
        this.time = time;
        this.observer = observer;
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

    /** What it may still lose of what it has executed: records only, and none that are older than its witness or a change of its catalog. */
    Disk disk() {
        return disk;
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
        String[] path =
                request.uri().substring(DATABASES.length()).replace('?', '/').split("/", -1);
        if (sick && !request.method().equals("GET") && !isRead(path) && chance.happens(SICK)) {
            return full();
        }
        if (path.length < 3) {
            return container(path, request, effect);
        }
        boolean there = database && path[1].equals(DATABASE);
        if (path[2].equals("collections_count")) {
            return ModelAnswers.json(200, Integer.toString(there ? collections.size() : 0));
        } else if (path.length == 3) {
            return request.method().equals("GET") ? list() : create(request, effect, chance);
        }
        return path.length == 4 ? collection(path[3], request, effect) : records(path[3], path[4], request, effect);
    }

    /** Makes, shows or deletes the database. */
    private UpstreamResponse container(String[] path, UpstreamRequest request, Effect effect) {
        boolean makes = path.length == 1;
        boolean there = database && (makes || path[1].equals(DATABASE));
        if (makes && there) {
            return ModelAnswers.error(409, "ChromaError", "Database [" + DATABASE + "] already exists");
        } else if (!makes && !there) {
            return missing("Database [" + path[1] + "] not found");
        } else if (request.method().equals("GET")) {
            return ModelAnswers.json(200, "{\"name\":\"" + DATABASE + "\",\"tenant\":\"" + TENANT + "\"}");
        }
        observer.executes(this, request);
        disk.force();
        if (effect != Effect.NONE) {
            List.copyOf(collections.keySet()).forEach(this::drop);
            database = makes;
        }
        return ModelAnswers.json(200, "{}");
    }

    private void drop(UUID id) {
        observer.deletes(this, id);
        collections.remove(id);
    }

    /** Whether it has the database. */
    boolean hasDatabase() {
        return database;
    }

    /** In the order of the ids, as Chroma does. */
    private UpstreamResponse list() {
        return ModelAnswers.json(
                200,
                collections.values().stream()
                        .sorted(Comparator.comparing(held -> held.id.toString()))
                        .map(ModelServer::shown)
                        .collect(Collectors.joining(",", "[", "]")));
    }

    /** What the proxy asks on its own behalf: a heartbeat, a tenant, a small write. */
    private UpstreamResponse ofItself(UpstreamRequest request) {
        if (request.uri().contains("/databases/")) {
            // A body is tried at what is not there.
            return request.method().equals("POST")
                    ? ModelAnswers.error(400, INVALID, "Database [no-such-database] does not exist")
                    : missing("Collection does not exist.");
        }
        if (sick && !request.method().equals("GET")) {
            return full();
        }
        return request.uri().equals(HEARTBEAT)
                ? ModelAnswers.json(200, "{\"nanosecond heartbeat\":" + time.nanoTime() + "}")
                : ModelAnswers.json(200, "{\"name\":\"" + request.uri().substring(TENANTS.length()) + "\"}");
    }

    private static UpstreamResponse missing(String message) {
        return ModelAnswers.error(404, "NotFoundError", message);
    }

    private static UpstreamResponse noUuid() {
        return ModelAnswers.error(400, INVALID, "Collection ID is not a valid UUIDv4");
    }

    private static UpstreamResponse full() {
        return ModelAnswers.error(
                500, "InternalError", "error returned from database: (code: 13) database or disk is full");
    }

    /** Whether the proxy asks it on its own behalf. */
    static boolean isOfTheProxy(UpstreamRequest request) {
        return !request.uri().startsWith(DATABASES);
    }

    private static boolean isRead(String[] path) {
        return path.length > 4 && (path[4].equals("get") || path[4].equals("count"));
    }

    private Optional<Held> named(String wanted) {
        for (Held each : collections.values()) {
            if (each.name.equals(wanted)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private UpstreamResponse create(UpstreamRequest request, Effect effect, Chance chance) {
        JsonNode body = bodies.tree(request.body());
        String wanted = body.path("name").asText();
        if (!database) {
            return ModelAnswers.error(400, INVALID, "Database [" + DATABASE + "] does not exist");
        }
        Optional<Held> there = named(wanted);
        if (there.isPresent()) {
            return body.path("get_or_create").asBoolean()
                    ? ModelAnswers.json(200, shown(there.get()))
                    : ModelAnswers.error(409, "ChromaError", "Collection [" + wanted + "] already exists");
        }
        observer.executes(this, request);
        disk.force();
        Held made = new Held(chance.uuid(), wanted);
        if (effect != Effect.NONE) {
            collections.put(made.id, made);
        }
        return ModelAnswers.json(200, shown(made));
    }

    /** Reads and deletes one by its name, and modifies one by its id. */
    private UpstreamResponse collection(String reference, UpstreamRequest request, Effect effect) {
        if (request.method().equals("PUT")) {
            return modify(reference, request, effect);
        }
        Optional<Held> held = named(reference);
        if (held.isEmpty()) {
            return missing("Collection [" + reference + "] does not exist");
        } else if (request.method().equals("GET")) {
            return ModelAnswers.json(200, shown(held.get()));
        }
        observer.executes(this, request);
        disk.force();
        if (effect != Effect.NONE) {
            drop(held.get().id);
        }
        return ModelAnswers.json(200, "{}");
    }

    private UpstreamResponse modify(String reference, UpstreamRequest request, Effect effect) {
        Optional<UUID> id = CollectionIds.parse(reference);
        if (id.isEmpty()) {
            return noUuid();
        }
        Held held = collections.get(id.get());
        if (held == null) {
            return missing("Collection [" + id.get() + "] does not exist.");
        }
        observer.executes(this, request);
        disk.force();
        if (effect == Effect.NONE) {
            return ModelAnswers.json(200, "{}");
        }
        String wanted = bodies.tree(request.body()).path("new_name").asText(held.name);
        if (named(wanted).filter(other -> other != held).isPresent()) {
            return ModelAnswers.error(
                    500,
                    "InternalError",
                    "Database error: error returned from database: (code: 2067) UNIQUE constraint failed:"
                            + " collections.name");
        }
        held.name = wanted;
        return ModelAnswers.json(200, "{}");
    }

    private UpstreamResponse records(String reference, String operation, UpstreamRequest request, Effect effect) {
        if (operation.equals("count")) {
            return found(
                    reference,
                    held -> ModelAnswers.json(
                            200, Integer.toString(held.records.content().size())));
        }
        JsonNode body = bodies.tree(request.body());
        if (operation.equals("get")) {
            return found(reference, held -> held.records.get(body));
        }
        OpKind kind = switch (operation) {
            case "add" -> OpKind.ADD;
            case "update" -> OpKind.UPDATE;
            case "upsert" -> OpKind.UPSERT;
            case "delete" -> OpKind.DELETE;
            default -> throw new IllegalArgumentException(operation);
        };
        return ModelCollection.unreadable(kind, body)
                .orElseGet(() -> found(reference, held -> write(held, kind, body, request, effect)));
    }

    private UpstreamResponse found(String reference, Function<Held, UpstreamResponse> then) {
        Optional<UUID> id = CollectionIds.parse(reference);
        if (id.isEmpty()) {
            return noUuid();
        }
        Held held = collections.get(id.get());
        return held == null ? missing("Collection [" + id.get() + "] does not exist.") : then.apply(held);
    }

    private UpstreamResponse write(Held held, OpKind kind, JsonNode body, UpstreamRequest request, Effect effect) {
        if (held.id.equals(poisoned) && body.path("ids").toString().contains(poison)) {
            return ModelAnswers.error(500, "InternalError", "something failed");
        }
        JsonNode whole =
                knowsLimits() || kind != OpKind.DELETE ? body : ((ObjectNode) body.deepCopy()).without("limit");
        Optional<UpstreamResponse> impossible = kind == OpKind.DELETE ? impossible(whole) : Optional.empty();
        if (impossible.isPresent()) {
            return impossible.get();
        }
        held.reveal();
        Optional<UpstreamResponse> refusal = held.records.refusal(kind, whole);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        observer.executes(this, held.id, request, whole);
        disk.writing(held.restorer());
        int count = 0;
        switch (effect) {
            case EXECUTED -> count = held.records.execute(kind, whole);
            case HIDDEN -> held.hidden.add(new Pending(kind, whole));
            case NONE -> {}
        }
        return kind == OpKind.DELETE && knowsLimits()
                ? ModelAnswers.json(200, "{\"deleted\":" + count + "}")
                : ModelAnswers.json(kind == OpKind.ADD ? 201 : 200, "{}");
    }

    /** Whether it knows that a delete may have a limit, and tells how many it has deleted. */
    private boolean knowsLimits() {
        return release != ChromaRelease.V1_0_5;
    }

    private static Optional<UpstreamResponse> impossible(JsonNode delete) {
        boolean filtered = delete.path("where").isObject();
        if (!filtered && delete.path("ids").isArray() && delete.path("ids").isEmpty()) {
            return Optional.of(ModelAnswers.error(400, INVALID, "Either ids or where must be specified"));
        }
        return !filtered && delete.path("limit").isNumber()
                ? Optional.of(
                        ModelAnswers.error(400, INVALID, "limit can only be specified when a where clause is provided"))
                : Optional.empty();
    }

    private static String shown(Held held) {
        int dimension = held.records.dimension();
        return "{\"id\":\"" + held.id + "\",\"name\":\"" + held.name + "\",\"dimension\":"
                + (dimension == 0 ? "null" : Integer.toString(dimension)) + ",\"tenant\":\"" + TENANT
                + "\",\"database\":\"" + DATABASE + "\",\"metadata\":null,\"configuration_json\":{},\"schema\":null}";
    }

    @Override
    public String toString() {
        return name;
    }
}
