package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the network cuts a client's bytes into, the answers are the same. */
class DownstreamTest {
    private static final String DATABASE = "/api/v2/tenants/t/databases/d/";
    private static final String ADD = "POST " + DATABASE + "collections/known/add HTTP/1.1\r\nHost: h\r\n";
    private static final String COUNTED = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n";
    private static final String WRITTEN =
            "HTTP/1.1 201 Created\r\nTransaction-ID: tx-7\r\ncontent-type: application/json\r\ncontent-length: 15\r\n";
    private static final String BODY = "{\"ids\":[\"a\"]}";

    private final Fronted proxy = new Fronted();

    @AfterEach
    void close() {
        proxy.close();
    }

    private void assertAnswers(String input, String expected, String... appended) {
        SplitAtEachByte.forEach(input.getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = proxy.connect()) {
                assertEquals(expected, client.send(pieces).received());
                assertEquals(List.of(appended), proxy.appended());
            }
            assertEquals(0, proxy.active(), "exchanges never ended");
        });
    }

    /** Where the exact words of the answer are not the point. */
    private void assertBegins(String input, String begin, String end, String... appended) {
        SplitAtEachByte.forEach(input.getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = proxy.connect()) {
                String received = client.send(pieces).received();
                assertTrue(received.startsWith(begin) && received.endsWith(end), received);
                assertEquals(1, received.split("HTTP/1\\.1 ", -1).length - 1, received);
                assertEquals(List.of(appended), proxy.appended());
            }
            assertEquals(0, proxy.active(), "exchanges never ended");
        });
    }

    private static String count(String extra) {
        return "GET " + DATABASE + "collections_count HTTP/1.1\r\nHost: h\r\n" + extra + "\r\n";
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurn() {
        String own = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
        String health = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 18\r\n\r\nGET /health  false";
        assertAnswers(
                count("") + own + ADD + "Content-Length: 13\r\n\r\n" + BODY + count(""),
                COUNTED + "\r\n1" + health + WRITTEN + "\r\n{\"stored\":true}" + COUNTED + "\r\n1",
                "ADD " + BODY);
    }

    @Test
    void aBodyOfAnnouncedLengthIsLoggedWhole() {
        assertAnswers(ADD + "Content-Length: 13\r\n\r\n" + BODY, WRITTEN + "\r\n{\"stored\":true}", "ADD " + BODY);
    }

    @Test
    void aChunkedBodyIsLoggedWhole() {
        String chunks =
                "5\r\n" + BODY.substring(0, 5) + "\r\n8;x=y\r\n" + BODY.substring(5) + "\r\n0\r\nX-T: 1\r\n\r\n";
        assertAnswers(
                ADD + "Transfer-Encoding: chunked\r\n\r\n" + chunks + count(""),
                WRITTEN + "\r\n{\"stored\":true}" + COUNTED + "\r\n1",
                "ADD " + BODY);
    }

    @Test
    void aClientThatExpectsToBeToldToGoOnIsTold() {
        assertAnswers(
                ADD + "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n" + BODY,
                "HTTP/1.1 100 Continue\r\n\r\n" + WRITTEN + "\r\n{\"stored\":true}",
                "ADD " + BODY);
    }

    @Test
    void aClientThatExpectsToBeToldToGoOnIsToldAtOnceIfItsBodyIsNotWanted() {
        assertBegins(ADD + "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n", "HTTP/1.1 413 ", "exceeded\"}");
    }

    @Test
    void aLongPreferenceIsReadToItsEnd() {
        String prefer = "Prefer: \"" + "a".repeat(4_000) + "\"\r\n";
        try (ClientSide client = proxy.connect()) {
            byte[] input = (ADD + prefer + "Content-Length: 13\r\n\r\n" + BODY).getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(
                    WRITTEN + "\r\n{\"stored\":true}",
                    client.send(List.of(input)).received());
        }
    }

    @Test
    void whatTheLogCannotHoldIsTheClientsFault() {
        proxy.refuseRecords();
        assertBegins(
                ADD + "Content-Length: 13\r\n\r\n" + BODY,
                "HTTP/1.1 400 ",
                "executed; the proxy's own log says why.\"}",
                "ADD " + BODY);
    }

    @Test
    void headIsAnsweredLikeGetWithoutTheBody() {
        String head = count("").replace("GET", "HEAD");
        assertAnswers(head + count(""), COUNTED + "\r\n" + COUNTED + "\r\n1");
    }

    @Test
    void theConnectionEndsWhenTheClientSaysSo() {
        assertAnswers(count("Connection: close\r\n"), COUNTED + "connection: close\r\n\r\n1[closed]");
    }

    @Test
    void anOldClientIsAnsweredAndLeftUnlessItAsksToStay() {
        String old = count("").replace("HTTP/1.1", "HTTP/1.0");
        assertAnswers(old, COUNTED + "connection: close\r\n\r\n1[closed]");
        String staying = count("Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0");
        assertAnswers(staying, COUNTED + "connection: keep-alive\r\n\r\n1");
    }

    @Test
    void aRefusedRequestWithASmallBodyLeavesTheConnectionUsable() {
        String gone = "POST " + DATABASE + "collections/nobody/add HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n";
        SplitAtEachByte.forEach((gone + BODY + count("")).getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = proxy.connect()) {
                String received = client.send(pieces).received();
                assertTrue(received.startsWith("HTTP/1.1 404 "), received);
                assertTrue(received.endsWith(COUNTED + "\r\n1"), received);
                assertEquals(List.of(), proxy.appended());
            }
        });
    }

    @Test
    void aChunkedBodyLargerThanAllowedIsRefusedOnceAndTheRestOfItDropped() {
        String chunk = "64\r\n" + " ".repeat(0x64) + "\r\n";
        SplitAtEachByte.forEach(
                (ADD + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(12) + "0\r\n\r\n" + count(""))
                        .getBytes(StandardCharsets.ISO_8859_1),
                pieces -> {
                    try (ClientSide client = proxy.connect()) {
                        String received = client.send(pieces).received();
                        assertTrue(received.startsWith("HTTP/1.1 413 "), received);
                        assertEquals(1, received.split("HTTP/1\\.1 ", -1).length - 1, received);
                        assertEquals(List.of(), proxy.appended());
                    }
                    assertEquals(0, proxy.active(), "exchanges never ended");
                });
    }

    /** The rest of a refused body is read so that its client sees the refusal, not for as long as it likes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST {D}collections/nobody/add HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
                "POST {D}collections/nobody/add HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST {D}collections/known/add HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n",
                "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
                "PUT /api/v2/tenants/a%FFb HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
                "GET {D}collections_count HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n"
            })
    void anAnsweredBodyThatDripsIsCutOff(String head) {
        boolean chunked = head.contains("chunked");
        byte[] drop = (chunked ? "1\r\n \r\n" : " ").getBytes(StandardCharsets.ISO_8859_1);
        try (ClientSide client = proxy.connect()) {
            List<byte[]> request = List.of(head.replace("{D}", DATABASE).getBytes(StandardCharsets.ISO_8859_1));
            String answer = client.send(request).received();
            assertTrue(answer.startsWith("HTTP/1.1 ") && !answer.endsWith("[closed]"), answer);
            for (int second = 0; second < Pace.LINGER_SECONDS; second++) {
                assertEquals("", client.send(List.of(drop)).waits(1).received());
            }
            assertEquals("[closed]", client.send(List.of(drop)).waits(1).received());
        }
        assertEquals(0, proxy.active(), "exchanges never ended");
        assertEquals(List.of(), proxy.appended());
    }

    /** What one request took of it is not missing to the next. */
    @Test
    void eachAnsweredBodyHasAllOfTheTime() {
        String head = "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n ";
        try (ClientSide client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send(List.of(head.getBytes(StandardCharsets.ISO_8859_1)));
                client.waits(Pace.LINGER_SECONDS);
                String received = client.send(List.of(new byte[] {' '})).received();
                assertTrue(received.startsWith("HTTP/1.1 404 ") && !received.endsWith("[closed]"), received);
            }
        }
    }

    @Test
    void aBodyThatStopsBeingChunksIsNotLogged() {
        assertBegins(ADD + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"i\r\nnonsense\r\n", "HTTP/1.1 400 ", "[closed]");
    }

    @Test
    void whatIsNotHttpIsRefusedAndTheConnectionClosed() {
        assertBegins("nonsense\r\n\r\n", "HTTP/1.1 400 ", "[closed]");
        assertBegins("GET /health HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "[closed]");
        String both = "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assertBegins(ADD + both, "HTTP/1.1 400 ", "[closed]");
    }

    @Test
    void anUnknownRouteOrMethodIsAnsweredAsChromaDoes() {
        assertBegins("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "");
        assertBegins("PUT " + DATABASE + "collections HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 405 ", "");
        assertBegins("POST /api/v2/reset HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 403 ", "\"}");
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsBodyLeavesNothingBehind() {
        String input = ADD + "Content-Length: 13\r\n\r\n" + BODY.substring(0, 9);
        assertAnswers(input, "");
    }

    private void assertHalfClosed(String input, String begin, int answers, String... appended) {
        SplitAtEachByte.forEach(input.getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (ClientSide client = proxy.connect()) {
                String received = client.send(pieces).endsInput().received();
                assertTrue(received.startsWith(begin) && received.endsWith("[closed]"), received);
                assertEquals(answers, received.split("HTTP/1\\.1 ", -1).length - 1, received);
                assertEquals(List.of(appended), proxy.appended());
            }
            assertEquals(0, proxy.active(), "exchanges never ended");
        });
    }

    /** In Chroma's words and with its status (seen on 1.5.9). */
    @Test
    void aClientThatEndsItsSideBeforeItsBodyIsWholeIsToldSoAndNothingIsExecuted() {
        String cut = "HTTP/1.1 400 Bad Request\r\n";
        assertHalfClosed(ADD + "Content-Length: 14\r\n\r\n" + BODY, cut, 1);
        assertHalfClosed(ADD + "Content-Length: 14\r\n\r\n", cut, 1);
        String chunked = "Transfer-Encoding: chunked\r\n\r\nd\r\n" + BODY;
        assertHalfClosed(ADD + chunked, cut, 1);
        assertHalfClosed(ADD + chunked + "\r\n0\r\n", cut, 1);
        try (ClientSide client = proxy.connect()) {
            String input = ADD + "Content-Length: 14\r\n\r\n" + BODY;
            String received = client.send(List.of(input.getBytes(StandardCharsets.ISO_8859_1)))
                    .endsInput()
                    .received();
            assertTrue(received.contains("error reading a body from connection"), received);
        }
        assertEquals(0, proxy.active());
    }

    @Test
    void aClientThatEndsItsSideWithinAHeadOrBetweenRequestsIsToldNothing() {
        assertHalfClosed("", "[closed]", 0);
        assertHalfClosed(ADD, "[closed]", 0);
        assertHalfClosed(count(""), "HTTP/1.1 200 OK\r\n", 1);
    }

    /** As seen on Chroma 1.5.9: it looks no further than for the beginning of the next request. */
    @Test
    void whatHasMoreBehindItIsServedBeforeTheEndIsSeen() {
        String whole = ADD + "Content-Length: 13\r\n\r\n" + BODY;
        assertHalfClosed(whole + ADD + "Content-Length: 14\r\n\r\n" + BODY, WRITTEN, 2, "ADD " + BODY);
    }

    @Test
    void aRequestThatIsArrivingWhenTheProxyBeginsToStopIsAnsweredWholeAndIsTheLast() {
        String read = "POST " + DATABASE + "collections/00000000-0000-4000-8000-00000000ffff/get HTTP/1.1\r\n"
                + "Host: h\r\nContent-Length: 2\r\n\r\n{}";
        for (int cut = 1; cut < read.length(); cut++) {
            try (ClientSide client = proxy.connect()) {
                List<byte[]> first = List.of(read.substring(0, cut).getBytes(StandardCharsets.ISO_8859_1));
                List<byte[]> second = List.of(read.substring(cut).getBytes(StandardCharsets.ISO_8859_1));
                String received = client.send(first).draining().send(second).received();
                assertTrue(received.startsWith("HTTP/1.1 404 ") && received.endsWith("[closed]"), received);
            }
        }
    }
}
