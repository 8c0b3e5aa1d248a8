package org.chromaproxy.bench.micro;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.LogDatabase;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost, per record of 3.6 KB, to hand it to the writer's queue and to hear that it is durable in a real
 * PostgreSQL: alone, and as one of 64 or 1,000 that come together?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class WhatACommitCosts {
    private static final int SOME = 64;
    private static final int MANY = 1_000;
    private static final Duration OWNED = Duration.ofSeconds(30);

    private final NewRecord record = new NewRecord(
            OpKind.ADD,
            new Subject(Paths.ID, Paths.ID, Paths.TENANT, Paths.DATABASE, "bench", ""),
            new WriteRequest("POST", Paths.RECORDS + "/add", "application/json", Paths.add("record-1")),
            Optional.empty());
    private final Parts parts = open();

    private record Parts(Path folder, LogDatabase database, Wal wal, LogWriter writer) {}

    private static Parts open() {
        Path folder = RealStack.newFolder();
        LogDatabase database = LogDatabase.start(folder.resolve("postgres"));
        Wal wal = Wal.open(WalConfig.of(database.freshTarget()));
        Waiting.until(OWNED, () -> wal.tryOwn().isPresent(), () -> "the log cannot be owned");
        OwnedLog owned = wal.tryOwn().orElseThrow();
        return new Parts(folder, database, wal, owned.writer());
    }

    /** Waits for the first commit: the writer connects by itself. */
    @Setup
    public void connect() throws InterruptedException {
        append(1);
    }

    /** Ends PostgreSQL. */
    @TearDown
    public void close() {
        parts.wal().close();
        parts.database().close();
        RealStack.delete(parts.folder());
    }

    @Benchmark
    public void alone() throws InterruptedException {
        append(1);
    }

    @Benchmark
    @OperationsPerInvocation(SOME)
    public void oneOf64() throws InterruptedException {
        append(SOME);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void oneOf1000() throws InterruptedException {
        append(MANY);
    }

    private void append(int records) throws InterruptedException {
        Listener listener = new Listener(records);
        for (int i = 0; i < records; i++) {
            if (parts.writer().append(record, listener).isEmpty()) {
                throw new BenchException("the log's queue is full");
            }
        }
        listener.left.await();
    }

    private static final class Listener implements AppendListener {
        private final CountDownLatch left;

        Listener(int records) {
            left = new CountDownLatch(records);
        }

        @Override
        public void committed(LogRecord record) {
            left.countDown();
        }

        @Override
        public void duplicate(long lsn, boolean sameRequest) {
            throw new IllegalStateException("no id was given");
        }

        @Override
        public void failed(String reason) {
            throw new IllegalStateException(reason);
        }
    }
}
