package org.chromaproxy.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** What the proxy says of faults of its own: a step that threw goes on, but there must be none. All else it says is left out. */
final class Faults extends AppenderBase<ILoggingEvent> {
    private static final List<String> SAID = new ArrayList<>();

    private static final Pattern DIFFERS = Pattern.compile("the catalog of (\\S+) differs at record .*");
    private static final Set<String> DIFFERING = new HashSet<>();
    private static Consumer<String> listener = text -> {};

    private Faults() {}

    /** From now on; all that is said goes to the one who listens. */
    static void listenTo(Consumer<String> all) {
        listener = all;
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
        SAID.clear();
        DIFFERING.clear();
    }

    /** Whether operators were told that something is on that server, or is not, other than the catalog says. */
    static boolean toldOf(ModelServer server) {
        return DIFFERING.contains(server.name());
    }

    /** What was said since this was last asked. */
    static List<String> take() {
        List<String> said = List.copyOf(SAID);
        SAID.clear();
        return said;
    }

    @Override
    protected void append(ILoggingEvent event) {
        Matcher differs = DIFFERS.matcher(event.getFormattedMessage());
        if (differs.matches()) {
            DIFFERING.add(differs.group(1));
        }
        listener.accept(event.getLevel() + " " + event.getFormattedMessage());
        if (event.getLevel() == Level.ERROR && event.getThrowableProxy() != null) {
            SAID.add(event.getFormattedMessage() + ": "
                    + event.getThrowableProxy().getMessage());
        }
    }
}
