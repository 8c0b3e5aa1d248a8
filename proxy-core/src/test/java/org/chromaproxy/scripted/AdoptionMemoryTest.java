package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The proxy's own search for collections holds no more than a page of bounded size, whatever clients have put on the servers. */
class AdoptionMemoryTest {
    private static final int LARGE = 1_500_000;
    private static final int COLLECTIONS = 3;

    /** One by itself, since two are more than a page may have. */
    private static boolean alone(Call call) {
        return call.uri().contains("/collections?limit=1&offset=1");
    }

    @Test
    void largeCollectionsAreReadOneByOne() throws Exception {
        try (Stage stage = Stage.open()) {
            JsonNode metadata = JsonNodeFactory.instance.objectNode().put("x", "a".repeat(LARGE));
            List<String> names = new ArrayList<>();
            for (int i = 0; i < COLLECTIONS; i++) {
                Collection collection = stage.usedCollection();
                names.add(collection.name());
                stage.primary().model().describe(collection.name(), metadata);
                stage.replica().model().describe(collection.name(), metadata);
            }
            stage.forget();
            try (Client client = stage.restartProxy()) {
                await().atMost(Stage.SOON.multipliedBy(3))
                        .until(() -> !stage.primary()
                                        .calls(AdoptionMemoryTest::alone)
                                        .isEmpty()
                                && !stage.replica()
                                        .calls(AdoptionMemoryTest::alone)
                                        .isEmpty());
                for (String name : names) {
                    Client.Answer known = client.get(Collection.DATABASE + "/collections/" + name)
                            .join();
                    assertEquals(200, known.status(), name);
                }
            }
        }
    }
}
