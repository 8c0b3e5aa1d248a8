package org.chromaproxy.simulation;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Write;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.jspecify.annotations.Nullable;

/** Somebody who writes and reads, one request after the other; some give every write an id, and repeat it when its answer is lost. */
final class Client {
    private static final int NAMES = 3;
    private static final long PATIENCE_MS = 90_000;
    /** How many of the writes that have an id may be repeated while their answer is still to come. */
    private static final double IMPATIENT = 0.1;

    private static final String DATABASE = ChromaPaths.collections(ModelServer.TENANT, ModelServer.DATABASE);

    private final int number;
    private final Timeline time;
    private final World world;
    private final boolean repeats;
    /** What the present operation draws. */
    private Chance own;

    private int operations;
    private boolean ending;
    private boolean idle = true;
    private int turn;
    private @Nullable NewRecord unanswered;

    Client(int number, Timeline time, World world) {
        this.number = number;
        this.time = time;
        this.world = world;
        this.own = time.element("client", number);
        this.repeats = own.happens(0.5);
    }

    void start() {
        think();
    }

    /** It begins nothing more. */
    void end() {
        ending = true;
    }

    /** Whether it has ended, and waits for nothing. */
    boolean ended() {
        return ending && idle && unanswered == null;
    }

    int operations() {
        return operations;
    }

    /** The process it talked to is gone. */
    void lost() {
        if (!idle) {
            turn++;
            if (!repeats) {
                unanswered = null;
            }
            think();
        }
    }

    private void think() {
        idle = true;
        int mine = ++turn;
        Chance pause = time.element("pause", number, mine);
        time.afterMs(pause.between(1, pause.happens(0.7) ? 60 : 700), () -> {
            if (turn == mine) {
                act();
            }
        });
    }

    private void act() {
        Life life = world.life();
        boolean done = ending && unanswered == null;
        if (done) {
            return;
        }
        if (life == null || !life.serves()) {
            think();
            return;
        }
        idle = false;
        NewRecord again = unanswered;
        if (again != null) {
            send(life, again);
            return;
        }
        operations++;
        own = time.element("operation", number, operations);
        if (!world.elements().has(Elements.Kind.OPERATION, number + "." + operations)) {
            think();
            return;
        }
        List<CollectionEntry> there = new ArrayList<>(life.catalog().list(ModelServer.TENANT, ModelServer.DATABASE));
        if (there.isEmpty()) {
            if (own.happens(0.5)) {
                create(life);
            } else {
                createDatabase(life);
            }
            return;
        }
        switch (world.temper().operation(own)) {
            case CREATE -> create(life);
            case DELETE -> delete(life, any(there));
            case RENAME -> rename(life, any(there));
            case DATABASE -> deleteDatabase(life);
            case READ -> read(life, any(there));
            case WRITE -> records(life, any(there));
        }
    }

    private <T> T any(List<T> all) {
        return all.get(own.below(all.size()));
    }

    private String name() {
        return "coll-" + own.below(NAMES);
    }

    private String operation() {
        return Judge.OPERATION + number + "." + operations;
    }

    private void create(Life life) {
        String name = name();
        String body = "{\"name\":\"" + name + "\",\"get_or_create\":" + own.happens(0.5) + "}";
        catalog(life, OpKind.CREATE_COLLECTION, own.uuid(), name, "POST", DATABASE, body);
    }

    private void delete(Life life, CollectionEntry entry) {
        String name = entry.path().name();
        catalog(life, OpKind.DELETE_COLLECTION, entry.publicId(), name, "DELETE", DATABASE + "/" + name, "");
    }

    private void rename(Life life, CollectionEntry entry) {
        String name = name();
        String path = DATABASE + "/" + entry.publicId();
        String body = "{\"new_name\":\"" + name + "\"}";
        catalog(life, OpKind.MODIFY_COLLECTION, entry.publicId(), name, "PUT", path, body);
    }

