package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.access.Access;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandbyTest {
    private static final ClientMemory MEMORY = new ClientMemory(MemoryBudget.ofEach(1 << 20), 1);

    private static CompletableFuture<OwnEndpoints.Answer> standby(OwnEndpoints.Request request) {
        return CompletableFuture.completedFuture(
                new OwnEndpoints.Answer(503, "text/plain", "standby".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyRequestIsAnsweredInTurnAndNoneTaken() {
        String add = "POST /api/v2/tenants/t/databases/d/collections/c/add HTTP/1.1\r\nHost: h\r\n"
                + "Content-Length: 2\r\n\r\n{}";
        String health = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
        SplitAtEachByte.forEach((add + health).getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = new ClientSide(channel -> FrontEnd.standby(
                    channel, StandbyTest::standby, Access.of(AccessSettings.OPEN), Feed.none(), MEMORY))) {
                String received = client.send(pieces).received();
                assertTrue(received.startsWith("HTTP/1.1 503 "), received);
                assertTrue(received.contains("stands by"), received);
                assertTrue(received.endsWith("\r\n\r\nstandby"), received);
                assertEquals(2, received.split("HTTP/1\\.1 503 ", -1).length - 1, received);
            }
        });
    }

    private static ClientSide connect() {
        return new ClientSide(channel ->
                FrontEnd.standby(channel, StandbyTest::standby, Access.of(AccessSettings.OPEN), Feed.none(), MEMORY));
    }

    /** Neither a head nor a body holds its connection by coming slowly, and an idle one is closed, too. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n", "GET /a", ""})
    void aRequestThatDripsIsCutOff(String begin) {
        byte[] drop = begin.isEmpty() ? new byte[0] : new byte[] {'a'};
        String health = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
        try (ClientSide client = connect()) {
            for (long second = 1; second < Standby.REQUEST_SECONDS; second++) {
                assertEquals("", client.waits(1).received());
            }
            String answer = client.send(List.of(health.getBytes(StandardCharsets.ISO_8859_1)))
                    .received();
            assertTrue(answer.endsWith("standby"), answer);
            client.send(List.of(begin.getBytes(StandardCharsets.ISO_8859_1)));
            for (long second = 1; second < Standby.REQUEST_SECONDS; second++) {
                assertEquals("", client.send(List.of(drop)).waits(1).received());
            }
            assertEquals("[closed]", client.waits(1).received());
        }
    }

    /** Requests sent ahead by one who takes no answer wait in the socket, and for a bounded time. */
    @Test
    void nothingIsAnsweredBeforeWhatWasAnsweredIsTaken() {
        byte[] health = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        try (ClientSide client = connect()) {
            client.takes(false).send(Collections.nCopies(50, health));
            assertEquals(1, answers(client.received()));
            assertEquals(49, answers(client.takes(true).received()));
            client.takes(false).send(List.of(health)).waits(Standby.REQUEST_SECONDS);
            assertTrue(client.received().endsWith("[closed]"));
        }
    }

    private static int answers(String received) {
        return received.split("HTTP/1\\.1 503 ", -1).length - 1;
    }

    @Test
    void aClientThatWantsTheConnectionClosedGetsItClosed() {
        String health = "GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        SplitAtEachByte.forEach(health.getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = new ClientSide(channel -> FrontEnd.standby(
                    channel, StandbyTest::standby, Access.of(AccessSettings.OPEN), Feed.none(), MEMORY))) {
                assertTrue(client.send(pieces).received().endsWith("standby[closed]"));
            }
        });
    }

    /** Else each one would be a warning of the pipeline's end in the log. */
    @Test
    void aConnectionThatIsResetIsClosedWithoutAWord() {
        try (ClientSide client = connect()) {
            assertEquals("[closed]", client.resets().received());
        }
    }
}
