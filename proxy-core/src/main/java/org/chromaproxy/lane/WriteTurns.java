package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose writes are under way on one server. It executes one after the other, and while it does, nobody's reads and writes there
 * are answered: a second or two for each MB of documents (1.5.9). Whoever waits there is not served in the order of coming, so
 * what one client has under way can keep another waiting for as long as there is more of it. So of one client at most {@link
 * #SHARE} bytes are under way, and of all clients at most one {@linkplain #LARGE large} write; the others wait outside of the
 * server, in rotation between clients. After a write that took long there is a gap, as long as somebody waits there and no
 * longer than it took: in that they are answered.
 *
 * <p>Small ones wait for none of that. But while other clients use the server too, one at a time of each client is under way there,
 * and the client that uses it more yields to the others, see {@link ServerShare}; for a second at most.
 *
 * <p>Each write under way has a connection. So of all of them so many are under way at once and no more; those beyond wait here,
 * in order and in rotation between clients, before anything of them counts as sent. One that is not answered for too long
 * gives its place up to others while its connection stays open, as long as there are no more of those than places. The catalog's records
 * take no place. Thread-safe.
 */
public final class WriteTurns {
    /** Bytes below which a write waits for no gap and for no share of bytes. */
    static final int SMALL = 32 << 10;
    /** Bytes from which one at a time is under way, whoever sent it. */
    static final int LARGE = 256 << 10;
    /** Bytes of one client's writes that are under way at once, unless one alone is larger. */
    static final int SHARE = 512 << 10;
    /** The size of a record of the catalog, which waits for none of that. */
    static final int CATALOG = 0;
    /** A write that is answered sooner keeps nobody waiting. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_GAP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AGAIN_MS = 10;
    /** So long a write yields to other clients, even if they never end. */
    static final long LONGEST_YIELD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private final LongSupplier outstanding;
    private final ServerShare share;
    private final int places;
    /** Those with something under way or waiting, whose turn comes first in front. Everything is guarded by this. */
    private final Map<Object, Client> clients = new LinkedHashMap<>();

    private boolean largeUnderWay;
    /** Writes under way that are not small. */
    private int underWay;

    /** Places that are taken. */
    private int taken;
    /** Writes under way that have given their place up. */
    private int late;

    private long gapUntil;
    private boolean looks;
    /** Changed under the lock only. */
    private volatile int waiting;

    /**
     * @param nanos monotonic clock, ns
     * @param outstanding how many requests of all kinds the server has not answered
     * @param share what each client has under way there
     * @param places how many writes are under way at once; at least 1
     */
    WriteTurns(LongSupplier nanos, LongSupplier outstanding, ServerShare share, int places) {
        this.places = places;
        this.nanos = nanos;
        this.outstanding = outstanding;
        this.share = share;
        this.gapUntil = nanos.getAsLong();
        share.onEnd(this::grantWaiting);
    }

    private static final class Client {
        private final ArrayDeque<Waiting> line = new ArrayDeque<>();
        /** Small ones, which do not wait behind others of their client. */
        private final ArrayDeque<Waiting> small = new ArrayDeque<>();

        private long bytes;
        private int underWay;

        private ArrayDeque<Waiting> line(int size) {
            return size < SMALL ? small : line;
        }
    }

    /** @param number of the share when it came */
    private record Waiting(Object key, int bytes, long since, LaneIo io, Consumer<Turn> granted, long number) {}

    /**
     * Who waits, and for what.
     *
     * @param writes how many wait
     * @param clients whose they are, counted
     * @param oldestNanos for how long the oldest has waited; 0 if none waits
     * @param underWay how many writes have a turn, those that are late included
     * @param places how many may be under way at once, those that are late left out
     */
    public record Line(int writes, int clients, long oldestNanos, int underWay, int places) {}

    private enum Held {
        NOTHING,
        PLACE,
        /** A connection that is beyond the places, as nothing was heard on it for too long. */
        CONNECTION
    }

    /** A write's leave to be under way, until {@link #end}. */
    final class Turn {
        private final Object key;
        private final int bytes;
        private final long begun = nanos.getAsLong();
        private final ServerShare.Passage passage;
        private final AtomicBoolean over = new AtomicBoolean();
        /** Guarded by the turns. */
        private Held held;

        private Turn(Object key, int bytes) {
            this.key = key;
            this.bytes = bytes;
            this.passage = share.pass(key);
            this.held = bytes == CATALOG ? Held.NOTHING : Held.PLACE;
        }

        /** Whether it permits a write of so many bytes, which may have grown while it waited. */
        boolean covers(int size) {
            return size <= bytes || size < SMALL || bytes >= LARGE;
        }

        /** The write is answered, or its connection closed: others may go. Ending it again does nothing. */
        void end() {
            vacate(this);
            if (!pass()) {
                grantWaiting();
            }
        }

        /**
         * The write was not answered for too long, and its connection stays open: it keeps nobody else waiting, unless too many do
         * the same. May be called again, for that to be seen to anew.
         */
        void overdue() {
            boolean vacant = giveUpPlace(this);
            if (!pass() && vacant) {
                grantWaiting();
            }
        }

        /** It is counted no more; false if that is so already. */
        private boolean pass() {
            boolean first = over.compareAndSet(false, true);
            if (first) {
                ended(this);
                passage.end();
            }
            return first;
        }
    }

    /**
     * Takes a turn, if there is one now.
     *
     * @param key whose write it is
     * @param bytes of its body
     */
    synchronized @Nullable Turn take(Object key, int bytes) {
        Client client = clients.computeIfAbsent(key, each -> new Client());
        boolean first = (bytes == CATALOG || client.line(bytes).isEmpty()) && !yields(key, client, share.stamp());
        Turn turn = first && may(client, bytes) ? begin(key, client, bytes) : null;
        forget(key, client);
        return turn;
    }

    /**
     * Waits in line.
     *
     * @param granted run on {@code io} when the turn has come, which must be ended
     */
    void await(Object key, int bytes, LaneIo io, Consumer<Turn> granted) {
        synchronized (this) {
            Waiting each = new Waiting(key, bytes, nanos.getAsLong(), io, granted, share.stamp());
            ArrayDeque<Waiting> line =
                    clients.computeIfAbsent(key, _ -> new Client()).line(bytes);
            if (bytes == CATALOG) {
                line.addFirst(each);
            } else {
                line.add(each);
            }
            waiting++;
        }
        grant();
    }

    /** The writes that wait for their turn. */
    synchronized Line line() {
        long now = nanos.getAsLong();
        int waitingClients = 0;
        long oldest = 0;
        for (Client client : clients.values()) {
            waitingClients += client.line.isEmpty() && client.small.isEmpty() ? 0 : 1;
            oldest = Math.max(oldest, Math.max(waited(client.line.peek(), now), waited(client.small.peek(), now)));
        }
        return new Line(waiting, waitingClients, oldest, taken + late, places);
    }

    private static long waited(@Nullable Waiting waits, long now) {
        return waits == null ? 0 : now - waits.since;
    }

    private boolean may(Client client, int bytes) {
        if (bytes != CATALOG && taken >= places) {
            return false;
        }
        if (bytes < SMALL) {
            return true;
        }
        if (client.bytes > 0 && client.bytes + bytes > SHARE) {
            return false;
        }
        return gapIsOver() && !(bytes >= LARGE && largeUnderWay);
    }

    /** Whether others are to be served first, and have not been for too long. */
    private boolean yields(Waiting waits, Client client) {
        return nanos.getAsLong() - waits.since < LONGEST_YIELD_NANOS && yields(waits.key, client, waits.number);
    }

    private boolean yields(Object key, Client client, long before) {
        return (client.underWay > 0 && share.contended(key)) || share.yields(key, before);
    }

    private boolean gapIsOver() {
        return nanos.getAsLong() - gapUntil >= 0 || outstanding.getAsLong() <= underWay;
    }

    private Turn begin(Object key, Client client, int bytes) {
        Turn turn = new Turn(key, bytes);
        taken += turn.held == Held.PLACE ? 1 : 0;
        client.underWay++;
        client.bytes += bytes < SMALL ? 0 : bytes;
        underWay += bytes < SMALL ? 0 : 1;
        largeUnderWay |= bytes >= LARGE;
        return turn;
    }

    private synchronized void vacate(Turn turn) {
        taken -= turn.held == Held.PLACE ? 1 : 0;
        late -= turn.held == Held.CONNECTION ? 1 : 0;
        turn.held = Held.NOTHING;
    }

    private synchronized boolean giveUpPlace(Turn turn) {
        if (turn.held != Held.PLACE || late >= places) {
            return false;
        }
        taken--;
        late++;
        turn.held = Held.CONNECTION;
        return true;
    }

    private void ended(Turn turn) {
        synchronized (this) {
            Client client = clients.get(turn.key);
            if (client == null) {
                throw new IllegalStateException("a turn of nobody");
            }
            client.underWay--;
            client.bytes -= turn.bytes < SMALL ? 0 : turn.bytes;
            if (turn.bytes >= SMALL) {
                underWay--;
                long now = nanos.getAsLong();
                long took = now - turn.begun;
                gapUntil = took < LONG_NANOS ? gapUntil : now + Math.min(took, LONGEST_GAP_NANOS);
            }
            largeUnderWay &= turn.bytes < LARGE;
            forget(turn.key, client);
        }
    }

    private void forget(Object key, Client client) {
        if (client.underWay == 0 && client.line.isEmpty() && client.small.isEmpty()) {
            clients.remove(key);
        }
    }

    private void grantWaiting() {
        if (waiting > 0) {
            grant();
        }
    }

    private void grant() {
        for (Granted each : due()) {
            each.first.io.execute(() -> each.first.granted.accept(each.turn));
        }
    }

    private record Granted(Waiting first, Turn turn) {}

    /** The turns that can be given now; whoever gets one is last in line for the next. */
    private synchronized List<Granted> due() {
        List<Granted> all = new ArrayList<>(1);
        List<Object> served = new ArrayList<>(1);
        Waiting held = null;
        for (Iterator<Map.Entry<Object, Client>> each = clients.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Object, Client> entry = each.next();
            Client client = entry.getValue();
            Waiting first = next(client);
            if (first != null) {
                client.line(first.bytes).poll();
                waiting--;
                all.add(new Granted(first, begin(entry.getKey(), client, first.bytes)));
                served.add(entry.getKey());
            } else if (!client.line.isEmpty() || !client.small.isEmpty()) {
                held = client.line.isEmpty() ? client.small.peek() : client.line.peek();
            }
        }
        for (Object key : served) {
            Client client = clients.remove(key);
            if (client != null) {
                clients.put(key, client);
            }
        }
        if (!served.isEmpty() && waiting > 0) {
            all.addAll(due());
        } else if (held != null && !looks) {
            lookLater(held.io);
        }
        return all;
    }

    /** What of that client can go now, small ones first. */
    private @Nullable Waiting next(Client client) {
        Waiting small = client.small.peek();
        if (small != null && may(client, small.bytes) && !yields(small, client)) {
            return small;
        }
        Waiting first = client.line.peek();
        return first != null && may(client, first.bytes) && !yields(first, client) ? first : null;
    }

    private void lookLater(LaneIo io) {
        looks = true;
        io.schedule(
                () -> {
                    synchronized (this) {
                        looks = false;
                    }
                    grant();
                },
                LOOK_AGAIN_MS,
                TimeUnit.MILLISECONDS);
    }
}
