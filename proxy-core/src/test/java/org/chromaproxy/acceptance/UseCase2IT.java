package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The primary is down: the guided protocol, with its process stopped and started. */
@Timeout(900)
class UseCase2IT {
    @Test
    void theCmsGoesOnWhileThePrimaryIsDownAndBothSidesEndEqual(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            Operator operator = new Operator(proxy);
            OutageProtocol protocol = new OutageProtocol(deployment, proxy);
            protocol.prepare();
            assertEquals("primary", operator.mapping("global").path("leader").asText());

            deployment.primary().kill();
            protocol.operateDuringTheOutage();

            operator.awaitHealthy(false, true);
            JsonNode health = proxy.get("/health").expect(200).json();
            assertEquals("degraded", health.path("status").asText());
            assertTrue(health.path("reasons").toString().contains("primary is down"), health.toString());
            JsonNode lag = proxy.get("/wal/status").expect(200).json().at("/instances/0/lag");
            assertTrue(lag.path("records").asInt() >= 7, "what the primary missed is counted: " + lag);
            assertEquals("replica", operator.mapping("global").path("leader").asText());

            deployment.primary().restart();
            operator.awaitHealthy(true, true);
            protocol.verifyBothSides();

            operator.awaitLeads("primary", OutageProtocol.STANDING);
            proxy.add(
                    collection("global"),
                    Json.object("ids", Json.array("after"), "embeddings", Json.array(Json.array(1, 2, 3))));
            deployment.assertEqualWhenDrained(proxy);
        }
    }
}
