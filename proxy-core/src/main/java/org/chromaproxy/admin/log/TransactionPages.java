package org.chromaproxy.admin.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Write;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.recovery.TransactionView;
import org.jspecify.annotations.Nullable;

/** What became of one write; asked at once or after waiting for it. Thread-safe. */
public final class TransactionPages {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int WAITING_AT_ONCE = 256;
    private static final long LOOK_AGAIN_MS = 100;

    private final AdminServices services;
    private final Blocking blocking;
    private final TransactionIds ids;
    private final AtomicInteger waiting = new AtomicInteger();

    public TransactionPages(AdminServices services, Blocking blocking, TransactionIds ids) {
        this.services = services;
        this.blocking = blocking;
        this.ids = ids;
    }

    /** The transaction of that id, the proxy's own or a client's; with {@code ?wait=} not before its outcome is known. */
    public CompletableFuture<Answer> page(AdminRequest request, String id) {
        long nanos = request.duration("wait", LONGEST_WAIT).toNanos();
        PrincipalUse use = request.original().use();
        CompletableFuture<Sought> found = blocking.callFor(use, () -> find(request, id));
        if (nanos == 0 || waiting.get() >= WAITING_AT_ONCE || !use.hold()) {
            return found.thenCompose(sought -> blocking.callFor(use, () -> look(sought, Optional.empty())))
                    .thenApply(Found::answer);
        }
        long deadline = System.nanoTime() + nanos;
        waiting.incrementAndGet();
        return found.thenCompose(sought -> await(sought, deadline))
                .thenApply(Found::answer)
                .whenComplete((answer, error) -> {
                    waiting.decrementAndGet();
                    use.release();
                });
    }

    /**
     * A record that somebody asks for.
     *
     * @param id as told where there is none
     * @param confined whether the one who asks is confined to some tenants
     * @param use whose questions take turns
     */
    private record Sought(long lsn, String id, boolean confined, PrincipalUse use) {}

    private Sought find(AdminRequest request, String id) {
        Set<String> permitted = request.original().tenants();
        boolean confined = !permitted.isEmpty();
        String spelt = ids.spelt(id);
        OptionalLong own = confined ? ids.confinedLsn(id) : ids.lsn(id);
        if (own.isPresent()) {
            Sought sought = new Sought(
                    own.getAsLong(), spelt, confined, request.original().use());
            if (confined && !services.log().queries().isOf(sought.lsn(), permitted)) {
                // As if it were none: in the spelling, too, in which one that is none is told.
                throw unknown(spelt);
            }
            return sought;
        }
        List<Long> lsns = lsns(request.parameter("tenant"), permitted, id);
        if (lsns.size() > 1) {
            throw Answers.badRequest("Clients of several tenants chose that transaction id: add ?tenant=NAME.");
        }
        return lsns.stream()
                .findFirst()
                .map(lsn -> new Sought(lsn, id, confined, request.original().use()))
                .orElseThrow(() -> unknown(spelt));
    }

    /** The records of that client's id, of those tenants that may be asked for; of other tenants nothing is told. */
    private List<Long> lsns(Optional<String> tenant, Set<String> permitted, String id) {
        if (tenant.isEmpty() && permitted.isEmpty()) {
            return services.log().queries().lsnsOf(id);
        }
        return tenant.map(Set::of).orElse(permitted).stream()
                .filter(name -> permitted.isEmpty() || permitted.contains(name))
                .flatMap(name -> services.log().queries().transaction(name, id).stream())
                .map(view -> view.record().lsn())
                .toList();
    }

    private static Answers.Refusal unknown(String id) {
        return Answers.notFound(
                "There is no transaction " + id + ": it was never logged, or is so old that the log has dropped it.");
    }

    /** From memory while the write is under way; a recovered one is in the log alone, which is asked again and again. */
    private CompletableFuture<Found> await(Sought sought, long deadline) {
        long left = deadline - System.nanoTime();
        Optional<Write> undecided = services.lanes().undecided(sought.lsn());
        if (undecided.isPresent() && left > 0) {
            return undecided
                    .get()
                    .result()
                    .thenApply(Optional::of)
                    .completeOnTimeout(Optional.empty(), left, TimeUnit.NANOSECONDS)
                    // Forgotten until its turn comes: the log is asked from now on.
                    .exceptionally(forgotten -> Optional.empty())
                    .thenCompose(told -> told.isEmpty() && deadline - System.nanoTime() > 0
                            ? await(sought, deadline)
                            : blocking.callFor(sought.use(), () -> look(sought, told)));
        }
        return blocking.callFor(sought.use(), () -> look(sought, Optional.empty()))
                .thenCompose(found -> found.decided() || System.nanoTime() - deadline > 0
                        ? CompletableFuture.completedFuture(found)
                        : blocking.later(LOOK_AGAIN_MS, () -> await(sought, deadline)));
    }

