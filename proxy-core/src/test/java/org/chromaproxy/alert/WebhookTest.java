package org.chromaproxy.alert;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.chromaproxy.support.WebhookServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class WebhookTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration BACK_OFF = Duration.ofMillis(50);

    private final WebhookServer server = new WebhookServer();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

    @BeforeEach
    void listen() {
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void close() {
        logger.detachAppender(logged);
        server.close();
    }

    @Test
    void messagesArriveInOrderAsJson() {
        try (Webhook webhook = new Webhook(server.address(), BACK_OFF).start()) {
            webhook.offer("one \"quoted\"\nline");
            webhook.offer("two");
            await().atMost(SOON).until(() -> webhook.sent() == 2);
            assertEquals(List.of("one \"quoted\"\nline", "two"), server.texts());
        }
    }

    @Test
    void whatIsRefusedOnceIsTriedOnceMore() {
        server.answers(503, 200);
        try (Webhook webhook = new Webhook(server.address(), BACK_OFF).start()) {
            webhook.offer("again");
            await().atMost(SOON).until(() -> webhook.sent() == 1);
            assertEquals(List.of("again", "again"), server.texts());
            assertEquals(0, webhook.lost());
        }
    }

    @Test
    void whatIsRefusedTwiceIsLostAndTheNextGoesOn() {
        server.answers(500, 500, 200);
        try (Webhook webhook = new Webhook(server.address(), BACK_OFF).start()) {
            webhook.offer("lost");
            webhook.offer("next");
            await().atMost(SOON).until(() -> webhook.sent() == 1);
            assertEquals(List.of("lost", "lost", "next"), server.texts());
            assertEquals(1, webhook.lost());
        }
    }

    @Test
    void aWebhookThatHangsBlocksNobodyAndBoundsWhatWaits() {
        server.hang();
        try (Webhook webhook = new Webhook(server.address(), BACK_OFF).start()) {
            int taken = 0;
            for (int i = 0; i < 1_000; i++) {
                taken += webhook.offer("message " + i) ? 1 : 0;
            }
            // One may have been taken out of the queue to be posted.
            assertFalse(taken > 65, taken + " were taken");
            assertEquals(1_000 - taken, webhook.lost());
            server.release();
        }
    }

    @Test
    void theAddressIsLoggedNowhere() {
        logger.setLevel(Level.DEBUG);
        int port = server.address().getPort();
        server.close();
        URI nobody = URI.create("http://127.0.0.1:" + port + "/services/s3cr3t");
        try (Webhook webhook = new Webhook(nobody, BACK_OFF).start()) {
            webhook.offer("unheard");
            await().atMost(SOON).until(() -> webhook.lost() == 1);
        } finally {
            logger.setLevel(Level.INFO);
        }
        List<String> lines = List.copyOf(logged.list).stream()
                .filter(event -> event.getLoggerName().startsWith("org.chromaproxy"))
                .map(event -> event.getFormattedMessage() + event.getThrowableProxy())
                .toList();
        assertFalse(lines.isEmpty());
        assertFalse(lines.toString().contains("s3cr3t"), lines.toString());
    }
}
