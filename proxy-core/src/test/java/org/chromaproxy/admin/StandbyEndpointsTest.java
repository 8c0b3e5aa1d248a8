package org.chromaproxy.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpMethod;
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

    @Test
    void everythingElseIsForTheOwner() {
        AdminBed.texts(get("/admin/instances"), "error", "message");
        get("/transactions/x");
    }
}
