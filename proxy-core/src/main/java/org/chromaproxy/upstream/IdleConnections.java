package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a pool that carry no request: the one used last is used first, and whatever was not used for so long is
 * closed. Confined to the pool's loop; so one that is just being taken is not among them any more.
 */
final class IdleConnections {
    private final EventLoop loop;
    private final ProcessWatch process;
    private final LongSupplier nanos;
    private final long mostNanos;
    /** The one used last in front. */
    private final Map<ConnectionUse, ArrayDeque<UpstreamConnection>> idle = new EnumMap<>(ConnectionUse.class);

    private boolean looks;

    /**
     * @param nanos monotonic clock, ns
     * @param mostNanos how long a connection stays open that carries nothing
     */
    IdleConnections(EventLoop loop, ProcessWatch process, LongSupplier nanos, long mostNanos) {
        this.loop = loop;
        this.process = process;
        this.nanos = nanos;
        this.mostNanos = mostNanos;
        for (ConnectionUse use : ConnectionUse.values()) {
            idle.put(use, new ArrayDeque<>());
        }
    }

    private ArrayDeque<UpstreamConnection> of(ConnectionUse use) {
        return idle.getOrDefault(use, new ArrayDeque<>());
    }

    /** Takes one that can be used; null if there is none. */
    @Nullable
    UpstreamConnection take(ConnectionUse use) {
        ArrayDeque<UpstreamConnection> from = of(use);
        UpstreamConnection connection = from.poll();
        while (connection != null && !connection.alive()) {
            connection = from.poll();
        }
        return connection;
    }

    /** It carries nothing now. */
    void add(UpstreamConnection connection) {
        connection.idleSince(nanos.getAsLong());
        of(connection.use()).push(connection);
        lookIn(mostNanos);
    }

    /** It is closed. */
    void remove(UpstreamConnection connection) {
        of(connection.use()).remove(connection);
    }

    /** Closes the one of that use which was not used for the longest time, if there is one. */
    void dropOldest(ConnectionUse use) {
        UpstreamConnection oldest = of(use).pollLast();
        if (oldest != null) {
            oldest.retire();
        }
    }

    int size() {
        return idle.values().stream().mapToInt(ArrayDeque::size).sum();
    }

    int size(ConnectionUse use) {
        return of(use).size();
    }

    private void lookIn(long time) {
        if (!looks) {
            looks = true;
            loop.schedule(this::look, time, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        looks = false;
        if (process.isInQuestion()) {
            // Those of before tell whether it was restarted.
            lookIn(mostNanos);
            return;
        }
        long now = nanos.getAsLong();
        long next = Long.MAX_VALUE;
        for (ArrayDeque<UpstreamConnection> each : idle.values()) {
            UpstreamConnection oldest = each.peekLast();
            while (oldest != null && now - oldest.idleSince() >= mostNanos) {
                each.removeLast();
                oldest.retire();
                oldest = each.peekLast();
            }
            if (oldest != null) {
                next = Math.min(next, mostNanos - (now - oldest.idleSince()));
            }
        }
        if (next != Long.MAX_VALUE) {
            lookIn(next);
        }
    }
}
