package org.chromaproxy.admin.log;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.recovery.OperatorQueries;
import org.chromaproxy.wal.store.query.OperatorSql.Failure;
import org.chromaproxy.wal.store.query.OperatorSql.StateSummary;

/** What the log says of its records and their outcomes. Blocks, but for {@link #count}. */
public final class LogPages {
    private static final int SHOWN = 50;
    private static final int COUNTED = 1_000;
    private static final Duration TWO_HOURS = Duration.ofHours(2);
    private static final Duration DAY = Duration.ofHours(24);

    private final AdminServices services;
    private final OperatorQueries queries;
    private final TransactionIds ids;

    public LogPages(AdminServices services, TransactionIds ids) {
        this.services = services;
        this.queries = services.log().queries();
        this.ids = ids;
    }

    /** From memory alone. */
    public Answer count() {
        return Answers.json(
                200,
                Answers.object()
                        .put("pending_writes", services.pendingWrites())
                        .put("wal_system_ready", services.logReady()));
    }

    public Answer errors() {
        List<Failure> failures = queries.failures(COUNTED);
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("recent_errors");
        failures.stream()
                .limit(SHOWN)
                .forEach(failure -> list.add(Answers.object()
                        .put("write_id", ids.text(failure.lsn()))
                        .put("method", failure.method())
                        .put("path", failure.path())
                        .put("error", failure.reason())
                        .put("timestamp", failure.at().toString())
                        .put("retry_count", 0)
                        .put("status", failure.state().name())));
        body.put("error_count", failures.size());
        return Answers.json(200, body);
    }

    public Answer debug() {
        List<LogRecord> recent = queries.recent(COUNTED);
        ObjectNode body = Answers.object();
        ArrayNode writes = body.putArray("recent_writes");
        recent.stream().limit(SHOWN).forEach(record -> writes.add(write(record)));
        ArrayNode deletes = body.putArray("delete_operations");
        recent.stream().filter(LogPages::deletes).limit(SHOWN).forEach(record -> deletes.add(write(record)));
        body.putObject("summary")
                .put("pending_writes", services.pendingWrites())
                .put("recent_writes_examined", recent.size())
                .put("recent_deletes", recent.stream().filter(LogPages::deletes).count())
                .put("durable_lsn", services.log().writer().durableLsn())
                .put("low_water_lsn", services.log().reader().lowWater())
                .put("queued_records", services.log().writer().queuedRecords())
                .put("queued_bytes", services.log().writer().queuedBytes());
        return Answers.json(200, body);
    }

    private ObjectNode write(LogRecord record) {
        return ids.describe(record).put("write_id", ids.text(record.lsn()));
    }

    private static boolean deletes(LogRecord record) {
        OpKind kind = record.content().kind();
        return kind == OpKind.DELETE || kind == OpKind.DELETE_COLLECTION || kind == OpKind.DELETE_DATABASE;
    }

    public Answer safety() {
        Instant now = Instant.now();
        ObjectNode body = Answers.object();
        body.putObject("transaction_safety_service")
                .put("available", services.log().writer().state() == LogState.OPEN)
                .put("running", services.logReady())
                .put("table_exists", true);
        List<StateSummary> states = queries.summary(now.minus(TWO_HOURS));
        ObjectNode recent = body.putObject("recent_transactions")
                .put(
                        "total_last_2_hours",
                        states.stream().mapToLong(StateSummary::count).sum());
        recent.set("by_status", byStatus(states));
        body.put("timing_gap_failures_24h", queries.failuresSince(now.minus(DAY)));
        body.put("pending_recovery", queries.count(TransactionState.PENDING_RECOVERY));
        ArrayNode pending = body.putArray("pending_recovery_transactions");
        for (Change.Outcome outcome : queries.outcomes(TransactionState.PENDING_RECOVERY, SHOWN)) {
            queries.transaction(outcome.lsn())
                    .ifPresent(view -> pending.add(ids.describe(view.record())
                            .put("status", view.state().name())));
        }
        return Answers.json(200, body);
    }

    public Answer service() {
        ObjectNode body = Answers.object()
                .put("available", services.log().writer().state() == LogState.OPEN)
                .put("service_running", services.logReady())
                .put("recovery_interval", services.settings().timing().checkIntervalMs() / 1000.0);
        body.set("summary_by_status", byStatus(queries.summary(Instant.now().minus(DAY))));
        LaneStats lanes = services.proxy().stats();
        body.putObject("metrics")
                .put("pending_writes", services.pendingWrites())
                .put("pending_recovery", queries.count(TransactionState.PENDING_RECOVERY))
                .put("logged", services.log().writer().committedRecords())
                .put("recovered", lanes.recovered())
                .put("refused", lanes.refused())
                .put("faults", lanes.faults())
                .put("diverged", lanes.diverged());
        return Answers.json(200, body);
    }

    private static ArrayNode byStatus(List<StateSummary> states) {
        ArrayNode list = Answers.JSON.createArrayNode();
        for (StateSummary state : states) {
            list.add(Answers.object()
                    .put("status", state.state())
                    .put("count", state.count())
                    .put("oldest", state.oldest().toString())
                    .put("latest", state.latest().toString()));
        }
        return list;
    }
}
