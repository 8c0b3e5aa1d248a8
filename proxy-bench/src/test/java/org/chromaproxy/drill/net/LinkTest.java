package org.chromaproxy.drill.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.drill.net.Line.Pair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class LinkTest {
    private static final String REQUEST = "POST /x HTTP/1.1\r\ncontent-length: 10\r\n\r\n0123456789";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
    private static final LinkMode HOLE = new LinkMode.BlackHole(true, true, false);

    private Line line;

    @BeforeEach
    void open() throws IOException {
        line = new Line(Network.Protocol.HTTP);
    }

    @AfterEach
    void close() throws IOException {
        line.close();
    }

    @Test
    void bytesAndOrderlyEndsPassBothWays() throws IOException {
        try (Pair pair = line.open()) {
            pair.request(REQUEST);
            assertEquals(REQUEST, pair.arrived(REQUEST.length()));
            pair.answer(ANSWER);
            assertEquals(ANSWER, pair.answered(ANSWER.length()));
            pair.client().shutdownOutput();
            assertEquals("", pair.arrived(1));
            pair.answer("more");
            assertEquals("more", pair.answered(4));
        }
        Awaitility.await().until(() -> line.link().connections() == 0);
    }

    @Test
    void aResetOfOneEndIsAResetOfTheOther() throws IOException {
        try (Pair pair = line.open()) {
            pair.resetByClient();
            assertThrows(SocketException.class, () -> pair.arrived(1));
        }
    }

    @Test
    void aHoleSwallowsWhatIsSentAndDeliversItWhenHealed() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(HOLE);
            pair.request("late");
            pair.server().setSoTimeout(200);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> pair.server().getInputStream().read());
            line.link().heal();
            assertEquals("late", pair.arrived(4));
        }
    }

    @Test
    void connectingIntoAHoleHangsAndGoesOnWhenHealed() throws IOException {
        line.link().set(HOLE);
        assertThrows(SocketTimeoutException.class, () -> line.connect(300));
        line.link().heal();
        try (Pair pair = line.open()) {
            pair.request("x");
            assertEquals("x", pair.arrived(1));
        }
    }

    @Test
    void whatASenderThatClosedInOrderLeftInAHoleArrivesWhenHealed() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(HOLE);
            pair.request("late");
            pair.client().close();
            line.link().heal();
            assertEquals("late", pair.arrived(4));
            assertEquals("", pair.arrived(1));
        }
    }

    @Test
    void whatASenderThatResetLeftInAHoleIsLost() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(HOLE);
            pair.request("late");
            pair.resetByClient();
            awaitResetSeen();
            line.link().heal();
            assertThrows(SocketException.class, () -> pair.arrived(1));
        }
    }

    @Test
    void whatASenderThatResetLeftInALateHoleArrives() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(new LinkMode.BlackHole(true, true, true));
            pair.request("late");
            pair.resetByClient();
            awaitResetSeen();
            line.link().heal();
            assertEquals("late", pair.arrived(4));
            assertThrows(SocketException.class, () -> pair.arrived(1));
        }
    }

    private void awaitResetSeen() {
        Awaitility.await().until(() -> line.link().broken() == 1);
    }

    @Test
    void inAOneWayHoleRequestsArriveAndAnswersDoNot() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(new LinkMode.BlackHole(false, true, false));
            pair.request("x");
            assertEquals("x", pair.arrived(1));
            pair.answer("y");
            pair.client().setSoTimeout(200);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> pair.client().getInputStream().read());
            line.link().heal();
            assertEquals("y", pair.answered(1));
        }
    }

    @Test
    void aHalfOpenConnectionIsSilentUntilHealedWhileNewOnesAreWell() throws IOException {
        try (Pair old = line.open()) {
            line.link().set(new LinkMode.HalfOpen());
            assertThrows(SocketException.class, () -> old.arrived(1));
            old.request("into nothing");
            old.client().setSoTimeout(200);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> old.client().getInputStream().read());
            try (Pair fresh = line.open()) {
                fresh.request("x");
                assertEquals("x", fresh.arrived(1));
            }
            line.link().heal();
            assertThrows(SocketException.class, () -> old.answered(1));
        }
    }

    @Test
    void refusalResetsWhatIsOpenAndRefusesWhatIsNew() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(new LinkMode.Refuse());
            assertThrows(SocketException.class, () -> pair.answered(1));
            assertThrows(ConnectException.class, () -> line.connect(1000));
            line.link().heal();
            line.open().close();
        }
    }

    @Test
    void aDeadServerIsRefusedAndFoundAgain() throws IOException {
        int port = line.server().getLocalPort();
        line.server().close();
        line.link().targetGone();
        assertThrows(ConnectException.class, () -> line.connect(1000));
        try (var again = new java.net.ServerSocket(port)) {
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
                try (Socket _ = line.connect(1000)) {
                    return true;
                } catch (ConnectException notYet) {
                    return false;
                }
            });
            assertTrue(again.isBound());
        }
    }

    @Test
    void aSlowLinkDelaysAndANarrowOneThrottles() throws IOException {
        try (Pair pair = line.open()) {
            line.link().set(new LinkMode.Slow(Duration.ofMillis(100), 40_000));
            long begun = System.nanoTime();
            pair.request("x".repeat(8000));
            assertEquals(8000, pair.arrived(8000).length());
            long took = System.nanoTime() - begun;
            assertTrue(took >= 190_000_000, "8,000 bytes took " + took / 1_000_000 + " ms, at least 190 were due");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CutPoint.class,
            names = {"REQUEST_HEAD", "REQUEST_BODY", "AFTER_REQUEST", "BEFORE_ANSWER", "ANSWER_HEAD", "ANSWER_BODY"})
    void anExchangeIsCutWhereAsked(CutPoint point) throws IOException {
        int head = REQUEST.indexOf("\r\n\r\n") + 4;
        int answerHead = ANSWER.indexOf("\r\n\r\n") + 4;
        int requestBytes = switch (point) {
            case REQUEST_HEAD -> head / 2;
            case REQUEST_BODY -> head + 5;
            default -> REQUEST.length();
        };
        int answerBytes = switch (point) {
            case ANSWER_HEAD -> answerHead / 2;
            case ANSWER_BODY -> answerHead + 2;
            default -> 0;
        };
        line.link().set(new LinkMode.Cut(point, 1));
        try (Pair pair = line.open()) {
            pair.request(REQUEST);
            assertEquals(REQUEST.substring(0, requestBytes), pair.arrived(requestBytes));
            if (answerBytes > 0 || point == CutPoint.BEFORE_ANSWER) {
                pair.answer(ANSWER);
                assertEquals(ANSWER.substring(0, answerBytes), pair.answered(answerBytes));
            }
            assertThrows(SocketException.class, () -> pair.answered(1));
            assertThrows(SocketException.class, () -> pair.arrived(1));
        }
    }

    @Test
    void onlyEveryNthExchangeIsCut() throws IOException {
        line.link().set(new LinkMode.Cut(CutPoint.AFTER_REQUEST, 2));
        for (int round = 0; round < 2; round++) {
            try (Pair cut = line.open();
                    Pair spared = line.open()) {
                cut.request(REQUEST);
                assertThrows(SocketException.class, () -> cut.answered(1));
                spared.request(REQUEST);
                spared.answer(ANSWER);
                assertEquals(ANSWER, spared.answered(ANSWER.length()));
            }
        }
    }

    @Test
    void acceptedConnectionsAreResetAtOnceWhenAsked() throws IOException {
        line.link().set(new LinkMode.Cut(CutPoint.CONNECT, 1));
        assertThrows(SocketException.class, () -> {
            // The reset may be there before connecting has returned.
            try (Socket client = line.connect(1000)) {
                client.getInputStream().read();
            }
        });
    }
}
