package org.chromaproxy.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * What the proxy says of faults of its own: a step that threw goes on, but there must be none. All else it says is left out. A history
 * hears what is said in its thread.
 */
final class Faults extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final Pattern DIFFERS = Pattern.compile("the catalog of (\\S+) differs at record .*");

    /** What was said to the history that a thread plays. */
    private static final class Heard {
        private final List<String> said = new ArrayList<>();
        private final Set<String> differing = new HashSet<>();
        private Consumer<String> listener = text -> {};
    }

    private static final ThreadLocal<Heard> HEARD = ThreadLocal.withInitial(Heard::new);

    private Faults() {}

    /** From now on; all that is said goes to the one who listens. */
    static void listenTo(Consumer<String> all) {
        HEARD.get().listener = all;
    }

    /** @param all whether lesser things are heard too */
    static void listen(boolean all) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.setLevel(all ? Level.DEBUG : Level.ERROR);
        for (String library : List.of("io.netty", "com.fasterxml")) {
            context.getLogger(library).setLevel(Level.OFF);
        }
        Faults faults = new Faults();
        faults.setContext(context);
        faults.start();
        root.addAppender(faults);
    }

    /** Forgets what was said. */
    static void clear() {
        HEARD.get().said.clear();
        HEARD.get().differing.clear();
    }

    /** Whether operators were told that something is on that server, or is not, other than the catalog says. */
    static boolean toldOf(ModelServer server) {
        return HEARD.get().differing.contains(server.name());
    }

    /** What was said since this was last asked. */
    static List<String> take() {
        List<String> said = List.copyOf(HEARD.get().said);
        HEARD.get().said.clear();
        return said;
    }

    @Override
    protected void append(ILoggingEvent event) {
        Heard heard = HEARD.get();
        Matcher differs = DIFFERS.matcher(event.getFormattedMessage());
        if (differs.matches()) {
            heard.differing.add(differs.group(1));
        }
        heard.listener.accept(event.getLevel() + " " + event.getFormattedMessage());
        if (event.getLevel() == Level.ERROR && event.getThrowableProxy() != null) {
            heard.said.add(event.getFormattedMessage() + ": "
                    + event.getThrowableProxy().getMessage());
        }
    }
}
