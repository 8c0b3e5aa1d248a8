package org.chromaproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the proxy tells of itself without being asked.
 *
 * @param webhook where alerts are posted; its address is a secret
 * @param alertPause least time between two alerts about the same thing
 */
public record Seeing(Optional<URI> webhook, Duration alertPause, AccessLog accessLog, Tracing tracing) {
    /** Nothing. */
    public static final Seeing OFF = new Seeing(Optional.empty(), Duration.ofMinutes(5), AccessLog.OFF, Tracing.OFF);

    /** This one, with what a reload can change as in another. */
    Seeing live(Seeing now) {
        return new Seeing(now.webhook, now.alertPause, accessLog, tracing);
    }

    /** Alerts only. */
    public Seeing(Optional<URI> webhook, Duration alertPause) {
        this(webhook, alertPause, AccessLog.OFF, Tracing.OFF);
    }

    /**
     * A line per exchange.
     *
     * @param file empty: standard output
     * @param maxBytes of that file and the older ones beside it, together
     */
    public record AccessLog(Form form, Optional<Path> file, long maxBytes) {
        /** None. */
        public static final AccessLog OFF = new AccessLog(Form.NONE, Optional.empty(), 0);

        /** How a line looks. */
        public enum Form {
            NONE,
            TEXT,
            JSON
        }
    }

    /**
     * Spans of exchanges.
     *
     * @param collector where they go, by OTLP over HTTP; empty: there are none
     * @param ratio share of the exchanges whose client began no trace, from 0 to 1
     */
    public record Tracing(Optional<URI> collector, double ratio) {
        /** None. */
        public static final Tracing OFF = new Tracing(Optional.empty(), 0);
    }

    @Override
    public String toString() {
        return "Seeing[webhook=" + webhook.map(any -> "***") + ", alertPause=" + alertPause + ", accessLog=" + accessLog
                + ", tracing=" + tracing + "]";
    }
}
