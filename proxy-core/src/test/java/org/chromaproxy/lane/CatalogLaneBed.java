package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CreateScan;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/**
 * The catalog lanes over a {@link LaneBed}, with no collection at first. The test answers every request, and says when
 * the {@linkplain Records lanes of collections} stand. A collection's ids follow from its first name.
 */
final class CatalogLaneBed {
    static final String TENANT = "t";
    static final String DATABASE = "d";
    /** What a server answers with 404. */
    static final String MISSING = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";
    /** What it answers with 409. */
    static final String TAKEN = "{\"error\":\"ChromaError\",\"message\":\"there already, on a server\"}";

    /** What the first name of a collection ends with that is not the first of its name. */
    static final String AGAIN = " again";

    private static final String COLLECTIONS = ChromaPaths.collections(TENANT, DATABASE);
    /** Attempts after which a record is given up, and some. */
    private static final int MANY = 20;

    final LaneBed lanes;
    final VirtualIo io;
    final HeldLog log;
    final Catalog catalog;
    final Records records = new Records();
    final LaneGroup<CatalogSemantics> group;
    /** Whether records that are made from now on were found in the log at a start. */
    boolean found;

    private final Map<UUID, String> names = new HashMap<>();
    private long lsn;

    /** A primary and a replica. */
    CatalogLaneBed() {
        this(new LaneBed());
    }

    CatalogLaneBed(LaneBed lanes) {
        this.lanes = lanes;
        this.io = lanes.io;
        this.log = lanes.log;
        this.catalog = lanes.catalog;
        catalog.drop(lanes.id);
        this.group = new LaneGroup<>(
                "the catalog",
                Subject.CATALOG,
                io,
                lanes.services(),
                catalog.gate(),
                Leadership.Led.NEVER,
                all -> new CatalogSemantics(all, records));
        lanes.instances.forEach(each -> {
            each.onChange((same, from, to) -> group.instanceChanged(each));
            each.writes().listen(changed -> {
                if (changed) {
                    group.instanceChanged(each);
                }
            });
        });
    }

    /** The lanes of the collections: they stand at once where they are to stop, unless the test holds them. */
    final class Records implements CollectionLanes {
        /** What they were told, with collections by their first names and servers by their indices. */
        final List<String> told = new ArrayList<>();
        /** Whether something is left before them that keeps them from being forgotten. */
        boolean behind;

        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private boolean held;

        /** They come to no stand until they are told to. */
        void hold() {
            held = true;
        }

        /** How many are to come to a stand. */
        int waiting() {
            return waiting.size();
        }

        /** The first of those that are to come to a stand do so. */
        void reach(int count) {
            for (int i = 0; i < count; i++) {
                waiting.remove().run();
            }
            io.runDue();
        }

        private void stand(Runnable then) {
            if (held) {
                waiting.add(then);
            } else {
                then.run();
            }
        }

        private String name(UUID id) {
            return names.getOrDefault(id, id.toString());
        }

        @Override
        public void decided(long at) {
            told.add("decided " + at);
        }

        @Override
        public void created(CollectionEntry entry) {
            // What waits for deletions is not looked at here.
        }

        @Override
        public void wake(UUID publicId) {
            told.add("wake " + name(publicId));
        }

        @Override
        public void awaitLastWrites(UUID publicId, long at, boolean atOnce, Runnable ended) {
            told.add("last writes " + name(publicId) + " before " + at + (atOnce ? " at once" : ""));
            stand(ended);
        }

        @Override
        public void barrier(UUID publicId, int instance, long at, Runnable reached) {
            told.add("barrier " + name(publicId) + " on " + instance + " at " + at);
            stand(reached);
        }

        @Override
        public void forget(UUID publicId, Runnable forgotten) {
            told.add("forget " + name(publicId));
            if (!behind) {
                forgotten.run();
            }
        }

        @Override
        public void release(UUID publicId, int instance) {
            told.add("release " + name(publicId) + " on " + instance);
        }
    }

    Instance primary() {
        return lanes.primary();
    }

    Instance replica() {
        return lanes.replica();
    }

    void down(Instance instance) {
        instance.become(InstanceState.DOWN, "a test");
        io.runDue();
    }

