package org.chromaproxy.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that stalls is charged for every request it kept waiting. */
@Timeout(60)
class GeneratorTest {
    private static final RequestSource GET = Requests.fixed("GET", "/", "");

    /** Answers each request of one connection after another, the first one only after a stall. */
    private static final class Staller implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final long stallMs;
        private final String status;

        Staller(long stallMs, String status) throws IOException {
            this.stallMs = stallMs;
            this.status = status;
            Thread.ofVirtual().start(this::serve);
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }

        private void serve() {
            try (Socket client = socket.accept()) {
                InputStream in = client.getInputStream();
                OutputStream out = client.getOutputStream();
                boolean first = true;
                for (int seen = 0, b = in.read(); b >= 0; b = in.read()) {
                    seen = b == '\n' ? seen + 1 : b == '\r' ? seen : 0;
                    if (seen == 2) {
                        seen = 0;
                        if (first) {
                            // A condition that never holds: the stall itself is what is tested.
                            new java.util.concurrent.CountDownLatch(1)
                                    .await(stallMs, java.util.concurrent.TimeUnit.MILLISECONDS);
                            first = false;
                        }
                        String answer = "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\n{}";
                        out.write(answer.getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (IOException | InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void latenciesCountFromWhenARequestWasDue() throws IOException {
        try (Staller server = new Staller(400, "200 OK");
                Generator generator = new Generator()) {
            LoadResult result = generator.run(Load.open(server.url(), GET, 1, Duration.ofMillis(500), 100));

            assertEquals(50, result.answered());
            // The stall lasts 400 ms: of those due meanwhile, half waited for more than half of it.
            assertTrue(result.latencies().getValueAtPercentile(25) > 10_000_000L, "few were charged");
            assertTrue(result.latencies().getMaxValue() >= 395_000_000L, "the first one was not");
        }
    }

    @Test
    void answersOtherThan2xxCountAsFailed() throws IOException {
        try (Staller server = new Staller(0, "503 Service Unavailable");
                Generator generator = new Generator()) {
            LoadResult result = generator.run(Load.open(server.url(), GET, 1, Duration.ofMillis(100), 100));

            assertEquals(0, result.answered());
            assertEquals(10, result.failed());
        }
    }

    @Test
    void nobodyListeningIsNoRun() throws IOException {
        URI gone;
        try (Staller server = new Staller(0, "200 OK")) {
            gone = server.url();
        }
        try (Generator generator = new Generator()) {
            assertThrows(LoadException.class, () -> generator.run(Load.closed(gone, GET, 1, Duration.ofMillis(100))));
        }
    }
}
