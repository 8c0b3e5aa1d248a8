package org.chromaproxy.wal.recovery;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;

/** A log of its own for each test, to write to and to read back. */
abstract class ReadBackTest {
    protected final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
    protected final LogReader reader = new LogReader(log.queries);
    protected final OperatorQueries operator = new OperatorQueries(log.queries);
    protected final LogWriter writer = log.writer();
    protected final Heard heard = new Heard();

    @AfterEach
    void close() {
        log.close();
    }

    protected void append(int count) {
        int before = heard.total();
        IntStream.range(0, count).forEach(i -> writer.append(Records.add("r" + i), heard));
        await().until(() -> heard.total() == before + count);
    }

    protected void durable(Change... changes) {
        AtomicBoolean done = new AtomicBoolean();
        writer.submit(List.of(changes), true, () -> done.set(true));
        await().untilTrue(done);
    }
}
