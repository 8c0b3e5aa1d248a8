package org.chromaproxy.admit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Memory of answers that neither client nor kernel has taken. Where it is used up, the address that holds most of it loses
 * the connection that has held some for longest; so clients that take nothing never cut off one that does. Thread-safe; one
 * short lock, taken only for answers that wait.
 */
public final class UntakenAnswers {
    private final MemoryShare share;
    /** Guarded by this. */
    private final Map<String, Group> groups = new HashMap<>();

    UntakenAnswers(MemoryShare share) {
        this.share = share;
    }

    /** Of one address, in the order in which they came to hold something. */
    private static final class Group {
        private final SequencedSet<Holder> holders = new LinkedHashSet<>();
        private long held;
    }

    /**
     * What one connection holds.
     *
     * @param address its client's, or the client's network
     * @param end run on any thread when the memory is given to another: the connection has to end
     */
    public Holder holder(String address, Runnable end) {
        return new Holder(address, end);
    }

    /** One connection. */
    public final class Holder {
        private final String address;
        private final Runnable end;
        private long held;
        private boolean ended;

        private Holder(String address, Runnable end) {
            this.address = address;
            this.end = end;
        }

        /**
         * Says how much waits now.
         *
         * @return false if there is no memory for it: the connection has to end
         */
        public boolean hold(long bytes) {
            synchronized (UntakenAnswers.this) {
                if (bytes <= held) {
                    change(this, bytes);
                    return true;
                }
                boolean room = !ended && share.tryReserve(bytes - held);
                while (!room && !ended) {
                    Optional<Holder> other = longestOfTheMost();
                    if (other.isEmpty()) {
                        return false;
                    }
                    other.get().giveUp();
                    room = !ended && share.tryReserve(bytes - held);
                }
                if (room) {
                    note(this, bytes);
                }
                return room;
            }
        }

        private void giveUp() {
            change(this, 0);
            ended = true;
            end.run();
        }
    }

    private Optional<Holder> longestOfTheMost() {
        return groups.values().stream()
                .max(Comparator.comparingLong(group -> group.held))
                .map(group -> group.holders.getFirst());
    }

    private void change(Holder holder, long bytes) {
        share.release(holder.held - bytes);
        note(holder, bytes);
    }

    private void note(Holder holder, long bytes) {
        if (bytes == holder.held) {
            return;
        }
        Group group = groups.computeIfAbsent(holder.address, _ -> new Group());
        group.held += bytes - holder.held;
        holder.held = bytes;
        if (bytes > 0) {
            group.holders.add(holder);
        } else {
            group.holders.remove(holder);
        }
        if (group.holders.isEmpty()) {
            groups.remove(holder.address);
        }
    }
}
