package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Collections whose settings are not the same on both sides. */
class OddSettingsTest extends StagedTest {
    /** Two scans, and a comparison. */
    private static final Duration SCANNED = Duration.ofMinutes(2);

    OddSettingsTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static ObjectNode metadata(int value) {
        return JsonNodeFactory.instance.objectNode().put("odd", value);
    }

    @Test
    void anEmptyCollectionThatWasThereIsTakenOverOnlyIfItIsConfiguredAlike() {
        stage().replica().model().make("taken", metadata(2));
        stage().replica().model().make("alike", metadata(1));
        for (String name : List.of("taken", "alike")) {
            Client.Answer created = stage().client()
                    .post(
                            Collection.DATABASE + "/collections",
                            "{\"name\":\"" + name + "\",\"metadata\":{\"odd\":1},\"get_or_create\":true}")
                    .join();
            assertEquals(200, created.status(), created.body());
            Collection collection =
                    new Collection(stage(), name, created.json().path("id").asText());
            await().atMost(Stage.SOON).until(() -> places(collection).size() == 2);
            if (name.equals("alike")) {
                assertEquals(List.of("primary READY", "replica READY"), places(collection));
            } else {
                assertNotEquals("replica READY", places(collection).getLast());
                await().atMost(SCANNED)
                        .until(() -> places(collection).equals(List.of("primary READY", "replica DIVERGED")));
            }
        }
    }
}
