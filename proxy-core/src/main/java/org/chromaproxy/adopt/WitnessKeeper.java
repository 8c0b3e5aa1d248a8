package org.chromaproxy.adopt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a witness on each instance, a hidden collection whose metadata names the instance, its incarnation and an LSN, and
 * tells by it whether an instance that answers still is what the log left there.
 *
 * <p>The log never knows a higher LSN than the instance carries: an instance that shows less has lost something. Two
 * values stand for what comes before: {@link #MINTED} and {@link #MET}. Blocking, for worker threads; thread-safe.
 */
public final class WitnessKeeper {
    /** The incarnation is in the log, but may not have reached the instance. */
    private static final long MINTED = -2;
    /** The log has let go of the instance: no witness is good enough. */
    private static final long LET_GO = Long.MAX_VALUE;
    /** The instance carries the witness; its collections are not all adopted yet. */
    private static final long MET = -1;

    private static final String LET_GO_REASON =
            "the log has let go of it, or is older than it: what it lacks is not kept any more";
    private static final Logger LOG = LoggerFactory.getLogger(WitnessKeeper.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Mapping.Path PATH =
            new Mapping.Path(Witnesses.TENANT, Witnesses.DATABASE, Witnesses.COLLECTION);

    private static final Mapping.Path TRIAL = new Mapping.Path(Witnesses.TENANT, Witnesses.DATABASE, "trial");

    /** Of the least that a record can be. */
    private static final byte[] RECORD = "{\"ids\":[\"try\"],\"embeddings\":[[0]]}".getBytes(StandardCharsets.US_ASCII);

    private final AtomicLong tries = new AtomicLong();
    private final WriteAheadLog log;
    private final CopyServices services;
    private final Map<String, Change.Witness> stored = new ConcurrentHashMap<>();
    private final Map<String, SentWitnesses> sent = new ConcurrentHashMap<>();
    private final Map<String, Object> locks = new ConcurrentHashMap<>();
    /** Where the log ended before this process wrote to it. */
    private final long foundEnd;

    /**
     * To be made before anything is written to the log.
     *
     * @param stored the witnesses as the log holds them
     */
    public WitnessKeeper(WriteAheadLog log, CopyServices services, List<Change.Witness> stored) {
        this.log = log;
        this.services = services;
        this.foundEnd = log.state() == LogState.OPEN ? log.durableLsn() : Long.MAX_VALUE;
        stored.forEach(witness -> this.stored.put(witness.instance(), witness));
    }

    /**
     * Looks whether this is the instance, with the data, that the log knows; puts a witness on one it does not know.
     *
     * @return empty if all is well, else why it must not be used
     * @throws StepException if that cannot be told now
     */
    public Optional<String> check(Instance instance) {
        synchronized (lock(instance)) {
            long begun = System.nanoTime();
            // Read before the instance is asked: meanwhile both may only grow.
            Change.Witness known = stored.get(instance.name());
            if (known == null) {
                known = new Change.Witness(instance.name(), UUID.randomUUID().toString(), MINTED);
                store(known);
            }
            if (letGo(known)) {
                return Optional.of(LET_GO_REASON);
            }
            if (known.lsn() == MINTED) {
                Change.Witness met = new Change.Witness(known.instance(), known.incarnation(), MET);
                put(instance, met);
                store(met);
                return Optional.empty();
            }
            Optional<JsonNode> found = read(instance);
            Optional<String> trouble = judge(instance, known, found);
            if (trouble.isEmpty()) {
                instance.recognised(begun);
            } else if (carries(known, found) && forgotten(instance, found)) {
                // The next start would find nothing wrong: by then the log goes on far behind that LSN.
                letGo(instance);
            }
            return trouble;
        }
    }

    private Optional<String> judge(Instance instance, Change.Witness known, Optional<JsonNode> found) {
        if (late(instance, known, found)) {
            throw new StepException(instance + " carries a witness whose request had ended without an answer");
        }
        return compare(known, found).or(() -> ahead(instance, found));
    }

    /** Whether it carries a witness that this process sent earlier than the one that is known, and has lost nothing. */
    private boolean late(Instance instance, Change.Witness known, Optional<JsonNode> found) {
        long lsn = lsn(found);
        return lsn < known.lsn()
                && carries(known, found)
                && instance.usable()
                && sent(instance).late(lsn, instance.upSinceNanos());
    }

    private SentWitnesses sent(Instance instance) {
        return sent.computeIfAbsent(instance.name(), name -> new SentWitnesses());
    }

    private static long lsn(Optional<JsonNode> found) {
        return found.map(witness -> witness.path("metadata").path("lsn").asLong())
                .orElse(0L);
    }

    private static boolean carries(Change.Witness known, Optional<JsonNode> found) {
        return found.map(witness -> witness.path("metadata").path("incarnation").asText())
                .filter(known.incarnation()::equals)
                .isPresent();
    }

    /**
     * The same look at an instance in use, before a new connection to it is used; one whose witness is wrong is taken out. Never
     * blocks.
     *
     * @return empty if all is well, or nothing is known of it that could be wrong; exceptionally if that cannot be told now
     */
    public CompletableFuture<Optional<String>> recognise(Instance instance, EventLoop loop) {
        Change.Witness known = stored.get(instance.name());
        if (known == null || known.lsn() < 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (letGo(known)) {
            return CompletableFuture.completedFuture(Optional.of(LET_GO_REASON));
        }
        return services.remote()
                .ask(loop, instance, ChromaPaths.collection(PATH))
                .thenApply(answer -> {
                    Optional<String> trouble = judge(instance, known, found(services.remote(), instance, PATH, answer));
                    trouble.ifPresent(why -> takeOut(instance, known, why));
                    return trouble;
                });
    }

    /** Unless it was given another witness meanwhile: then what was seen is of its earlier life. */
    private void takeOut(Instance instance, Change.Witness known, String why) {
        Change.Witness now = stored.get(instance.name());
        if (now == null || !now.incarnation().equals(known.incarnation()) || !instance.usable()) {
            throw new StepException("its witness changes");
        }
        LOG.error("instance {} needs resync: {}", instance, why);
        instance.become(InstanceState.NEEDS_RESYNC, why);
    }

    private Object lock(Instance instance) {
        return locks.computeIfAbsent(instance.name(), name -> new Object());
    }

    /** Whether the log had let go of that instance when this was stored. */
    public static boolean letGo(Change.Witness stored) {
        return stored.lsn() == LET_GO;
    }

    /** For an instance that is new to the log, and late. */
    static Change.Witness late(Instance instance) {
        return new Change.Witness(instance.name(), "", LET_GO);
    }

    /** The same instance, let go of. */
    static Change.Witness letGoOf(Change.Witness known) {
        return new Change.Witness(known.instance(), known.incarnation(), LET_GO);
    }

    /** Durably lets go of an instance, whatever it carries: only {@link #renew} ends that. */
    void letGo(Instance instance) {
        synchronized (lock(instance)) {
            Change.Witness known = stored.get(instance.name());
            if (known == null || !letGo(known)) {
                store(known == null ? late(instance) : letGoOf(known));
            }
        }
    }

    /** A new life of that instance, met for the first time, begins at that LSN of the catalog. */
    void renew(Instance instance, long catalogLsn) {
        synchronized (lock(instance)) {
            Change.Witness fresh =
                    new Change.Witness(instance.name(), UUID.randomUUID().toString(), MINTED);
            services.log().submit(List.of(new Change.Cursor(Subject.CATALOG, instance.name(), catalogLsn), fresh));
            stored.put(instance.name(), fresh);
        }
    }

    /** Whether what it holds comes from this log, as far as its witness tells. */
    boolean ours(Instance instance) {
        Change.Witness known = stored.get(instance.name());
        return known != null && carries(known, read(instance));
    }

    private static Optional<String> compare(Change.Witness known, Optional<JsonNode> found) {
        if (found.isEmpty()) {
            return Optional.of("it came back without its data (an empty directory?)");
        }
        JsonNode metadata = found.get().path("metadata");
        String incarnation = metadata.path("incarnation").asText();
        if (!incarnation.equals(known.incarnation())
                || !metadata.path("instance").asText().equals(known.instance())) {
            return Optional.of("it belongs to another log, or was replaced (its witness says instance "
                    + metadata.path("instance").asText() + ", incarnation " + incarnation + ")");
        }
        long lsn = metadata.path("lsn").asLong(Long.MIN_VALUE);
        return lsn < known.lsn()
                ? Optional.of("it came back with older data (a restored backup?): its witness says " + lsn
                        + ", the log has seen " + known.lsn())
                : Optional.empty();
    }

    /** Whether it has applied what the log has forgotten. */
    boolean aheadOfLog(Instance instance) {
        return ahead(instance, read(instance)).isPresent();
    }

    /** What it has applied, the log has forgotten. At a start nothing is routed then; this is for one that is met later. */
    private Optional<String> ahead(Instance instance, Optional<JsonNode> found) {
        long lsn = lsn(found);
        if (log.state() == LogState.OPEN && lsn > log.durableLsn()) {
            return Optional.of("it has applied LSN " + lsn + ", but the log ends at " + log.durableLsn()
                    + ": the log was restored from an older copy, or lost commits. Restart the proxy to decide");
        }
        return forgotten(instance, found)
                ? Optional.of("it has applied LSN " + lsn + ", but the log ended at " + foundEnd
                        + " when this proxy began: the log was restored from an older copy, or lost commits, while this"
                        + " server did not answer, and has gone on without them. What it has more than others is not"
                        + " kept: copy it first if it is wanted")
                : Optional.empty();
    }

    /** Whether its witness names what the log no longer had when this process began, and has gone on without. */
    private boolean forgotten(Instance instance, Optional<JsonNode> found) {
        long lsn = lsn(found);
        return lsn > foundEnd && lsn <= log.durableLsn() && !sent(instance).sent(lsn);
    }

    /** Whether this log has not adopted that instance's collections yet. */
    public boolean firstMeeting(Instance instance) {
        Change.Witness known = stored.get(instance.name());
        return known == null || known.lsn() < 0;
    }

    /** The adoption of that instance is done: from now on what appears there unasked is a stranger. */
    void adopted(Instance instance) {
        synchronized (lock(instance)) {
            Change.Witness known = stored.get(instance.name());
            if (known == null || known.lsn() != MET) {
                throw new StepException(instance + " carries no witness yet, or another than before");
            }
            Change.Witness next = advance(instance, known, Math.max(0, log.durableLsn()));
            services.log().submit(List.of(next));
            stored(instance, next);
        }
    }

    /**
     * Looks whether a usable instance still is the one that the log knows, whatever is asked of it meanwhile: another
     * server may have come to stand behind its address. One whose witness is wrong is taken out; every few seconds one
     * that is right is brought up to the log's end. To be called every second; costs one read, and rarely a write.
     */
    public void watch(Instance instance) {
        synchronized (lock(instance)) {
            Change.Witness known = stored.get(instance.name());
            if (!instance.usable() || known == null) {
                return;
            }
            try {
                if (letGo(known)) {
                    // It was let in at the very moment.
                    instance.become(InstanceState.NEEDS_RESYNC, LET_GO_REASON);
                } else if (known.lsn() >= 0 && confirmed(instance, known)) {
                    OptionalLong due = sent(instance)
                            .due(System.nanoTime(), known.lsn(), log.durableLsn(), instance.appliedWrites());
                    if (due.isPresent()) {
                        Change.Witness next = advance(instance, known, due.getAsLong());
                        log.submit(List.of(next), false, () -> stored(instance, next));
                    }
                }
            } catch (StepException e) {
                LOG.debug("the witness of {} is neither confirmed nor refreshed: {}", instance, e.getMessage());
            }
        }
    }

    private boolean confirmed(Instance instance, Change.Witness known) {
        Optional<String> trouble;
        try {
            trouble = check(instance);
        } catch (StepException e) {
            if (!late(instance, known, read(instance))) {
                throw e;
            }
            LOG.warn("{}: it is put anew", e.getMessage());
            put(instance, known);
            return false;
        }
        trouble.ifPresent(why -> {
            LOG.error("instance {} needs resync: {}", instance, why);
            instance.become(InstanceState.NEEDS_RESYNC, why);
        });
        return trouble.isEmpty();
    }

    /**
     * Changes a collection of the proxy's own, and a record in it, to see whether that instance takes writes; blocks until it answers.
     * Both, as a server whose compaction has ended (seen on 1.5.9) takes no records, and changes its catalog as ever. Never the
     * witness: an older one that arrived late would say that the data are older.
     *
     * @return whether it was written
     */
    public boolean tryWrite(Instance instance) {
        Change.Witness known = stored.get(instance.name());
        if (known == null || known.lsn() == MINTED) {
            return false;
        }
        try {
            ObjectNode metadata = JSON.createObjectNode().put("try", tries.incrementAndGet());
            if (read(instance, TRIAL).isEmpty()) {
                create(instance, TRIAL, metadata);
            }
            JsonNode present = read(instance, TRIAL).orElseThrow(() -> new StepException("gone"));
            change(instance, TRIAL, present, metadata);
            String records = uri(TRIAL, present) + "/upsert";
            services.remote()
                    .expect(instance, records, services.remote().writeAtOnce(instance, "POST", records, RECORD));
            return true;
        } catch (StepException e) {
            LOG.debug("{} takes no write of the proxy's own: {}", instance, e.getMessage());
            return false;
        }
    }

    private Change.Witness advance(Instance instance, Change.Witness known, long lsn) {
        Change.Witness next = new Change.Witness(known.instance(), known.incarnation(), lsn);
        SentWitnesses all = sent(instance);
        all.begin(lsn, System.nanoTime());
        instance.witnessing(lsn);
        put(instance, next);
        all.answered(lsn);
        return next;
    }

    /** The log knows it for good: the instance is not let in without it any more. */
    private void stored(Instance instance, Change.Witness witness) {
        stored.put(witness.instance(), witness);
        sent(instance).stored(System.nanoTime());
        instance.witnessed(witness.lsn());
    }

    private void store(Change.Witness witness) {
        services.log().submit(List.of(witness));
        stored.put(witness.instance(), witness);
    }

    /**
     * The witness that an instance carries; empty if it carries none.
     *
     * @throws StepException if it does not tell now
     */
    static Optional<Change.Witness> seen(Remote remote, Instance instance) {
        return read(remote, instance, PATH).map(found -> {
            JsonNode metadata = found.path("metadata");
            return new Change.Witness(
                    metadata.path("instance").asText(),
                    metadata.path("incarnation").asText(),
                    metadata.path("lsn").asLong());
        });
    }

    private Optional<JsonNode> read(Instance instance) {
        return read(instance, PATH);
    }

    private Optional<JsonNode> read(Instance instance, Mapping.Path collection) {
        return read(services.remote(), instance, collection);
    }

    private static Optional<JsonNode> read(Remote remote, Instance instance, Mapping.Path collection) {
        return found(remote, instance, collection, remote.ask(instance, ChromaPaths.collection(collection)));
    }

    /** @throws StepException if it is no answer of Chroma's: what stands before a server says nothing of its data */
    private static Optional<JsonNode> found(
            Remote remote, Instance instance, Mapping.Path collection, UpstreamResponse answer) {
        if (answer.chromaError(404)) {
            return Optional.empty();
        }
        String path = ChromaPaths.collection(collection);
        remote.expect(instance, path, answer);
        JsonNode tree = answer.tree();
        if (!tree.path("name").asText().equals(collection.name())) {
            throw new StepException(instance + " answered to " + path + " what is no collection: " + answer.brief());
        }
        return Optional.of(tree);
    }

    /** Makes the instance carry these words, whether it had a witness or not. */
    private void put(Instance instance, Change.Witness words) {
        Optional<JsonNode> present = read(instance);
        ObjectNode metadata = JSON.createObjectNode()
                .put("instance", words.instance())
                .put("incarnation", words.incarnation())
                .put("lsn", words.lsn());
        if (present.isEmpty()) {
            create(instance, PATH, metadata);
            return;
        }
        JsonNode old = present.get().path("metadata");
        if (!old.path("incarnation").asText().equals(words.incarnation())) {
            LOG.warn("{} carries the witness of another log (incarnation {}); this log takes it over", instance, old);
        }
        change(instance, PATH, present.get(), metadata);
    }

    private void create(Instance instance, Mapping.Path path, ObjectNode metadata) {
        create(instance, ChromaPaths.tenants(), named(path.tenant()));
        create(instance, ChromaPaths.databases(path.tenant()), named(path.database()));
        ObjectNode collection = named(path.name()).set("metadata", metadata);
        if (!create(instance, ChromaPaths.collections(path.tenant(), path.database()), collection)) {
            throw new StepException(instance + " denied that it has " + path + ", and refuses to make what it has");
        }
    }

    private static String uri(Mapping.Path path, JsonNode present) {
        return ChromaPaths.collections(path.tenant(), path.database()) + "/"
                + present.path("id").asText();
    }

    private void change(Instance instance, Mapping.Path path, JsonNode present, ObjectNode metadata) {
        String uri = uri(path, present);
        ObjectNode change = JSON.createObjectNode().set("new_metadata", metadata);
        services.remote().expect(instance, uri, services.remote().writeAtOnce(instance, "PUT", uri, bytes(change)));
    }

    /** Whether it was made; else it was there. */
    private boolean create(Instance instance, String path, ObjectNode body) {
        UpstreamResponse answer = services.remote().writeAtOnce(instance, "POST", path, bytes(body));
        boolean there = answer.chromaError(409);
        if (!there) {
            services.remote().expect(instance, path, answer);
        }
        return !there;
    }

    private static ObjectNode named(String name) {
        return JSON.createObjectNode().put("name", name);
    }

    private static byte[] bytes(ObjectNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
