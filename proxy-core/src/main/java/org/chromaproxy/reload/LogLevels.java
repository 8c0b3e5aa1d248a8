package org.chromaproxy.reload;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The levels at which the proxy's packages log. */
final class LogLevels {
    private static final String OURS = "org.chromaproxy";

    private LogLevels() {}

    /**
     * Applies levels, and takes back those of packages that were applied before.
     *
     * @param levels a level (error, warn, info, debug or trace), then pairs of a package, by its name within the project, and a level:
     *     {@code info, lane=debug}
     */
    static void apply(String levels) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLoggerList().stream()
                    .filter(logger -> logger.getName().startsWith(OURS + "."))
                    .forEach(logger -> logger.setLevel(null));
            for (String each : levels.split(",", -1)) {
                int end = each.indexOf('=');
                String name =
                        end < 0 ? OURS : OURS + "." + each.substring(0, end).strip();
                context.getLogger(name)
                        .setLevel(Level.valueOf(each.substring(end + 1).strip()));
            }
        }
    }
}