    private record Found(Answer answer, boolean decided) {}

    private Found look(Sought sought, Optional<WriteResult> told) {
        TransactionView view = view(sought);
        Map<String, Boolean> applied = applied(view);
        TransactionState state = view.state();
        if (state == TransactionState.ATTEMPTING && somewhere(view.record(), applied)) {
            // A refusal is durable before its lane moves on, so what still has no outcome now was applied.
            view = view(sought);
            state = view.outcome().isPresent() ? view.state() : TransactionState.COMPLETED;
        }
        if (told.isPresent() && !decided(state)) {
            boolean late = state == TransactionState.PENDING_RECOVERY;
            TransactionState success = late ? TransactionState.RECOVERED : TransactionState.COMPLETED;
            state = told.get().success() ? success : TransactionState.FAILED;
        }
        return new Found(Answers.json(200, body(sought, view, state, applied, told)), decided(state));
    }

    private TransactionView view(Sought sought) {
        return services.log().queries().transaction(sought.lsn()).orElseThrow(() -> unknown(sought.id()));
    }

    private static boolean decided(TransactionState state) {
        return state != TransactionState.ATTEMPTING && state != TransactionState.PENDING_RECOVERY;
    }

    /** Instance → whether it has passed the record, by the lanes in memory where the durable cursors lag. */
    private Map<String, Boolean> applied(TransactionView view) {
        Map<String, Boolean> applied = new TreeMap<>();
        Subject subject = view.record().content().subject();
        Optional<ReadGate> gate = subject.lane().equals(Subject.CATALOG)
                ? Optional.of(services.proxy().catalog().gate())
                : services.proxy().catalog().known(subject.lane()).map(CollectionEntry::gate);
        for (Instance instance : services.proxy().instances()) {
            if (subject.target().isEmpty() || subject.target().equals(instance.name())) {
                boolean now = gate.map(lanes ->
                                lanes.applied(instance.index()) >= view.record().lsn())
                        .orElse(false);
                applied.put(instance.name(), now || view.applied().getOrDefault(instance.name(), false));
            }
        }
        return applied;
    }

    private static boolean somewhere(LogRecord record, Map<String, Boolean> applied) {
        String target = record.content().subject().target();
        return target.isEmpty() ? applied.containsValue(true) : applied.getOrDefault(target, false);
    }

    private ObjectNode body(
            Sought sought,
            TransactionView view,
            TransactionState state,
            Map<String, Boolean> applied,
            Optional<WriteResult> told) {
        LogRecord record = view.record();
        int status = status(view, state, told);
        String reason = view.outcome()
                .map(outcome -> outcome.reason())
                .filter(text -> !text.isEmpty())
                .or(() -> told.filter(result -> !result.success())
                        .map(result -> new String(result.body(), StandardCharsets.UTF_8)))
                .orElse("");
        ObjectNode body = (sought.confined() ? ids.describeConfined(record) : ids.describe(record))
                .put("status", state.name())
                .put("completed_at", completedAt(view, state))
                .put("retry_count", 0)
                .put("max_retries", 0)
                .put("is_timing_gap_failure", state == TransactionState.FAILED && status >= 500)
                .put("failure_reason", reason.isEmpty() || succeeded(state) ? null : reason)
                .put("response_status", status == 0 ? null : status);
        ObjectNode instances = body.putObject("applied");
        boolean nowhere = state == TransactionState.FAILED || state == TransactionState.ABANDONED;
        applied.forEach((instance, passed) -> instances.put(instance, passed && !nowhere));
        return body;
    }

    private @Nullable String completedAt(TransactionView view, TransactionState state) {
        return view.outcome().isPresent() && decided(state)
                ? services.log()
                        .queries()
                        .outcomeTime(view.record().lsn())
                        .map(Instant::toString)
                        .orElse(null)
                : null;
    }

    private static boolean succeeded(TransactionState state) {
        return state == TransactionState.COMPLETED || state == TransactionState.RECOVERED;
    }

    /** What the client was told; a success that left no outcome of its own was told as Chroma tells it. */
    private static int status(TransactionView view, TransactionState state, Optional<WriteResult> told) {
        int kept = view.outcome().map(outcome -> outcome.status()).orElse(0);
        if (kept > 0) {
            return kept;
        }
        if (told.isPresent()) {
            return told.get().status();
        }
        boolean add = view.record().content().kind() == OpKind.ADD;
        return succeeded(state) ? (add ? 201 : 200) : 0;
    }
}
