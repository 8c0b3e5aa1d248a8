package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Operator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The replica is down: the guided protocol, with its process stopped and started. */
@Timeout(900)
class UseCase3IT {
    @Test
    void readsAndWritesGoOnWhileTheReplicaIsDownAndBothSidesEndEqual(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            Operator operator = new Operator(proxy);
            OutageProtocol protocol = new OutageProtocol(deployment, proxy);
            protocol.prepare();

            deployment.replica().kill();
            protocol.operateDuringTheOutage();

            operator.awaitHealthy(true, false);
            JsonNode health = proxy.get("/health").expect(200).json();
            assertEquals("degraded", health.path("status").asText());
            assertTrue(health.path("reasons").toString().contains("replica is down"), health.toString());
            JsonNode lag = proxy.get("/wal/status").expect(200).json().at("/instances/1/lag");
            assertTrue(lag.path("records").asInt() >= 7, "what the replica missed is counted: " + lag);
            for (String name : OutageProtocol.STANDING) {
                assertEquals("primary", operator.mapping(name).path("leader").asText(), "leadership never moved");
            }

            deployment.replica().restart();
            operator.awaitHealthy(true, true);
            protocol.verifyBothSides();

            long before = readsOfReplica(operator);
            for (int i = 0; i < 40; i++) {
                assertEquals(2, proxy.count(collection("global")));
            }
            assertTrue(readsOfReplica(operator) >= before + 10, "it is read again");
        }
    }

    private static long readsOfReplica(Operator operator) {
        return operator.instance("replica").path("total_requests").asLong();
    }
}
