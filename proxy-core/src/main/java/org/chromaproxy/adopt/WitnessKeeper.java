package org.chromaproxy.adopt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.upstream.UpstreamResponse;
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

    private final WriteAheadLog log;
    private final CopyServices services;
    private final Map<String, Change.Witness> stored = new ConcurrentHashMap<>();
    private final Map<String, Object> locks = new ConcurrentHashMap<>();

    /** @param stored the witnesses as the log holds them */
    public WitnessKeeper(WriteAheadLog log, CopyServices services, List<Change.Witness> stored) {
        this.log = log;
        this.services = services;
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
            return compare(known, read(instance));
        }
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
        return known != null
                && read(instance)
                        .map(found -> found.path("metadata").path("incarnation").asText())
                        .filter(known.incarnation()::equals)
                        .isPresent();
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
            store(advance(instance, known));
        }
    }

    /**
     * Brings the witnesses of the usable instances up to the log's end. To be called every 5 s or so. An instance whose
     * witness is wrong has lost its data without having been seen to go: it is taken out.
     */
    public void refresh() {
        long durable = log.durableLsn();
        services.instances().stream().filter(Instance::usable).forEach(instance -> {
            synchronized (lock(instance)) {
                Change.Witness known = stored.get(instance.name());
                if (known != null && letGo(known)) {
                    // It was let in at the very moment.
                    instance.become(InstanceState.NEEDS_RESYNC, LET_GO_REASON);
                } else if (known != null && known.lsn() >= 0 && known.lsn() < durable) {
                    refresh(instance, known);
                }
            }
        });
    }

    private void refresh(Instance instance, Change.Witness known) {
        try {
            Optional<String> trouble = check(instance);
            if (trouble.isPresent()) {
                LOG.error("instance {} needs resync: {}", instance, trouble.get());
                instance.become(InstanceState.NEEDS_RESYNC, trouble.get());
                return;
            }
            Change.Witness next = advance(instance, known);
            log.submit(List.of(next), false, () -> stored.put(next.instance(), next));
        } catch (StepException e) {
            LOG.debug("the witness of {} is not refreshed: {}", instance, e.getMessage());
        }
    }

    /**
     * Writes the witness again as it is, to see whether that instance takes writes; blocks until it answers.
     *
     * @return whether it was written
     */
    public boolean rewrite(Instance instance) {
        Change.Witness known = stored.get(instance.name());
        if (known == null || known.lsn() == MINTED) {
            return false;
        }
        try {
            put(instance, known);
            return true;
        } catch (StepException e) {
            LOG.debug("the witness of {} cannot be written: {}", instance, e.getMessage());
            return false;
        }
    }

    private Change.Witness advance(Instance instance, Change.Witness known) {
        Change.Witness next = new Change.Witness(known.instance(), known.incarnation(), Math.max(0, log.durableLsn()));
        put(instance, next);
        return next;
    }

    private void store(Change.Witness witness) {
        services.log().submit(List.of(witness));
        stored.put(witness.instance(), witness);
    }

    private Optional<JsonNode> read(Instance instance) {
        String path = ChromaPaths.collection(PATH);
        UpstreamResponse answer = services.remote().get(instance, path);
        if (answer.status() == 404) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(services.remote().expect(instance, path, answer)));
        } catch (IOException e) {
            throw new StepException("the witness of " + instance + " is not JSON: " + e.getMessage());
        }
    }

    /** Makes the instance carry these words, whether it had a witness or not. */
    private void put(Instance instance, Change.Witness words) {
        Optional<JsonNode> present = read(instance);
        ObjectNode metadata = JSON.createObjectNode()
                .put("instance", words.instance())
                .put("incarnation", words.incarnation())
                .put("lsn", words.lsn());
        if (present.isEmpty()) {
            create(instance, ChromaPaths.tenants(), named(Witnesses.TENANT));
            create(instance, ChromaPaths.databases(Witnesses.TENANT), named(Witnesses.DATABASE));
            ObjectNode collection = named(Witnesses.COLLECTION).set("metadata", metadata);
            create(instance, ChromaPaths.collections(PATH.tenant(), PATH.database()), collection);
            return;
        }
        JsonNode old = present.get().path("metadata");
        if (!old.path("incarnation").asText().equals(words.incarnation())) {
            LOG.warn("{} carries the witness of another log (incarnation {}); this log takes it over", instance, old);
        }
        String path = ChromaPaths.collections(PATH.tenant(), PATH.database()) + "/"
                + present.get().path("id").asText();
        ObjectNode change = JSON.createObjectNode().set("new_metadata", metadata);
        services.remote().expect(instance, path, services.remote().write(instance, "PUT", path, bytes(change)));
    }

    private void create(Instance instance, String path, ObjectNode body) {
        UpstreamResponse answer = services.remote().write(instance, "POST", path, bytes(body));
        if (answer.status() != 409) {
            services.remote().expect(instance, path, answer);
        }
    }

    private static ObjectNode named(String name) {
        return JSON.createObjectNode().put("name", name);
    }

    private static byte[] bytes(ObjectNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
