package org.chromaproxy.tidy;

import static org.awaitility.Awaitility.await;

import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a reference-counted buffer unreleased. Registered for every test of this module. Event
 * loops may still be letting go when the last test returns, hence the short wait.
 */
public final class LeakCheck implements AfterAllCallback {
    private static final Duration GRACE = Duration.ofSeconds(30);

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getRequiredTestClass().getEnclosingClass() == null) {
            await().atMost(GRACE).untilAsserted(LeakPresenceDetector::check);
        }
    }
}
