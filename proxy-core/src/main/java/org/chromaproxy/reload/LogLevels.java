package org.chromaproxy.reload;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much the proxy's own parts log. */
final class LogLevels {
    private static final String OURS = "org.chromaproxy";

    private LogLevels() {}

    /** @param level error, warn, info, debug or trace */
    static void apply(String level) {
        if (LoggerFactory.getLogger(OURS) instanceof Logger logger) {
            logger.setLevel(Level.valueOf(level));
        }
    }
}
