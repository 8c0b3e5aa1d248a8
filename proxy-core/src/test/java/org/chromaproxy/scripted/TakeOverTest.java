package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.chromaproxy.main.ProxyServer;
import org.junit.jupiter.api.Test;

class TakeOverTest {
    @Test
    void aSecondProxyStandsByAndServesWhatTheFirstLeft() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            ProxyServer second = stage.startProxy();
            try (Client client = new Client(second.address().getPort())) {
                Client.Answer health = client.get("/health").join();
                assertEquals(503, health.status());
                assertEquals("standby", health.json().path("status").asText());
                Client.Answer refused = client.post(collection.path("add"), Collection.record("no"))
                        .join();
                assertEquals(503, refused.status());
                assertEquals(503, client.get("/api/v2/heartbeat").join().status());
                assertFalse(second.serving());
                assertEquals(201, collection.add("by-the-first").join().status());

                stage.closeFirstProxy();
                await().atMost(Stage.SOON).until(second::serving);
                await().atMost(Stage.SOON)
                        .ignoreExceptions()
                        .until(() -> client.get("/api/v2/heartbeat").join().status() == 200);
                Client.Answer added = client.post(collection.path("add"), Collection.record("by-the-second"))
                        .join();
                assertEquals(201, added.status());
                List<String> expected = List.of("first", "by-the-first", "by-the-second");
                for (ScriptedChroma instance : List.of(stage.primary(), stage.replica())) {
                    await().atMost(Stage.SOON)
                            .untilAsserted(() ->
                                    assertEquals(expected, instance.model().ids(collection.name())));
                }
            }
        }
    }
}
