package org.chromaproxy.admit;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns of reads whose filter keeps a server busy: one read at a time touches its database, so that one such read stops everybody
 * else there. So many are under way that one server is always free of them, and one if there is only one server. The others
 * wait, in rotation between principals, each in the order of asking. Thread-safe.
 */
public final class HeavyReads {
    /** Reads of one principal that wait. */
    static final int WAITING_EACH = 4;
    /** Reads of all that wait. */
    static final int WAITING = 64;

    private final IntSupplier servers;
    /** Who waits, whose turn is next in front. Everything is guarded by this. */
    private final Map<PrincipalUse, ArrayDeque<Waiting>> lines = new LinkedHashMap<>();

    private final LongAdder refused = new LongAdder();
    private int underWay;
    private int waiting;

    /** @param servers how many servers are in use now */
    public HeavyReads(IntSupplier servers) {
        this.servers = servers;
    }

    /** Leave to be executed, until {@link #end}. */
    public final class Turn {
        private final AtomicBoolean over = new AtomicBoolean();

        private Turn() {}

        /** The server is done with it. Ending it again does nothing. */
        public void end() {
            if (over.compareAndSet(false, true)) {
                ended();
            }
        }
    }

    /** A read that waits for its turn. */
    public final class Waiting {
        private final PrincipalUse who;
        private final Executor loop;
        private final Consumer<Turn> granted;

        private Waiting(PrincipalUse who, Executor loop, Consumer<Turn> granted) {
            this.who = who;
            this.loop = loop;
            this.granted = granted;
        }

        /** Waits no longer; false if its turn has come already, which has to be ended. */
        public boolean giveUp() {
            synchronized (HeavyReads.this) {
                ArrayDeque<Waiting> line = lines.get(who);
                if (line == null || !line.remove(this)) {
                    return false;
                }
                waiting--;
                if (line.isEmpty()) {
                    lines.remove(who);
                }
                return true;
            }
        }
    }

    /** Takes a turn; empty if it has to be waited for. */
    public synchronized Optional<Turn> enter() {
        return waiting == 0 && free() ? Optional.of(begin()) : Optional.empty();
    }

    /**
     * Waits for a turn.
     *
     * @param granted run on {@code loop} with the turn, which must be ended
     * @return empty if too many wait already: then nothing is run
     */
    public Optional<Waiting> await(PrincipalUse who, Executor loop, Consumer<Turn> granted) {
        Waiting each = new Waiting(who, loop, granted);
        synchronized (this) {
            ArrayDeque<Waiting> line = lines.get(who);
            if (waiting >= WAITING || (line != null && line.size() >= WAITING_EACH)) {
                refused.increment();
                return Optional.empty();
            }
            lines.computeIfAbsent(who, _ -> new ArrayDeque<>()).add(each);
            waiting++;
        }
        grant();
        return Optional.of(each);
    }

    /** Reads that wait for their turn. */
    public synchronized int waiting() {
        return waiting;
    }

    /** Reads that were refused because so many waited. */
    public long refused() {
        return refused.sum();
    }

    /** Reads that servers execute. */
    public synchronized int underWay() {
        return underWay;
    }

    private boolean free() {
        return underWay < Math.max(1, servers.getAsInt() - 1);
    }

    private Turn begin() {
        underWay++;
        return new Turn();
    }

    private void ended() {
        synchronized (this) {
            underWay--;
        }
        grant();
    }

    private void grant() {
        for (Waiting next = next(); next != null; next = next()) {
            Waiting first = next;
            first.loop.execute(() -> first.granted.accept(new Turn()));
        }
    }

    /** Whose turn it is, which is counted as under way; null if there is none. */
    private synchronized @Nullable Waiting next() {
        Iterator<Map.Entry<PrincipalUse, ArrayDeque<Waiting>>> all =
                lines.entrySet().iterator();
        if (!free() || !all.hasNext()) {
            return null;
        }
        Map.Entry<PrincipalUse, ArrayDeque<Waiting>> front = all.next();
        all.remove();
        Waiting first = front.getValue().remove();
        waiting--;
        underWay++;
        if (!front.getValue().isEmpty()) {
            lines.put(front.getKey(), front.getValue());
        }
        return first;
    }
}
