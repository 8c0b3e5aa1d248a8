package org.chromaproxy.drill.load;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Request;

/** Draws one operation after another from a seed. Confined to one client. */
final class Generator {
    static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";
    /** Name of the collection that is protected by default. */
    static final String PROTECTED = "global";

    private static final int COLD_NAMES = 8;
    private static final int MOST_COLD = 5;
    private static final int TRANSACTIONS_PERCENT = 30;
    private static final List<Kind> RUSHED = List.of(Kind.UPSERT, Kind.ADD, Kind.UPDATE);

    /** Out of a hundred operations, how many are of each kind; the rest are counts. */
    private static final Map<Kind, Integer> SHARES = Map.ofEntries(
            Map.entry(Kind.ADD, 14),
            Map.entry(Kind.UPSERT, 13),
            Map.entry(Kind.UPDATE, 10),
            Map.entry(Kind.DELETE_IDS, 6),
            Map.entry(Kind.DELETE_WHERE, 2),
            Map.entry(Kind.DELETE_LIMIT, 2),
            Map.entry(Kind.BAD_WRITE, 2),
            Map.entry(Kind.CREATE, 2),
            Map.entry(Kind.RENAME, 1),
            Map.entry(Kind.DROP, 1),
            Map.entry(Kind.FORBIDDEN, 1),
            Map.entry(Kind.GET_IDS, 22),
            Map.entry(Kind.GET_WHERE, 10),
            Map.entry(Kind.QUERY, 6));

    private final Random random;
    private final Shelves shelves;
    private final LongSupplier ids;
    private final Bodies bodies;

    Generator(Random random, Shelves shelves, LongSupplier ids) {
        this.random = random;
        this.shelves = shelves;
        this.ids = ids;
        this.bodies = new Bodies(random);
    }

    Draft next() {
        return draft(kind());
    }

    private Kind kind() {
        int at = random.nextInt(100);
        for (Kind kind : Kind.values()) {
            at -= SHARES.getOrDefault(kind, 0);
            if (at < 0) {
                return kind;
            }
        }
        return Kind.COUNT;
    }

    private Draft draft(Kind kind) {
        Shelf shelf = random.nextInt(5) == 0 ? shelves.cold(random) : shelves.hot(random);
        long id = ids.getAsLong();
        return switch (kind) {
            case ADD, UPSERT, UPDATE -> records(id, kind, shelf);
            case DELETE_IDS -> write(id, kind, shelf, "delete", bodies.ids(shelf));
            case DELETE_WHERE -> write(id, kind, shelf, "delete", bodies.where(""));
            case DELETE_LIMIT -> write(id, kind, shelf, "delete", bodies.limitedWhere());
            case BAD_WRITE -> badWrite(id);
            case GET_IDS -> read(id, kind, shelf, "get", Bodies.including(bodies.idsToRead(shelf)));
            case GET_WHERE -> read(id, kind, shelf, "get", Bodies.including(bodies.where("")));
            case QUERY -> read(id, kind, shelves.hot(random), "query", bodies.query());
            case COUNT -> new Draft(id, kind, shelf, request("GET", path(shelf, "count", id), "", ""));
            case CREATE, RENAME, DROP, FORBIDDEN -> catalog(id, kind);
        };
    }

    /**
     * A write of records, which says by its records who wrote them: with a query of its own it would be merged with no
     * other.
     */
    private Draft records(long id, Kind kind, Shelf shelf) {
        String body = switch (kind) {
            case ADD -> bodies.records(shelf, id, true);
            case UPSERT -> bodies.records(shelf, id, random.nextInt(4) != 0);
            default -> bodies.update(shelf, id);
        };
        String path = COLLECTIONS + "/" + reference(shelf) + "/" + kind.name().toLowerCase(Locale.ROOT);
        return new Draft(id, kind, shelf, request("POST", path, body, transaction()));
    }

    /** What all clients do at once, for neighbours in the log that can be merged: one kind of write to one collection. */
    Draft rush(int number) {
        return records(ids.getAsLong(), RUSHED.get(number % RUSHED.size()), shelves.hot(number));
    }

    /** Only a collection whose dimension is fixed refuses another one. */
    private Draft badWrite(long id) {
        Shelf shelf = shelves.hot(random);
        return write(id, Kind.BAD_WRITE, shelf, "add", bodies.wrongDimension(shelf, id));
    }

    private Draft catalog(long id, Kind kind) {
        Shelf shelf = shelves.cold(random);
        String name = "cold-" + random.nextInt(COLD_NAMES);
        if (kind == Kind.FORBIDDEN) {
            Shelf global = new Shelf(PROTECTED, "", true);
            return new Draft(id, kind, global, request("DELETE", COLLECTIONS + "/" + PROTECTED + "?op=" + id, "", ""));
        }
        if (kind == Kind.CREATE || shelf.hot() || shelves.coldOnes() < MOST_COLD / 2) {
            return create(id, name, random.nextInt(3) == 0);
        }
        return kind == Kind.DROP
                ? drop(id, shelf)
                : new Draft(
                        id,
                        kind,
                        shelf,
                        request("PUT", path(shelf, "", id), "{\"new_name\":\"" + name + "\"}", transaction()));
    }

    private Draft drop(long id, Shelf shelf) {
        String path = COLLECTIONS + "/" + shelf.name() + "?op=" + id;
        return new Draft(id, Kind.DROP, shelf, request("DELETE", path, "", transaction()));
    }

    /** A create of that name. */
    Draft create(long id, String name, boolean getOrCreate) {
        String body = "{\"name\":\"" + name + "\",\"metadata\":{\"made\":" + id + "}"
                + (getOrCreate ? ",\"get_or_create\":true}" : "}");
        Shelf unknown = new Shelf(name, "", false);
        return new Draft(id, Kind.CREATE, unknown, request("POST", COLLECTIONS + "?op=" + id, body, transaction()));
    }

    /** The write that fixes a collection's dimension. */
    Draft firstWrite(long id, Shelf shelf) {
        return write(id, Kind.ADD, shelf, "add", bodies.firstRecords(shelf, id));
    }

    private Draft write(long id, Kind kind, Shelf shelf, String operation, String body) {
        return new Draft(id, kind, shelf, request("POST", path(shelf, operation, id), body, transaction()));
    }

    private Draft read(long id, Kind kind, Shelf shelf, String operation, String body) {
        return new Draft(id, kind, shelf, request("POST", path(shelf, operation, id), body, ""));
    }

    private String path(Shelf shelf, String operation, long id) {
        return COLLECTIONS + "/" + reference(shelf) + (operation.isEmpty() ? "" : "/" + operation) + "?op=" + id;
    }

    /** A hot collection goes by its name now and then. */
    private String reference(Shelf shelf) {
        return shelf.hot() && random.nextInt(4) == 0 ? shelf.name() : shelf.id();
    }

    private String transaction() {
        return random.nextInt(100) < TRANSACTIONS_PERCENT
                ? new UUID(random.nextLong(), random.nextLong()).toString()
                : "";
    }

    private static Request request(String method, String path, String body, String transaction) {
        return new Request(method, path, body, transaction);
    }
}
