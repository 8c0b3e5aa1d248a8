package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HTML = "<html><body>We will be back soon</body></html>";

    /** What running servers of both releases answered; {@code record-chroma-answers.py} wrote it down. */
    static Stream<JsonNode> recorded() throws IOException {
        try (InputStream lines = VerdictTest.class.getResourceAsStream("/chroma-answers.json")) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().toList().stream().map(VerdictTest::parse);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static UpstreamResponse answer(int status, String type, String body) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (!type.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        return new UpstreamResponse(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static UpstreamResponse json(int status, String body) {
        return answer(status, "application/json", body);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void everyRecordedAnswerOfAServerIsUnderstood(JsonNode line) {
        UpstreamResponse answer = answer(
                line.path("status").asInt(),
                line.path("type").asText(),
                line.path("body").asText());
        OpKind kind = OpKind.valueOf(line.path("kind").asText());
        assertEquals(Verdict.valueOf(line.path("verdict").asText()), Verdict.of(kind, answer));
    }

    @ParameterizedTest
    @EnumSource(OpKind.class)
    void whatIsNotInChromasShapeIsNoOutcomeForAnyKindOfWrite(OpKind kind) {
        for (UpstreamResponse foreign : List.of(
                answer(200, "text/html", HTML),
                answer(201, "text/html", HTML),
                answer(200, "", ""),
                answer(201, "", ""),
                answer(204, "", ""),
                json(200, ""),
                json(201, ""),
                json(200, HTML),
                json(200, "null"),
                json(200, "[]"),
                json(200, "{\"error\":\"Maintenance\",\"message\":\"back soon\"}"),
                json(202, "{}x"),
                answer(301, "", ""),
                answer(302, "text/html", HTML),
                json(308, "{}"),
                json(400, "{\"message\":\"blocked\"}"),
                answer(400, "text/html", HTML),
                answer(400, "", ""),
                json(401, "{\"error\":\"Unauthorized\",\"message\":\"token\"}"),
                json(403, "{\"error\":\"Forbidden\",\"message\":\"not from here\"}"),
                answer(404, "text/html", HTML),
                answer(409, "", ""),
                answer(413, "text/html", HTML),
                answer(415, "", ""),
                answer(422, "text/plain", "no"),
                answer(431, "text/html", HTML),
                answer(451, "", ""))) {
            assertEquals(Verdict.UNRECOGNIZED, Verdict.of(kind, foreign), foreign + foreign.text());
        }
    }

    @Test
    void aSuccessOfAnotherKindOfWriteIsNoOutcome() {
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.ADD, json(200, "{}")));
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.UPSERT, json(201, "{}")));
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.UPDATE, json(200, "{\"status\":\"ok\"}")));
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.DELETE, json(200, "{\"status\":\"ok\"}")));
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.CREATE_COLLECTION, json(200, "{}")));
        assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.DELETE_COLLECTION, json(200, "{\"deleted\":1}")));
    }

    @Test
    void aServerThatLacksARouteSaysSoAndAKnownRouteIsNeverLacking() {
        for (int status : new int[] {404, 405, 501}) {
            assertEquals(Verdict.REFUSED, Verdict.of(OpKind.OTHER, answer(status, "", "")));
            assertEquals(Verdict.UNRECOGNIZED, Verdict.of(OpKind.ADD, answer(status, "", "")));
        }
    }

    @Test
    void serversThatAreBusyOrFailAreToldFromPagesOnTheWay() {
        assertEquals(Verdict.BUSY, Verdict.of(OpKind.ADD, answer(429, "", "")));
        assertEquals(Verdict.BUSY, Verdict.of(OpKind.ADD, answer(503, "text/html", HTML)));
        assertEquals(Verdict.FAULT, Verdict.of(OpKind.ADD, answer(502, "text/html", HTML)));
        UpstreamResponse own = json(500, "{\"error\":\"InternalError\",\"message\":\"too many SQL variables\"}");
        assertEquals(Verdict.FAULT, Verdict.of(OpKind.ADD, own));
        assertTrue(Verdict.ownFailure(own));
        assertFalse(Verdict.ownFailure(answer(500, "text/html", HTML)));
        assertFalse(Verdict.ownFailure(json(500, "{\"error\":\"InternalError\",\"message\":\"database is locked\"}")));
    }
}