    private void createDatabase(Life life) {
        Subject subject = new Subject(Subject.CATALOG, Subject.CATALOG, ModelServer.TENANT, "", "", "");
        String body = "{\"name\":\"" + ModelServer.DATABASE + "\"}";
        send(life, record(OpKind.CREATE_DATABASE, subject, "POST", ChromaPaths.databases(ModelServer.TENANT), body));
    }

    private void deleteDatabase(Life life) {
        String path = ChromaPaths.database(ModelServer.TENANT, ModelServer.DATABASE);
        catalog(life, OpKind.DELETE_DATABASE, Subject.CATALOG, "", "DELETE", path, "");
    }

    private void catalog(
            Life life, OpKind kind, UUID collection, String name, String method, String path, String body) {
        Subject subject = new Subject(Subject.CATALOG, collection, ModelServer.TENANT, ModelServer.DATABASE, name, "");
        send(life, record(kind, subject, method, path, body));
    }

    private NewRecord record(OpKind kind, Subject subject, String method, String path, String body) {
        Optional<ClientTransaction> own = repeats
                ? Optional.of(new ClientTransaction(ModelServer.TENANT, operation(), "digest"))
                : Optional.empty();
        return new NewRecord(
                kind, subject, new WriteRequest(method, path, "application/json", LogWriter.bytes(body)), own);
    }

    private void records(Life life, CollectionEntry entry) {
        OpKind kind = world.temper().write(own);
        String body = kind == OpKind.DELETE ? deletion() : writing();
        Subject subject = new Subject(
                entry.publicId(),
                entry.publicId(),
                ModelServer.TENANT,
                ModelServer.DATABASE,
                entry.path().name(),
                "");
        String operation = kind.name().toLowerCase(java.util.Locale.ROOT);
        send(life, record(kind, subject, "POST", DATABASE + "/" + entry.publicId() + "/" + operation, body));
    }

    private String writing() {
        int dimension = own.happens(0.04) ? 3 : 2;
        List<String> ids = ids();
        StringBuilder embeddings = new StringBuilder();
        StringBuilder metadatas = new StringBuilder();
        for (int i = 0; i < ids.size(); i++) {
            embeddings.append(i == 0 ? "" : ",").append("[").append(operations);
            embeddings.append(",0".repeat(dimension - 1)).append("]");
            metadatas
                    .append(i == 0 ? "" : ",")
                    .append("{\"" + Judge.OPERATION + "\":\"")
                    .append(operation());
            metadatas.append("\",\"k\":\"").append(own.below(2)).append("\"}");
        }
        return "{\"ids\":" + quoted(ids) + ",\"embeddings\":[" + embeddings + "],\"metadatas\":[" + metadatas + "]}";
    }

    private String deletion() {
        String where = "{\"where\":{\"k\":\"" + own.below(2) + "\"}";
        return switch (world.temper().deletion(own)) {
            case IDS -> {
                List<String> ids = ids();
                ids.add(operation());
                yield "{\"ids\":" + quoted(ids) + "}";
            }
            case FILTER -> where + "}";
            case LIMIT -> where + ",\"limit\":" + (1 + own.below(2)) + "}";
        };
    }

