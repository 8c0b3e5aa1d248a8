package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.support.WebhookServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people are told by the webhook of a running proxy. */
class AlertTest {
    private final WebhookServer webhook = new WebhookServer();
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        Seeing seeing = new Seeing(Optional.of(webhook.address()), Duration.ofSeconds(10));
        stage = Stage.open(Stage.Settings.DEFAULT.withLogMs(500), seeing);
    }

    @AfterEach
    void close() {
        stage.close();
        webhook.close();
    }

    private List<String> told(String word) {
        return webhook.texts().stream().filter(text -> text.contains(word)).toList();
    }

    private void awaitTold(int messages) {
        await().atMost(Stage.SOON).until(() -> webhook.texts().size() >= messages);
    }

    @Test
    void anInstanceThatDiesAndReturnsIsOneAlertAndOneRecovery() {
        Collection collection = stage.usedCollection();
        stage.replica().vanish();
        awaitTold(1);
        assertEquals(201, collection.add("meanwhile").join().status());
        stage.replica().reappear();
        awaitTold(2);
        awaitHeldThere(collection);

        List<String> texts = webhook.texts();
        assertEquals(2, texts.size(), texts.toString());
        assertTrue(texts.get(0).startsWith("chroma-proxy ALERT: instance replica is down"), texts.get(0));
        assertTrue(texts.get(0).contains("\nData: Nothing is lost"), texts.get(0));
        assertTrue(texts.get(0).contains("\nWhat to do: "), texts.get(0));
        assertTrue(texts.get(1).startsWith("chroma-proxy RECOVERED: instance replica down"), texts.get(1));
    }

    private void awaitHeldThere(Collection collection) {
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().model().ids(collection.name()).contains("meanwhile"));
    }

    @Test
    void aLogThatIsAwayIsToldOfThoughItCannotBeAsked() throws Exception {
        try (LogSql.Hold _ = stage.log().away()) {
            await().atMost(Stage.SOON)
                    .until(() -> !told("ALERT: the log cannot be written").isEmpty());
        }
        await().atMost(Stage.SOON).until(() -> !told("RECOVERED: the log").isEmpty());
        assertEquals(2, webhook.texts().size(), webhook.texts().toString());
    }

    @Test
    void aLogThatHangsInACommitIsToldOf() throws Exception {
        Collection collection = stage.usedCollection();
        try (LogSql.Hold _ = stage.log().hold("log_record")) {
            assertEquals(503, collection.add("stuck").join().status());
            await().atMost(Stage.SOON).until(() -> !told("no commit ends").isEmpty());
        }
        await().atMost(Stage.SOON).until(() -> !told("RECOVERED: the log").isEmpty());
    }

    @Test
    void anInstanceThatComesBackEmptyAndIsFilledIsToldOf() {
        stage.usedCollection();
        stage.replica().vanish();
        awaitTold(1);
        stage.replica().model().wipe();
        stage.replica().reappear();
        await().atMost(Stage.SOON)
                .until(() -> !told("ALERT: instance replica needs a resync").isEmpty());
        assertTrue(
                told("needs a resync").getFirst().contains("/admin/instances/replica/resync"),
                told("needs a resync").getFirst());
        assertEquals(
                200,
                stage.client()
                        .post("/admin/instances/replica/resync", "{}")
                        .join()
                        .status());
        await().atMost(Stage.SOON)
                .until(() -> !told("RECOVERED: instance replica needs a resync").isEmpty());
    }

    private static boolean poison(Call call) {
        return call.writes() && call.body().contains("poison");
    }

    @Test
    void aWriteThatIsGivenUpIsToldOf() {
        Collection collection = stage.usedCollection();
        stage.primary().always(AlertTest::poison, new Reply.Close(true));
        stage.replica().always(AlertTest::poison, new Reply.Close(false));
        assertEquals(500, collection.add("poison").join().status());
        await().atMost(Stage.SOON)
                .until(() -> !told("ALERT: 1 write was given up").isEmpty());
        await().atMost(Stage.SOON)
                .until(() -> !told("ALERT: 1 collection is different").isEmpty());
    }
}
