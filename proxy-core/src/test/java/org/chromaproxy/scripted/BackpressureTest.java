package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

class BackpressureTest extends StagedTest {
    private static final long MIB = 1 << 20;
    private static final long ANSWER = 64 * MIB;
    /** The kernel holds some megabytes in each of the four socket buffers on the way. */
    private static final long MOST_UNDER_WAY = 40 * MIB;

    BackpressureTest() {
        super(Stage.Settings.DEFAULT);
    }

    @Test
    void aClientThatDoesNotReadStallsTheInstanceAndNotTheProxysMemory() throws Exception {
        Collection collection = stage().usedCollection();
        stalls(
                stage(),
                collection.path("get"),
                new RawConnection(stage().client().port()));
    }

    /** Asks for a large answer, does not read it for a while, then does. */
    static void stalls(Stage stage, String path, RawConnection connection) throws Exception {
        AtomicLong written = new AtomicLong();
        Reply flood = new Reply.Flood(ANSWER, written);
        stage.primary().once(call -> call.is("get"), flood);
        stage.replica().once(call -> call.is("get"), flood);
        long before = directMemory();
        try (RawConnection client = connection) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: 2\r\n\r\n{}");
            await().atMost(Stage.SOON).until(() -> written.get() > MIB);
            await().during(Duration.ofMillis(500)).atMost(Stage.SOON).until(new Unmoved(written::get)::holds);
            long used = directMemory() - before;
            assertTrue(written.get() < MOST_UNDER_WAY, "the instance could write " + written.get() + " bytes");
            assertTrue(used < 16 * MIB, "the proxy holds " + used + " bytes more than before");
            assertEquals(ANSWER, client.read().body().length());
        }
        assertEquals(ANSWER, written.get());
    }

    /** Each answer leaves as soon as it is here: what a client does not take must not pile up behind it. */
    @Test
    void aClientThatAsksOnWithoutReadingIsNotReadFromEither() throws Exception {
        int requests = 2_000;
        Collection collection = stage().usedCollection();
        Reply answer = Reply.json(200, "{\"ids\":[\"" + "x".repeat(50_000) + "\"]}");
        stage().primary().always(call -> call.is("get"), answer);
        stage().replica().always(call -> call.is("get"), answer);
        long before = directMemory();
        String request = "POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: 2\r\n\r\n{}";
        try (RawConnection client = new RawConnection(stage().client().port())) {
            client.send(request.repeat(requests));
            // How many fit into the kernel's buffers is the system's matter: it may be few.
            await().atMost(Stage.SOON).until(() -> gets() > 0);
            await().during(Duration.ofMillis(500)).atMost(Stage.SOON).until(new Unmoved(this::gets)::holds);
            assertTrue(gets() < requests / 2, "it was served " + gets() + " answers that it did not take");
            assertTrue(directMemory() - before < 16 * MIB, "they are in the proxy's memory");
            for (int i = 0; i < requests; i++) {
                assertEquals(200, client.read().status());
            }
        }
    }

    private int gets() {
        return stage().primary().calls(call -> call.is("get")).size()
                + stage().replica().calls(call -> call.is("get")).size();
    }

    /** What the buffers of the proxy take; the scripted instances do not use that allocator. */
    private static long directMemory() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    /** Whether a count stands still from one look to the next. */
    private static final class Unmoved {
        private final LongSupplier count;
        private long last = -1;

        Unmoved(LongSupplier count) {
            this.count = count;
        }

        boolean holds() {
            long now = count.getAsLong();
            boolean same = now == last;
            last = now;
            return same;
        }
    }
}
