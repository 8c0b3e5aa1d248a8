package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What each client has under way on one server, or in one queue that is served in order.
 *
 * <p>A client that is alone has no bound. While another client has something under way, or had within the last second, each has
 * a bounded number of places; the rest of its requests wait here, in order, where they delay nobody else. Writes take no place, but
 * a write of the client that has used more of the server's time yields to what others have under way when it asks: SQLite does not
 * serve waiting writers in order, so a client that writes without a pause can keep another waiting for many of its writes.
 *
 * <p>Thread-safe; callbacks run on the executor they were given with.
 */
public final class ServerShare {
    /** How long a client counts as one that asks, after its last request. */
    static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Clients that are remembered before those are dropped that have nothing under way. */
    private static final int REMEMBERED = 256;

    private final int placesEach;
    private final LongSupplier nanos;
    /** In the order in which they began. Everything is guarded by this. */
    private final LinkedHashSet<Passage> underWay = new LinkedHashSet<>();

    private final Map<Object, Client> clients = new HashMap<>();
    private volatile Runnable onEnd = () -> {};
    private long stamp;
    private long forgotAt;
    /** Who asked last, and who before that. */
    private @Nullable Client latest;

    private @Nullable Client latestOther;

    /**
     * @param placesEach of each client while others ask too; at least 1
     * @param nanos monotonic clock, ns
     */
    ServerShare(int placesEach, LongSupplier nanos) {
        this.placesEach = placesEach;
        this.nanos = nanos;
        this.forgotAt = nanos.getAsLong();
    }

    private static final class Client {
        private final ArrayDeque<Waiting> line = new ArrayDeque<>();
        private int places;
        private int underWay;
        private long askedAt;
        /** Nanoseconds of the server's time it has used, as they were worth at {@link #usedAt}. */
        private double used;

        private long usedAt;
    }

    /** Something under way, until {@link #end}. */
    public final class Passage {
        private final Client client;
        private final boolean place;
        private final long begun = nanos.getAsLong();
        private final long number = stamp++;
        private boolean over;

        private Passage(Client client, boolean place) {
            this.client = client;
            this.place = place;
        }

        /** The server has executed it, or never will. Ending it again does nothing. */
        public void end() {
            ended(this);
        }
    }

    /** A request that waits for a place. */
    public final class Waiting {
        private final Client client;
        private final Executor loop;
        private final Consumer<Passage> turn;

        private Waiting(Client client, Executor loop, Consumer<Passage> turn) {
            this.client = client;
            this.loop = loop;
            this.turn = turn;
        }

        /** Waits no longer; false if its turn has come already, which has to be ended. */
        public boolean giveUp() {
            synchronized (ServerShare.this) {
                return client.line.remove(this);
            }
        }

        /** Goes now, beyond the bound, unless its turn has come already. */
        public void goNow() {
            Passage passage;
            synchronized (ServerShare.this) {
                if (!client.line.remove(this)) {
                    return;
                }
                passage = begin(client, true);
            }
            grant(passage);
        }

        private void grant(Passage passage) {
            loop.execute(() -> turn.accept(passage));
        }
    }

    /** Takes a place; empty if the client has to wait for one. */
    public synchronized Optional<Passage> enter(Object who) {
        Client client = asking(who);
        return client.line.isEmpty() && mayEnter(client) ? Optional.of(begin(client, true)) : Optional.empty();
    }

    /**
     * Waits for a place.
     *
     * @param turn run on {@code loop} with the place, which must be ended
     */
    public Waiting await(Object who, Executor loop, Consumer<Passage> turn) {
        Waiting waiting;
        List<Waiting> turns = new ArrayList<>(1);
        List<Passage> passages = new ArrayList<>(1);
        synchronized (this) {
            Client client = asking(who);
            waiting = new Waiting(client, loop, turn);
            client.line.add(waiting);
            serve(client, turns, passages);
        }
        grant(turns, passages);
        return waiting;
    }

    /** Begins something that takes no place. */
    synchronized Passage pass(Object who) {
        return begin(asking(who), false);
    }

    /** What begins later has a greater number. */
    synchronized long stamp() {
        return stamp;
    }

    /** Whether a client that has used less than that one has something under way which began before. */
    synchronized boolean yields(Object who, long before) {
        if (underWay.isEmpty()) {
            return false;
        }
        Client client = asking(who);
        if (client.underWay == underWay.size()) {
            return false;
        }
        long now = nanos.getAsLong();
        double own = used(client, now);
        for (Passage each : underWay) {
            if (each.number >= before) {
                return false;
            }
            if (each.client != client && used(each.client, now) < own) {
                return true;
            }
        }
        return false;
    }

    /** Whether another client has something under way, or asked within the last second. */
    synchronized boolean contended(Object who) {
        return contended(asking(who));
    }

    /** Called after each end, on whatever thread ends it. */
    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    /** Clients it knows of. */
    synchronized int remembered() {
        return clients.size();
    }

    private Client asking(Object who) {
        long now = nanos.getAsLong();
        if (clients.size() >= REMEMBERED && now - forgotAt > RECENT_NANOS) {
            forgotAt = now;
            forget(now);
        }
        Client client = clients.computeIfAbsent(who, _ -> new Client());
        client.askedAt = now;
        if (client != latest) {
            latestOther = latest;
            latest = client;
        }
        return client;
    }

    private void forget(long now) {
        for (Iterator<Client> each = clients.values().iterator(); each.hasNext(); ) {
            Client client = each.next();
            if (client.underWay == 0 && client.line.isEmpty() && now - client.askedAt > RECENT_NANOS) {
                each.remove();
            }
        }
    }

    private boolean mayEnter(Client client) {
        return client.places < placesEach || !contended(client);
    }

    private boolean contended(Client client) {
        if (underWay.size() > client.underWay) {
            return true;
        }
        Client other = client == latest ? latestOther : latest;
        return other != null && nanos.getAsLong() - other.askedAt <= RECENT_NANOS;
    }

    private Passage begin(Client client, boolean place) {
        Passage passage = new Passage(client, place);
        underWay.add(passage);
        client.underWay++;
        client.places += place ? 1 : 0;
        return passage;
    }

    private void ended(Passage passage) {
        List<Waiting> turns = new ArrayList<>(1);
        List<Passage> passages = new ArrayList<>(1);
        synchronized (this) {
            if (passage.over) {
                return;
            }
            passage.over = true;
            underWay.remove(passage);
            Client client = passage.client;
            client.underWay--;
            client.places -= passage.place ? 1 : 0;
            long now = nanos.getAsLong();
            client.used = used(client, now) + (now - passage.begun);
            client.usedAt = now;
            serve(client, turns, passages);
        }
        grant(turns, passages);
        onEnd.run();
    }

    private void serve(Client client, List<Waiting> turns, List<Passage> passages) {
        while (!client.line.isEmpty() && mayEnter(client)) {
            turns.add(client.line.poll());
            passages.add(begin(client, true));
        }
    }

    private static void grant(List<Waiting> turns, List<Passage> passages) {
        for (int i = 0; i < turns.size(); i++) {
            turns.get(i).grant(passages.get(i));
        }
    }

    /** What was used a second ago counts half. */
    private static double used(Client client, long now) {
        return client.used == 0 ? 0 : client.used * Math.pow(0.5, (double) (now - client.usedAt) / RECENT_NANOS);
    }
}