    void up(Instance instance) {
        instance.become(InstanceState.UP, "");
        io.runDue();
    }

    /** What happens about once a second. */
    void tick() {
        group.tick();
        io.runDue();
    }

    // Collections.

    /** The id that clients know a collection by. */
    UUID id(String name) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        names.put(id, name);
        return id;
    }

    /** The id that a server has it by. */
    static UUID on(Instance instance, String name) {
        return UUID.nameUUIDFromBytes((instance + " " + name).getBytes(StandardCharsets.UTF_8));
    }

    static Mapping.Path path(String name) {
        return new Mapping.Path(TENANT, DATABASE, name);
    }

    /** All servers hold a collection whose records have no arrays. */
    CollectionEntry put(String name) {
        return put(name, lanes.instances.stream().toArray(Instance[]::new));
    }

    /** These servers hold one, and no others. */
    CollectionEntry put(String name, Instance... holders) {
        Map<String, Place> places = new HashMap<>();
        for (Instance each : holders) {
            places.put(each.name(), ready(each, name));
        }
        CollectionEntry entry = catalog.put(new Mapping(id(name), path(name), 0, 0, Instant.EPOCH, places));
        catalog.purges().flat(entry.publicId(), true);
        return entry;
    }

    /** A server's copy of it is in that state. */
    void put(String name, Instance instance, PlaceState state) {
        Mapping mapping = named(name).orElseThrow().mapping();
        Map<String, Place> places = new HashMap<>(mapping.places());
        places.put(instance.name(), new Place(on(instance, name), state, "a test"));
        catalog.put(new Mapping(mapping.publicId(), mapping.path(), 0, 0, mapping.createdAt(), places));
    }

    Optional<CollectionEntry> named(String name) {
        return catalog.named(path(name));
    }

    /** What is known of the collection of that name on a server. */
    Optional<Place> place(String name, Instance instance) {
        return named(name).orElseThrow().place(instance);
    }

    /** It is whole there. */
    static Place ready(Instance instance, String name) {
        return new Place(on(instance, name), PlaceState.READY, "");
    }

    /** What a server says of it. */
    static String shown(Instance instance, String name) {
        return shown(on(instance, name), name, "\"dimension\":null");
    }

    /** The same with members beside id and name. */
    static String shown(UUID id, String name, String members) {
        return "{\"id\":\"" + id + "\",\"name\":\"" + name + "\"," + members + "}";
    }

    // Records.

    Write create(String name) {
        return create(name, "{\"name\":\"" + name + "\"}");
    }

    Write getOrCreate(String name) {
        return create(name, "{\"name\":\"" + name + "\",\"get_or_create\":true}");
    }

    Write create(String name, String body) {
        UUID minted = id(catalog.known(id(name)).isPresent() ? name + AGAIN : name);
        return offer(logged(OpKind.CREATE_COLLECTION, about(minted, name), "POST", COLLECTIONS, body));
    }

    /** By a name or an id, as it is resolved when it is logged. */
    Write delete(String reference) {
        Optional<CollectionEntry> entry = catalog.resolveName(TENANT, DATABASE, reference);
        UUID id = entry.map(CollectionEntry::publicId).orElse(Subject.CATALOG);
        String name = entry.map(each -> each.path().name()).orElse("");
        return offer(logged(OpKind.DELETE_COLLECTION, about(id, name), "DELETE", COLLECTIONS + "/" + reference, ""));
    }

    /** The record of a collection that no server holds any more. */
    Write forget(String name) {
        return offer(logged(OpKind.DELETE_COLLECTION, about(id(name), name), DeleteOp.FORGET, "/", ""));
    }

    Write rename(String name, String to) {
        return modify(id(name), to, "{\"new_name\":\"" + to + "\"}");
    }

    /** Replaces its metadata. */
    Write modify(String name) {
        return modify(id(name), "", "{\"new_metadata\":{\"a\":1}}");
    }

    Write configure(String name) {
        return modify(id(name), "", "{\"new_configuration\":{\"hnsw\":{\"ef_search\":7}}}");
    }

    private Write modify(UUID id, String newName, String body) {
        return offer(logged(OpKind.MODIFY_COLLECTION, about(id, newName), "PUT", COLLECTIONS + "/" + id, body));
    }

    Write createDatabase(String name) {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, TENANT, "", "", "");
        return offer(logged(
                OpKind.CREATE_DATABASE, subject, "POST", ChromaPaths.databases(TENANT), "{\"name\":\"" + name + "\"}"));
    }

    Write deleteDatabase() {
        return offer(logged(
                OpKind.DELETE_DATABASE,
                about(Subject.CATALOG, ""),
                "DELETE",
                ChromaPaths.database(TENANT, DATABASE),
                ""));
    }

    static Subject about(UUID collection, String name) {
        return new Subject(Subject.CATALOG, collection, TENANT, DATABASE, name, "");
    }

    /** A record that is in the log, and not offered yet. */
    Write logged(OpKind kind, Subject subject, String method, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        WriteRequest request = new WriteRequest(method, path, "application/json", bytes);
        lsn++;
        LogRecord record =
                new LogRecord(lsn, io.now(), new NewRecord(kind, subject, request, Optional.empty()), bytes.length);
        log.append(record);
        if (!found) {
            return Write.fresh(record, new Footprint.Everything("a catalog record"), EmptyHttpHeaders.INSTANCE);
        }
        Write write = Write.recovered(record);
        write.body(bytes);
        return write;
    }

    /** Offers it, and runs what is due. */
    Write offer(Write write) {
        group.offer(write);
        io.runDue();
        return write;
    }

    /** The status that its client is told; it must have been. */
    static int status(Write write) {
        assertTrue(write.result().isDone(), "its client was told nothing");
        return write.result().join().status();
    }

    /** What its client is told. */
    static String text(Write write) {
        return write.result().join().text();
    }

    // Requests.

    /** A request, as method and path from the database on. */
    static String line(VirtualIo.Sent sent) {
        String base = ChromaPaths.databases(TENANT) + "/";
        String uri = sent.request.uri();
        return sent.request.method() + " " + (uri.startsWith(base) ? uri.substring(base.length()) : uri);
    }

    /** The only request to a server that is not answered. */
    String asked(Instance instance) {
        return line(io.only(instance));
    }

    /** The one of that line to a server that is not answered. */
    VirtualIo.Sent open(Instance instance, String line) {
        return io.open().stream()
                .filter(each -> each.instance == instance && line(each).equals(line))
                .findFirst()
                .orElseThrow(() -> new AssertionError(line + " is not among " + io.open()));
    }

    /** All requests to a server so far. */
    List<String> sentTo(Instance instance) {
        return io.sent().stream()
                .filter(each -> each.instance == instance)
                .map(CatalogLaneBed::line)
                .toList();
    }

    /** The only write to a server that is not answered is executed. */
    void done(Instance instance) {
        VirtualIo.Sent sent = io.only(instance);
        if (sent.request.uri().endsWith("/collections")) {
            String name = CreateScan.of(sent.request.body()).orElseThrow().name();
            boolean second = catalog.holding(on(instance, name)).isPresent();
            UUID id = on(instance, second ? name + AGAIN : name);
            sent.answer(200, shown(id, name, "\"dimension\":null"));
        } else {
            sent.done();
        }
    }

    /** A server says that the database is there, and how many collections it holds. */
    void count(Instance instance, int collections) {
        assertEquals("GET d", asked(instance));
        io.only(instance).answer(200, "{\"name\":\"d\"}");
        assertEquals("GET d/collections_count", asked(instance));
        io.only(instance).answer(200, Integer.toString(collections));
    }

    /** Every server fails whatever write it is sent, and executes others meanwhile, until one is asked what it has. */
    void failWrites() {
        for (int i = 0; i < MANY && io.open().stream().noneMatch(CatalogLaneBed::reads); i++) {
            lanes.instances.forEach(each -> each.writes().succeeded());
            io.open().forEach(VirtualIo.Sent::fail);
            io.runFor(1_000);
        }
    }

    private static boolean reads(VirtualIo.Sent sent) {
        return sent.request.method().equals("GET");
    }
}
