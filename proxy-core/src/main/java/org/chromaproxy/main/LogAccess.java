package org.chromaproxy.main;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.chromaproxy.exchange.Transactions;
import org.chromaproxy.lane.Backlog;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LargeBodies;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.TransactionVeil;
import org.chromaproxy.wal.recovery.LogReader;
import org.chromaproxy.wal.recovery.OperatorQueries;

/** Reads the log for the data path, on worker threads. */
final class LogAccess implements LaneServices.Bodies, Backlog, Transactions {
    private final LogReader reader;
    private final OperatorQueries queries;
    private final ExecutorService workers;
    private final TransactionVeil veil;

    LogAccess(LogReader reader, OperatorQueries queries, ExecutorService workers) {
        this.reader = reader;
        this.queries = queries;
        this.workers = workers;
        this.veil = reader.veil();
    }

    @Override
    public CompletableFuture<byte[]> load(long lsn, Executor loop) {
        return CompletableFuture.supplyAsync(
                        () -> reader.body(lsn)
                                .orElseThrow(() -> new IllegalStateException("record " + lsn + " is not in the log")),
                        workers)
                .whenCompleteAsync((body, error) -> {}, loop);
    }

    @Override
    public CompletableFuture<List<LoggedRecord>> read(UUID lane, long after, int records, long bytes, Executor loop) {
        return CompletableFuture.supplyAsync(() -> reader.page(lane, after, records, bytes, LargeBodies.LARGE), workers)
                .whenCompleteAsync((page, error) -> {}, loop);
    }

    @Override
    public String idOf(long lsn, boolean everywhere) {
        return (everywhere ? veil.plain(lsn) : veil.veiled(lsn)).toString();
    }

    @Override
    public CompletableFuture<Optional<Earlier>> earlier(String tenant, String id) {
        return CompletableFuture.supplyAsync(
                () -> queries.holder(tenant, id).map(holder -> new Earlier(holder.lsn(), holder.digest())), workers);
    }

    @Override
    public CompletableFuture<Optional<WriteResult>> outcome(long lsn) {
        return CompletableFuture.supplyAsync(
                () -> queries.outcome(lsn)
                        .filter(outcome -> outcome.status() > 0)
                        .map(outcome -> WriteResult.json(outcome.status(), outcome.response())),
                workers);
    }
}
