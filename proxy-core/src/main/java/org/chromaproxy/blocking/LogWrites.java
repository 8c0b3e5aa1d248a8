package org.chromaproxy.blocking;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.Write;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** Blocking writes to the log. */
public final class LogWrites {
    private static final long DURABLE_MS = 60_000;

    private final WriteAheadLog log;
    private final LaneRegistry lanes;

    public LogWrites(WriteAheadLog log, LaneRegistry lanes) {
        this.log = log;
        this.lanes = lanes;
    }

    /**
     * Returns once they are durable, and with them everything submitted before; an empty list waits for just that.
     *
     * @throws StepException when PostgreSQL refuses them, or they are not durable in time; then they may be later
     */
    public void submit(List<? extends Change> changes) {
        submit(log, changes);
    }

    /** The same for a log that has no lanes yet. */
    public static void submit(WriteAheadLog log, List<? extends Change> changes) {
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        log.submit(changes, true, completing(durable));
        Waiting.forResult(durable, DURABLE_MS, "a change of the log");
    }

    /** Completes {@code durable}, or fails it with what PostgreSQL refuses. */
    public static ChangeListener completing(CompletableFuture<Boolean> durable) {
        return ChangeListener.of(
                () -> durable.complete(true), reason -> durable.completeExceptionally(new StepException(reason)));
    }

    /** Appends a record that no lane is offered; returns once it is committed. */
    public void append(OpKind kind, Subject subject, WriteRequest request) {
        append(log, kind, subject, request);
    }

    /** The same for a log that has no lanes yet. */
    public static void append(WriteAheadLog log, OpKind kind, Subject subject, WriteRequest request) {
        appendThen(log, new NewRecord(kind, subject, request, Optional.empty()), record -> {});
    }

    /** Appends a catalog record for one instance and offers it to the lanes; returns once that instance is done with it. */
    public void execute(OpKind kind, Subject subject, WriteRequest request) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        appendThen(log, new NewRecord(kind, subject, request, Optional.empty()), record -> {
            Write write = Write.fresh(record, new Footprint.Everything("a catalog record"), EmptyHttpHeaders.INSTANCE);
            write.result().whenComplete((result, error) -> done.complete(true));
            lanes.offer(write);
        });
        Waiting.forResult(done, DURABLE_MS, kind + " on " + subject.target());
    }

    private static void appendThen(WriteAheadLog log, NewRecord record, Consumer<LogRecord> routed) {
        CompletableFuture<LogRecord> committed = new CompletableFuture<>();
        Optional<AppendTicket> ticket = log.append(record, new AppendListener() {
            @Override
            public void committed(LogRecord logged) {
                routed.accept(logged);
                committed.complete(logged);
            }

            @Override
            public void duplicate(long lsn, boolean sameRequest) {
                failed("a duplicate");
            }

            @Override
            public void failed(String reason) {
                committed.completeExceptionally(new StepException(reason));
            }

            @Override
            public void unknown(String reason) {
                failed(reason);
            }
        });
        if (ticket.isEmpty()) {
            throw new StepException("the log's queue is full");
        }
        try {
            Waiting.forResult(committed, DURABLE_MS, "an append to the log");
        } catch (StepException e) {
            ticket.get().withdraw();
            throw e;
        }
    }
}
