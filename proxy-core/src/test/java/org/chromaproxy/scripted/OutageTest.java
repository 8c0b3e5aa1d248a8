package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Both instances are away. */
class OutageTest extends StagedTest {
    OutageTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(1_500));
    }

    @Test
    void aWriteToldToComeLaterIsRecoveredWhicheverInstanceReturnsFirst() {
        Collection collection = stage().usedCollection();
        stage().primary().vanish();
        assertEquals(201, collection.add("led by the replica").join().status());
        stage().replica().vanish();
        assertEquals(503, collection.add("late").join().status());
        await().atMost(Stage.SOON).until(() -> outcomes(collection).equals(List.of("PENDING_RECOVERY 0")));

        // It had its lane's records in memory no more.
        stage().primary().reappear();

        await().atMost(Stage.SOON).until(() -> outcomes(collection).equals(List.of("RECOVERED 201")));
        stage().replica().reappear();
        await().atMost(Stage.SOON)
                .until(() -> stage().replica().model().ids(collection.name()).contains("late"));
    }
}
