package org.chromaproxy.adopt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.chromaproxy.wal.recovery.LogReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices, before a tenure's first append, that the log ends before what the instances have applied: it was restored from
 * an older copy, or PostgreSQL failed over to a server without the last commits. An instance's witness tells, which carries
 * no LSN that the log did not have. Blocking, for one worker thread.
 */
public final class ShortenedLog {
    private static final Logger LOG = LoggerFactory.getLogger(ShortenedLog.class);
    private static final long OPEN_MS = 10_000;
    /** While no instance answers, nothing could be served anyway. */
    private static final long ANSWER_MS = 5_000;

    private static final long HANGING_MS = 1_000;
    private static final String WHY =
            "the log was restored from an older copy, which an operator accepted; to be compared";

    private final LogWriter log;
    private final LogReader reader;
    private final Remote remote;
    private final Instances instances;
    private final ExecutorService workers;

    public ShortenedLog(LogWriter log, LogReader reader, Remote remote, Instances instances, ExecutorService workers) {
        this.workers = workers;
        this.log = log;
        this.reader = reader;
        this.remote = remote;
        this.instances = instances;
    }

    /**
     * What instances have applied and the log does not know.
     *
     * @param end of the log
     * @param ahead instance → the LSN its witness carries
     */
    public record Lost(long end, Map<String, Long> ahead) {
        /** The highest LSN that is known to be lost. */
        public long upTo() {
            return ahead.values().stream().mapToLong(Long::longValue).max().orElse(end);
        }

        /** For operators. */
        public String reason() {
            return "the log ends at LSN " + end + ", but servers have applied more (" + ahead
                    + "): it was restored from an older copy, or PostgreSQL lost commits. Nothing is read or written."
                    + " Bring back the whole log and restart; or start with ACCEPT_SHORTENED_LOG=" + upTo()
                    + ": what the servers hold then stands, and"
                    + " what the log lacks is forgotten";
        }
    }

    /** Asks the instances; empty if none that answers is ahead of the log. LSNs that a witness names are not used again. */
    public Optional<Lost> look() {
        if (!Waiting.until(() -> log.state() != LogState.UNAVAILABLE, OPEN_MS) || log.state() != LogState.OPEN) {
            return Optional.empty();
        }
        long end = log.durableLsn();
        Map<String, String> incarnations = new HashMap<>();
        reader.witnesses().forEach(known -> incarnations.put(known.instance(), known.incarnation()));
        Map<String, Change.Witness> found = new ConcurrentHashMap<>();
        Waiting.until(() -> anyAnswers(found), ANSWER_MS);
        Map<String, Long> ahead = new HashMap<>();
        found.values().forEach(witness -> {
            log.startAbove(witness.lsn());
            if (witness.lsn() > end && witness.incarnation().equals(incarnations.get(witness.instance()))) {
                ahead.put(witness.instance(), witness.lsn());
            }
        });
        return ahead.isEmpty() ? Optional.empty() : Optional.of(new Lost(end, Map.copyOf(ahead)));
    }

    /** One that hangs keeps the others from nothing: it is looked at again when it is let in. */
    private boolean anyAnswers(Map<String, Change.Witness> found) {
        AtomicBoolean answered = new AtomicBoolean();
        CompletableFuture<?>[] asked = instances.stream()
                .map(instance -> CompletableFuture.runAsync(
                        () -> {
                            if (ask(instance, found)) {
                                answered.set(true);
                            }
                        },
                        workers))
                .toArray(CompletableFuture[]::new);
        try {
            Waiting.forResult(CompletableFuture.allOf(asked), HANGING_MS, "the witnesses");
        } catch (StepException e) {
            LOG.debug("not every witness is read: {}", e.getMessage());
        }
        return answered.get();
    }

    /** Whether it answered. */
    private boolean ask(Instance instance, Map<String, Change.Witness> found) {
        try {
            WitnessKeeper.seen(remote, instance).ifPresent(witness -> found.put(instance.name(), witness));
            return true;
        } catch (StepException e) {
            LOG.debug("the witness of {} is not read: {}", instance, e.getMessage());
            return false;
        }
    }

    /**
     * Makes the log one that the servers' data go on from: every lane begins at its end, the server that has applied most
     * leads, the others are compared with it. Durable when it returns; nothing may have been recovered from the log yet.
     */
    public void accept(Lost lost) {
        LOG.error(
                "an operator accepts a log that ends at LSN {} where servers have applied {}",
                lost.end(),
                lost.ahead());
        log.startAbove(lost.upTo());
        String leader = lost.ahead().entrySet().stream()
                .max(Map.Entry.<String, Long>comparingByValue()
                        .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .orElseThrow();
        List<Change> changes = new ArrayList<>();
        Map<UUID, Long> terms = new HashMap<>();
        reader.forEachLeader(lead -> terms.put(lead.lane(), lead.term()));
        List<UUID> lanes = new ArrayList<>(List.of(Subject.CATALOG));
        for (Mapping mapping : reader.mappings()) {
            lanes.add(mapping.publicId());
            compare(mapping, leader, terms, changes);
        }
        changes.add(new Change.Lead(Subject.CATALOG, leader, terms.getOrDefault(Subject.CATALOG, 0L) + 1));
        for (UUID lane : lanes) {
            for (Instance instance : instances) {
                changes.add(new Change.Cursor(lane, instance.name(), lost.end()));
            }
        }
        LogWrites.submit(log, changes);
        mark(lost, leader);
    }

    private static void compare(Mapping mapping, String leader, Map<UUID, Long> terms, List<Change> changes) {
        Place leading = mapping.places().get(leader);
        boolean leads = leading != null && leading.state() == PlaceState.READY && mapping.deletedLsn() == 0;
        if (!leads) {
            return;
        }
        Map<String, Place> places = new HashMap<>(mapping.places());
        places.replaceAll((instance, place) -> instance.equals(leader) || place.state() != PlaceState.READY
                ? place
                : new Place(place.instanceId(), PlaceState.UNVERIFIED, WHY));
        changes.add(new Change.PutMapping(
                new Mapping(mapping.publicId(), mapping.path(), mapping.createdLsn(), 0, mapping.createdAt(), places)));
        changes.add(new Change.Lead(mapping.publicId(), leader, terms.getOrDefault(mapping.publicId(), 0L) + 1));
    }

    /** A record beyond all that is lost: from now on the log ends behind every witness. */
    private void mark(Lost lost, String leader) {
        UUID lane = UUID.randomUUID();
        Subject subject = new Subject(lane, lane, "", "", "", leader);
        WriteRequest request = new WriteRequest("GET", "/accepted/" + lost.upTo(), "application/json", new byte[0]);
        LogWrites.append(log, OpKind.REPAIR, subject, request);
    }
}