    private List<String> ids() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 1 + own.below(2); i++) {
            String id = id(world.temper().ids(), own);
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    /** One of so many ids. */
    static String id(int ids, Chance chance) {
        return "r" + chance.below(ids);
    }

    private static String quoted(List<String> ids) {
        return "[\"" + String.join("\",\"", ids) + "\"]";
    }

    private void send(Life life, NewRecord record) {
        unanswered = repeats ? record : null;
        int mine = turn;
        if (repeats && own.happens(IMPATIENT)) {
            time.afterMs(own.between(5, own.happens(0.5) ? 1_000 : 60_000), () -> {
                if (turn == mine && life.alive()) {
                    world.judge().note(() -> "client " + number + " repeats what is not answered");
                    think();
                }
            });
        }
        life.on(
                null,
                () -> life.log().append(record, new AppendListener() {
                    @Override
                    public void committed(LogRecord committed) {
                        offer(life, mine, committed);
                    }

                    @Override
                    public void duplicate(long lsn, boolean sameRequest) {
                        join(life, mine, lsn);
                    }

                    @Override
                    public void failed(String reason) {
                        done(life, mine);
                    }
                }));
    }

    private void offer(Life life, int mine, LogRecord record) {
        OpKind kind = record.content().kind();
        Footprint footprint = kind.catalog()
                ? new Footprint.Everything("a catalog record")
                : Footprints.of(kind, record.content().request().body());
        Write write = Write.fresh(record, footprint, EmptyHttpHeaders.INSTANCE);
        write.result().whenComplete((result, error) -> {
            if (result != null) {
                answered(life, mine, write.subject().lane(), write.lsn(), result);
            }
        });
        life.lanes().offer(write);
        time.afterMs(PATIENCE_MS, () -> {
            if (turn == mine && life.alive()) {
                life.on(null, () -> life.lanes().abandon(write));
                unanswered = null;
                done(life, mine);
            }
        });
    }

    private void answered(Life life, int mine, UUID lane, long lsn, WriteResult result) {
        if (life.alive() && turn == mine) {
            world.judge().told(lane, lsn, result.status());
            unanswered = null;
            done(life, mine);
        }
    }

    /** The id was used before: the answer is that of the first. */
    private void join(Life life, int mine, long lsn) {
        Optional<Write> undecided = life.lanes().undecided(lsn);
        if (undecided.isPresent()) {
            Write write = undecided.get();
            write.result().whenComplete((result, error) -> {
                if (result != null) {
                    answered(life, mine, write.subject().lane(), lsn, result);
                } else {
                    look(life, mine, lsn);
                }
            });
        } else {
            look(life, mine, lsn);
        }
    }

    private void look(Life life, int mine, long lsn) {
        if (turn != mine || !life.alive()) {
            return;
        }
        world.log()
                .outcome(lsn)
                .filter(outcome -> outcome.status() > 0)
                .ifPresentOrElse(
                        outcome -> {
                            world.judge().note(() -> "record " + lsn + " has the stored outcome " + outcome.status());
                            unanswered = null;
                            done(life, mine);
                        },
                        () -> time.afterMs(200, () -> look(life, mine, lsn)));
    }

    private void done(Life life, int mine) {
        if (life.alive() && turn == mine) {
            think();
        }
    }

    private void read(Life life, CollectionEntry entry) {
        int mine = turn;
        long from = time.nanoTime();
        attempt(life, mine, entry, from, 0);
    }

    /** Asks whoever may be asked, as reads do: the leader or a follower in step; again where it is not there. */
    private void attempt(Life life, int mine, CollectionEntry entry, long from, int tries) {
        if (turn != mine || !life.alive()) {
            return;
        }
        if (tries > 100) {
            done(life, mine);
            return;
        }
        entry.gate().noteRead();
        List<Instance> able = life.instances().stream()
                .filter(Instance::usable)
                .filter(each -> entry.readable(each, life.catalog().gate().applied(each.index())))
                .toList();
        if (able.isEmpty()) {
            if (tries > 40 || entry.deletedLsn() != 0) {
                done(life, mine);
            } else {
                time.afterMs(100, () -> attempt(life, mine, entry, from, tries + 1));
            }
            return;
        }
        Instance chosen = any(able);
        Optional<Mapping.Place> place = entry.place(chosen);
        time.after(own.between(50_000, TimeUnit.MILLISECONDS.toNanos(20)), () -> {
            ModelServer server = world.server(chosen.index());
            Optional<ModelServer.Held> held = place.flatMap(there -> server.byId(there.instanceId()));
            if (!server.up() || server.hung() || held.isEmpty()) {
                time.afterMs(50, () -> attempt(life, mine, entry, from, tries + 1));
                return;
            }
            var content = held.get().records.content();
            long last = world.log().lastLsn();
            time.after(own.between(50_000, TimeUnit.MILLISECONDS.toNanos(5)), () -> {
                if (life.alive() && turn == mine) {
                    world.judge()
                            .seen(new Judge.Seen(
                                    entry.publicId(), server.name(), from, time.nanoTime(), last, content));
                }
                done(life, mine);
            });
        });
    }
}
