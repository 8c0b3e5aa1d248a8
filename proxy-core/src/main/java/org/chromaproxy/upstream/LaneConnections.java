package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one instance that lanes and copies have, over all event loops, and the line of those of their requests that are
 * no writes: first come, first served. A lane's write waits elsewhere, before anything of it counts as sent, and finds a
 * connection here at once. What waits is bounded by what lanes and copies there are: each has one request at a time.
 *
 * <p>Thread-safe.
 */
public final class LaneConnections {
    private final LaneBound bound;
    private final AtomicInteger open = new AtomicInteger();
    private final List<Idle> pools = new CopyOnWriteArrayList<>();
    /** In the order in which they came. Guarded by this. */
    private final Set<Place> line = new LinkedHashSet<>();
    /** Guarded by this. */
    private int taken;

    /** One loop's connections to the instance. */
    interface Idle {
        /** Closes a connection of lanes that carries nothing; false if this loop seems to have none. From any thread. */
        boolean dropsIdleOfLanes();
    }

    LaneConnections(LaneBound bound) {
        this.bound = bound;
    }

    private enum Stage {
        WAITS,
        HOLDS,
        LEFT
    }

    /** A request's place among those under way, or in line for that. */
    final class Place {
        private final EventLoop loop;
        private final Runnable begin;
        private final Consumer<UpstreamException> fail;
        /** Guarded by the connections. */
        private Stage stage = Stage.WAITS;

        private Place(EventLoop loop, Runnable begin, Consumer<UpstreamException> fail) {
            this.loop = loop;
            this.begin = begin;
            this.fail = fail;
        }

        /** The request has ended, or is not wanted any more. Leaving again does nothing. */
        void leave() {
            if (left(this)) {
                serve();
            }
        }

        private void enter() {
            try {
                loop.execute(begin);
            } catch (RejectedExecutionException e) {
                // The event loops have ended.
                left(this);
                fail.accept(new UpstreamException("the proxy stops", true));
            }
        }

        private void tell(UpstreamException why) {
            try {
                loop.execute(() -> fail.accept(why));
            } catch (RejectedExecutionException e) {
                fail.accept(why);
            }
        }
    }

    /**
     * Runs a request when there is a place for it.
     *
     * @param begin run on {@code loop}; the place must be left
     * @param fail told, on that loop unless it has ended, if there will be no place; then the place has been left
     */
    Place enter(EventLoop loop, Runnable begin, Consumer<UpstreamException> fail) {
        Place place = new Place(loop, begin, fail);
        synchronized (this) {
            line.add(place);
        }
        serve();
        return place;
    }

    /** One after the other, and no deeper in the stack for each: at the proxy's end none of many may begin. */
    private void serve() {
        Place next = next();
        while (next != null) {
            next.enter();
            next = next();
        }
    }

    private synchronized @Nullable Place next() {
        if (line.isEmpty() || taken >= bound.questions()) {
            return null;
        }
        Place next = line.iterator().next();
        line.remove(next);
        next.stage = Stage.HOLDS;
        taken++;
        return next;
    }

    private synchronized boolean left(Place place) {
        if (place.stage == Stage.LEFT) {
            return false;
        }
        line.remove(place);
        taken -= place.stage == Stage.HOLDS ? 1 : 0;
        place.stage = Stage.LEFT;
        return true;
    }

    /** The instance's connections are reset: nobody waits for one of them any more. */
    void failWaiting(UpstreamException why) {
        List<Place> waited;
        synchronized (this) {
            waited = new ArrayList<>(line);
            line.clear();
            waited.forEach(place -> place.stage = Stage.LEFT);
        }
        waited.forEach(place -> place.tell(why));
    }

    /** One more loop has connections of these. */
    void join(Idle pool) {
        pools.add(pool);
    }

    /**
     * A connection is being made, for a request that has a place. Where there are as many as there may be, some loop has one that is
     * idle: that is closed instead.
     */
    void opening(Idle by) {
        if (open.incrementAndGet() <= bound.connections()) {
            return;
        }
        for (Idle pool : pools) {
            if (!pool.equals(by) && pool.dropsIdleOfLanes()) {
                return;
            }
        }
    }

    /** It could not be made, or is closed. */
    void closed() {
        open.decrementAndGet();
    }

    /** How many are open or being made. */
    public int open() {
        return open.get();
    }

    /** How many there may be at once. */
    public int most() {
        return bound.connections();
    }

    /** Requests that wait in line, writes left out. */
    public synchronized int waiting() {
        return line.size();
    }
}
