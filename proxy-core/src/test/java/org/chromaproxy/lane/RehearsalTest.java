package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private static final byte[] BODY = "{\"name\":\"c\"}".getBytes(StandardCharsets.UTF_8);

    private final UpstreamRequest create = Rehearsal.create(BODY);
    private final UpstreamRequest modify = Rehearsal.modify(BODY);

    private static Optional<UpstreamResponse> refusal(UpstreamRequest request, UpstreamResponse answer) {
        return Rehearsal.refusal(sent -> CompletableFuture.completedFuture(answer), request)
                .resultNow();
    }

    private static UpstreamResponse error(int status, String message) {
        return VirtualIo.response(status, "{\"error\":\"E\",\"message\":\"" + message + "\"}");
    }

    @Test
    void aBodyIsSentAsItIsToAPlaceThatNoClientCanMake() {
        assertEquals("POST", create.method());
        assertEquals("PUT", modify.method());
        for (UpstreamRequest each : new UpstreamRequest[] {create, modify}) {
            assertTrue(each.uri().contains("/tenants/" + Witnesses.TENANT + "/databases/"), each.uri());
            assertFalse(each.uri().contains("/databases/" + Witnesses.DATABASE + "/"), each.uri());
            assertSame(BODY, each.body());
            assertEquals("application/json", each.headers().get("content-type"));
        }
    }

    @Test
    void thatThereIsNoSuchPlaceIsNoRefusal() {
        String database = create.uri().replaceAll(".*/databases/|/collections.*", "");
        assertEquals(Optional.empty(), refusal(create, error(400, "Database [" + database + "] does not exist")));
        assertEquals(Optional.empty(), refusal(create, error(404, "Database [" + database + "] not found")));
        assertEquals(Optional.empty(), refusal(modify, error(404, "Collection does not exist")));
    }

    @Test
    void whateverElseTheServerRefusesIsARefusalOfTheBody() {
        UpstreamResponse told = error(400, "Expected a name of 3 to 512 characters");
        assertEquals(Optional.of(told), refusal(create, told));
        assertEquals(Optional.of(told), refusal(modify, told));
        UpstreamResponse unreadable = error(422, "missing field `name`");
        assertEquals(Optional.of(unreadable), refusal(create, unreadable));
    }

    @Test
    void whatIsNotTheServersWordOrNoAnswerIsNoRefusal() {
        assertEquals(Optional.empty(), refusal(create, VirtualIo.response(400, "<html>")));
        assertEquals(Optional.empty(), refusal(create, error(500, "internal")));
        assertEquals(Optional.empty(), refusal(create, error(503, "busy")));
        assertEquals(Optional.empty(), refusal(modify, VirtualIo.response(200, "{}")));
        assertEquals(
                Optional.empty(),
                Rehearsal.refusal(
                                sent -> CompletableFuture.failedFuture(new UpstreamException("closed", false)), create)
                        .resultNow());
    }
}
