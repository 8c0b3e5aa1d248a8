package org.chromaproxy.lane.work;

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
import org.chromaproxy.lane.io.LaneIo;
import org.jspecify.annotations.Nullable;

/**
 * Whose writes are under way on one server. It executes one after the other, and while it does, nobody's reads and writes there
 * are answered: a second or two for each MB of documents (1.5.9). Whoever waits there is not served in the order of coming, so
 * what one client has under way can keep another waiting for as long as there is more of it. So of one client at most {@link
 * #SHARE} bytes are under way, and of all clients at most one {@linkplain #LARGE large} write; the others wait outside of the
 * server, in rotation between clients. After a write that took long there is a gap, as long as somebody waits there and no
 * longer than it took: in that they are answered. Small ones never wait. Thread-safe.
 */
public final class WriteTurns {
    /** Bytes below which a write never waits. */
    public static final int SMALL = 32 << 10;
    /** Bytes from which one at a time is under way, whoever sent it. */
    public static final int LARGE = 256 << 10;
    /** Bytes of one client's writes that are under way at once, unless one alone is larger. */
    public static final int SHARE = 512 << 10;
    /** A write that is answered sooner keeps nobody waiting. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_GAP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AGAIN_MS = 10;

    private final LongSupplier nanos;
    private final LongSupplier outstanding;
    /** Those with something under way or waiting, whose turn comes first in front. Everything is guarded by this. */
    private final Map<Object, Client> clients = new LinkedHashMap<>();

    private boolean largeUnderWay;
    /** Writes under way that are not small. */
    private int underWay;

    private long gapUntil;
    private boolean looks;
    private int waiting;

    /**
     * @param nanos monotonic clock, ns
     * @param outstanding how many requests of all kinds the server has not answered
     */
    public WriteTurns(LongSupplier nanos, LongSupplier outstanding) {
        this.nanos = nanos;
        this.outstanding = outstanding;
        this.gapUntil = nanos.getAsLong();
    }

    private static final class Client {
        private final ArrayDeque<Waiting> line = new ArrayDeque<>();
        private long bytes;
        private int underWay;
    }

    private record Waiting(Object key, int bytes, long since, LaneIo io, Consumer<Turn> granted) {}

    /**
     * Who waits.
     *
     * @param writes how many
     * @param clients whose they are, counted
     * @param oldestNanos for how long the oldest has waited; 0 if none waits
     */
    public record Line(int writes, int clients, long oldestNanos) {
        static final Line EMPTY = new Line(0, 0, 0);
    }

    /** A write's leave to be under way, until {@link #end}. */
    public final class Turn {
        private final Object key;
        private final int bytes;
        private final long begun = nanos.getAsLong();
        private final AtomicBoolean over = new AtomicBoolean();

        private Turn(Object key, int bytes) {
            this.key = key;
            this.bytes = bytes;
        }

        /** Whether it permits a write of so many bytes, which may have grown while it waited. */
        public boolean covers(int size) {
            return size <= bytes || size < SMALL || bytes >= LARGE;
        }

        /** Others may go. Ending it again does nothing. */
        public void end() {
            if (over.compareAndSet(false, true)) {
                ended(this);
            }
        }
    }

    /**
     * Takes a turn, if there is one now.
     *
     * @param key whose write it is
     * @param bytes of its body
     */
    public synchronized @Nullable Turn take(Object key, int bytes) {
        Client client = clients.computeIfAbsent(key, each -> new Client());
        boolean first = bytes < SMALL || client.line.isEmpty();
        Turn turn = first && may(client, bytes) ? begin(key, client, bytes) : null;
        forget(key, client);
        return turn;
    }

    /**
     * Waits in line.
     *
     * @param granted run on {@code io} when the turn has come, which must be ended
     */
    public void await(Object key, int bytes, LaneIo io, Consumer<Turn> granted) {
        synchronized (this) {
            clients.computeIfAbsent(key, each -> new Client())
                    .line
                    .add(new Waiting(key, bytes, nanos.getAsLong(), io, granted));
            waiting++;
        }
        grant();
    }

    /** The writes that wait for their turn. */
    public synchronized Line line() {
        long now = nanos.getAsLong();
        int waitingClients = 0;
        long oldest = 0;
        for (Client client : clients.values()) {
            Waiting first = client.line.peek();
            if (first != null) {
                waitingClients++;
                oldest = Math.max(oldest, now - first.since);
            }
        }
        return new Line(waiting, waitingClients, oldest);
    }

    private boolean may(Client client, int bytes) {
        if (bytes < SMALL) {
            return true;
        }
        if (client.bytes > 0 && client.bytes + bytes > SHARE) {
            return false;
        }
        return gapIsOver() && !(bytes >= LARGE && largeUnderWay);
    }

    private boolean gapIsOver() {
        return nanos.getAsLong() - gapUntil >= 0 || outstanding.getAsLong() <= underWay;
    }

    private Turn begin(Object key, Client client, int bytes) {
        Turn turn = new Turn(key, bytes);
        client.underWay++;
        client.bytes += bytes < SMALL ? 0 : bytes;
        underWay += bytes < SMALL ? 0 : 1;
        largeUnderWay |= bytes >= LARGE;
        return turn;
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
            if (waiting == 0) {
                return;
            }
        }
        grant();
    }

    private void forget(Object key, Client client) {
        if (client.underWay == 0 && client.line.isEmpty()) {
            clients.remove(key);
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
            Waiting first = client.line.peek();
            if (first != null && may(client, first.bytes)) {
                client.line.poll();
                waiting--;
                all.add(new Granted(first, begin(entry.getKey(), client, first.bytes)));
                served.add(entry.getKey());
            } else if (first != null) {
                held = first;
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
        } else if (held != null && !looks && !gapIsOver()) {
            lookLater(held.io);
        }
        return all;
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
