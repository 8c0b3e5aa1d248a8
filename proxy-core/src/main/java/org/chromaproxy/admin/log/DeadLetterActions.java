package org.chromaproxy.admin.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.Write;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.WriteRequest;
import org.chromaproxy.wal.recovery.DeadLetters;
import org.chromaproxy.wal.recovery.TransactionView;
import org.chromaproxy.wal.store.query.DeadLetterSql.Letter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators decide about dead letters: to append them anew, or to leave them at that. Blocks. */
public final class DeadLetterActions {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterActions.class);
    private static final long COMMITTED_WITHIN_MS = 30_000;
    private static final int AT_ONCE = 1_000;
    private static final double MOST_HOURS = 24 * 366 * 100;
    /**
     * Where earlier builds kept the ids of retries: in the name space of tenants. Their rows have no digest, and a client's
     * always have one.
     */
    private static final String EARLIER_SCOPE = "chroma-proxy:dead-letters";

    private final AdminServices services;
    private final DeadLetters letters;
    private final DeadLetterPages pages;
    private final TransactionIds ids;

    public DeadLetterActions(AdminServices services, TransactionIds ids) {
        this.services = services;
        this.letters = services.log().letters();
        this.pages = new DeadLetterPages(services, ids);
        this.ids = ids;
    }

    /** {@code action} retry or discard, on the letters {@code ids} names, else on all older than {@code hours_old}. */
    public Answer reset(AdminRequest request) {
        String action = request.json().path("action").asText();
        if (!action.equals(DeadLetters.RETRY) && !action.equals(DeadLetters.DISCARD)) {
            throw Answers.badRequest(
                    "action must be \"retry\" (append them anew) or \"discard\" (never execute them; they"
                            + " stay in the log). Nothing was done.");
        }
        if (!services.logReady()) {
            throw Answers.refuse(
                    ProxyError.LOG_UNAVAILABLE, "The log takes no changes now. Nothing was done; try again.");
        }
        List<Letter> chosen = chosen(request.json());
        ObjectNode body = Answers.object();
        ArrayNode done = body.putArray("transactions");
        ArrayNode failed = body.putArray("failed");
        for (Letter letter : chosen) {
            ObjectNode node = Answers.object().put("transaction_id", ids.text(letter.lsn()));
            try {
                done.add(decide(action, letter, node));
            } catch (StepException e) {
                failed.add(node.put("message", e.getMessage()));
            }
        }
        return Answers.json(
                200,
                body.put("success", failed.isEmpty())
                        .put("action", action)
                        .put("reset_count", done.size())
                        .put("message", done.size() + " dead letters: " + action + "; " + failed.size() + " failed.")
                        .put("still_open", letters.count(false)));
    }

    private List<Letter> chosen(JsonNode body) {
        JsonNode hours = body.path("hours_old");
        boolean given = !hours.isMissingNode() && !hours.isNull();
        if (given && !(hours.isNumber() && hours.asDouble() >= 0 && hours.asDouble() <= MOST_HOURS)) {
            throw Answers.badRequest("hours_old must be a number from 0. Nothing was done.");
        }
        if (body.path("ids").isArray()) {
            List<Letter> named = new ArrayList<>();
            body.path("ids").forEach(id -> named.add(pages.find(id.asText())));
            return named.stream().filter(Letter::open).toList();
        }
        Duration age = Duration.ofSeconds((long) (hours.asDouble() * 3600));
        return letters.openLongerThan(age, AT_ONCE);
    }

    private ObjectNode decide(String action, Letter letter, ObjectNode node) {
        boolean marked;
        if (action.equals(DeadLetters.RETRY)) {
            long lsn = append(letter);
            node.put("retried_as", ids.text(lsn));
            marked = letters.retried(letter.lsn(), lsn);
        } else {
            marked = letters.discarded(letter.lsn());
        }
        if (!marked) {
            throw new StepException("another proxy owns the log now: ask that one");
        }
        LOG.info("on an operator's behalf: {} of dead letter {}", action, letter.lsn());
        return node;
    }

    /** The LSN it has now. A crash between this and its mark does no harm: its transaction id has one effect. */
    private long append(Letter letter) {
        LogRecord old = services.log()
                .queries()
                .transaction(letter.lsn())
                .map(TransactionView::record)
                .orElseThrow(() -> new StepException("its record is not in the log any more"));
        byte[] body = services.log()
                .reader()
                .body(letter.lsn())
                .orElseThrow(() -> new StepException("its body is not in the log any more"));
        WriteRequest request = old.content().request();
        String id = "retry-" + letter.lsn();
        Optional<Long> retried = retriedByEarlierBuild(id);
        if (retried.isPresent()) {
            return retried.get();
        }
        WriteRequest again = new WriteRequest(request.method(), request.path(), request.contentType(), body);
        NewRecord anew = new NewRecord(
                old.content().kind(),
                old.content().subject(),
                again,
                Optional.of(new ClientTransaction(ClientTransaction.INTERNAL, id, again.digest())));
        CompletableFuture<Long> committed = new CompletableFuture<>();
        if (services.log().writer().append(anew, new Offered(committed)).isEmpty()) {
            throw new StepException("the log's queue is full");
        }
        return Waiting.forResult(committed, COMMITTED_WITHIN_MS, "appending it anew");
    }

    private Optional<Long> retriedByEarlierBuild(String id) {
        return services.log()
                .queries()
                .transaction(EARLIER_SCOPE, id)
                .map(TransactionView::record)
                .filter(known -> known.content()
                        .transaction()
                        .filter(own -> own.digest().isEmpty())
                        .isPresent())
                .map(LogRecord::lsn);
    }

    /** Hands the record to the lanes where the log says it is committed, as every write is. */
    private final class Offered implements AppendListener {
        private final CompletableFuture<Long> lsn;

        Offered(CompletableFuture<Long> lsn) {
            this.lsn = lsn;
        }

        @Override
        public void committed(LogRecord logged) {
            NewRecord content = logged.content();
            Footprint footprint = content.kind().catalog()
                    ? new Footprint.Everything("a catalog record")
                    : Footprints.of(content.kind(), content.request().body());
            services.lanes().offer(Write.fresh(logged, footprint, EmptyHttpHeaders.INSTANCE));
            lsn.complete(logged.lsn());
        }

        @Override
        public void duplicate(long known, boolean sameRequest) {
            if (sameRequest) {
                lsn.complete(known);
            } else {
                failed("record " + known + " has this retry's transaction id, and is another write");
            }
        }

        @Override
        public void failed(String reason) {
            lsn.completeExceptionally(new StepException(reason));
        }

        @Override
        public void unknown(String reason) {
            failed(reason);
        }
    }
}
