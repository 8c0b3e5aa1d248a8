package org.chromaproxy.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.exchange.OwnEndpoints.Request;
import org.junit.jupiter.api.Test;

/** What a proxy answers that waits for the log. */
class StandbyEndpointsTest {
    private final StandbyEndpoints endpoints = new StandbyEndpoints(2, () -> "pid=42", () -> "");

    private JsonNode get(String uri) {
        Request request = new Request(HttpMethod.GET, uri, "", new byte[0], true);
        return AdminBed.expect(
                503, endpoints.handle(request).toCompletableFuture().join());
    }

    @Test
    void healthAndStatusNameTheOwner() {
        JsonNode health = get("/health");
        assertEquals("standby", health.path("status").asText());
        assertEquals("pid=42", health.path("log_owner").asText());
        assertEquals("0/2", health.path("healthy_instances").asText());
        AdminBed.texts(health, "service", "architecture");
        assertEquals(2, get("/status?realtime=true").path("total_instances").asInt());
    }

    /** The words of a held log are for those who may read everything; that it is held is for all. */
    @Test
    void whyTheLogIsHeldIsToldToTheInformed() {
        StandbyEndpoints held = new StandbyEndpoints(2, () -> "", () -> "marked words");
        for (boolean informed : new boolean[] {true, false}) {
            Request request = new Request(
                    HttpMethod.GET,
                    "/health/ready",
                    EmptyHttpHeaders.INSTANCE,
                    new byte[0],
                    false,
                    informed,
                    Set.of(),
                    PrincipalUse.unbounded());
            JsonNode body = AdminBed.expect(
                    503, held.handle(request).toCompletableFuture().join());
            assertEquals("held", body.path("status").asText());
            assertTrue(body.path("reason").isTextual(), body.toString());
            assertEquals(informed, body.toString().contains("marked"), body.toString());
        }
    }

    @Test
    void everythingElseIsForTheOwner() {
        AdminBed.texts(get("/admin/instances"), "error", "message");
        get("/transactions/x");
    }
}
