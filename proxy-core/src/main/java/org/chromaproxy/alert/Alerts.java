package org.chromaproxy.alert;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks twice a second and tells the webhook what is worth it. Costs nothing where there is no webhook. */
public final class Alerts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final long LOOK_NANOS = 500_000_000;
    private static final long COUNT_NANOS = 5_000_000_000L;
    private static final Duration BACK_OFF = Duration.ofSeconds(5);

    private final AlertSources sources;
    private final Conditions conditions;
    private final Alarms alarms;
    private final Webhook webhook;
    private volatile long deadLetters;
    private volatile Duration pause;
    private volatile boolean closed;

    private Alerts(URI address, Duration pause, AlertSources sources) {
        this.sources = sources;
        this.conditions = new Conditions(sources);
        this.pause = pause;
        this.alarms = new Alarms(pause);
        this.webhook = new Webhook(address, BACK_OFF);
    }

    /** Begins to look, on threads of its own; null without a webhook. */
    public static @Nullable Alerts start(Seeing seeing, AlertSources sources) {
        if (seeing.webhook().isEmpty()) {
            return null;
        }
        Alerts alerts = new Alerts(seeing.webhook().get(), seeing.alertPause(), sources);
        alerts.webhook.start();
        Thread.ofVirtual().name("alerts").start(() -> alerts.every(LOOK_NANOS, alerts::look));
        // Asks the log, which may hang just when there is something to tell.
        Thread.ofVirtual().name("alerts-count").start(() -> alerts.every(COUNT_NANOS, alerts::count));
        return alerts;
    }

    private void every(long nanos, Runnable task) {
        while (!closed) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("alerts: a look failed and is repeated", e);
            }
            LockSupport.parkNanos(nanos);
        }
    }

    /** Between two alerts about the same thing, from now on. Any thread. */
    public void pause(Duration now) {
        pause = now;
    }

    private void look() {
        long now = System.nanoTime();
        alarms.pause(pause);
        for (String message : alarms.look(now, conditions.look(now, deadLetters))) {
            LOG.warn("telling the webhook: {}", message);
            webhook.offer("chroma-proxy " + escaped(message));
        }
    }

    private void count() {
        try {
            deadLetters = sources.letters().count(false);
        } catch (StoreException e) {
            // The log is away, which is told by itself; the count is what it was.
            LOG.debug("the dead letters cannot be counted: {}", e.getMessage());
        }
    }

    /** What Slack takes for markup is told literally. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void close() {
        closed = true;
        webhook.close();
    }
}
