package org.chromaproxy.instance;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.chromaproxy.time.Clock;

/** The latest events of one instance, bounded. Thread-safe. */
public final class InstanceHistory {
    private static final int KEPT = 200;
    /** Moves of leadership closer together than this, for the same cause, are one event with a count. */
    private static final Duration TOGETHER = Duration.ofSeconds(10);

    private final String name;
    private final Clock clock;
    private final ArrayDeque<InstanceEvent> events = new ArrayDeque<>();

    InstanceHistory(String name, Clock clock) {
        this.name = name;
        this.clock = clock;
    }

    /** Oldest first. */
    public synchronized List<InstanceEvent> events() {
        return List.copyOf(events);
    }

    /** Leadership of one collection, or of the catalog, has moved away to another instance. */
    public void ledAway(Instance to, String cause) {
        keep(new InstanceEvent(clock.now(), InstanceEvent.Kind.LEADERSHIP, name, to.name(), cause, 1));
    }

    void stood(Standing from, Standing to, String reason) {
        keep(new InstanceEvent(clock.now(), InstanceEvent.Kind.STANDING, text(from), text(to), reason, 1));
    }

    private synchronized void keep(InstanceEvent event) {
        if (event.kind() == InstanceEvent.Kind.LEADERSHIP) {
            for (Iterator<InstanceEvent> recent = events.descendingIterator(); recent.hasNext(); ) {
                InstanceEvent earlier = recent.next();
                if (earlier.at().plus(TOGETHER).isBefore(event.at())) {
                    break;
                }
                if (event.repeats(earlier)) {
                    recent.remove();
                    events.add(new InstanceEvent(
                            event.at(), event.kind(), event.from(), event.to(), event.reason(), earlier.count() + 1));
                    return;
                }
            }
        }
        if (events.size() == KEPT) {
            events.remove();
        }
        events.add(event);
    }

    private static String text(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
