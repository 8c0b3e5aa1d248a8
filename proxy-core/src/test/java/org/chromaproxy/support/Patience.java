package org.chromaproxy.support;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what should take a moment, where it does not say: eight JVMs at once on two processors may stand still for
 * longer than Awaitility's ten seconds. Nothing takes longer for it that goes well.
 */
public final class Patience implements BeforeAllCallback {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(SOON);
    }
}
