package org.chromaproxy.catalog;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Decides from which instances a collection may be read without going back in time: from its leader, or from a follower
 * that has applied everything ever sent to any instance.
 *
 * <p>Written by the loop of the collection's lanes but for {@link #dropping(int, boolean)}, read by all. {@link #sending} comes before the bytes leave, so a read
 * that still sees the old position began before the write did and may be ordered before it.
 */
public final class ReadGate {
    /** For each instance what it has applied, whether it is doubted, and whether it is deleting: one array for 100,000s. */
    private final AtomicLongArray state;

    private final int instances;
    private volatile long sent;
    private volatile int leader;
    private volatile long leaderFloor;
    private volatile boolean read;
    private volatile boolean lingers;

    ReadGate(int instances, int leader) {
        this.instances = instances;
        this.state = new AtomicLongArray(3 * instances);
        this.leader = leader;
    }

    /** Somebody reads. */
    public void noteRead() {
        if (!read) {
            read = true;
        }
    }

    /** Whether somebody has read since this was last asked; called by the loop of the collection's lanes. */
    public boolean takeRead() {
        boolean was = read;
        if (was) {
            read = false;
        }
        return was;
    }

    /** Whether a follower waits, for a moment, to be sent more at once. */
    public boolean lingers() {
        return lingers;
    }

    /** See {@link #lingers()}. */
    public void lingers(boolean yes) {
        if (lingers != yes) {
            lingers = yes;
        }
    }

    public int leader() {
        return leader;
    }

    /** Highest LSN ever sent to any instance. */
    public long sent() {
        return sent;
    }

    public long applied(int instance) {
        return state.get(instance);
    }

    /** A record is about to be sent to some instance. */
    public void sending(long lsn) {
        if (lsn > sent) {
            sent = lsn;
        }
    }

    /** An instance has applied, or rightly skipped, everything up to {@code lsn}. */
    public void applied(int instance, long lsn) {
        state.set(instance, lsn);
    }

    /** Whether that instance came back, or will, with records that are still to be compared with the leader's. */
    public void doubted(int instance, boolean yes) {
        state.set(instances + instance, yes ? 1 : 0);
    }

    /** That instance is about to be told to delete the collection, or is done with it; called by the catalog's loop. */
    public void dropping(int instance, boolean yes) {
        state.set(2 * instances + instance, yes ? 1 : 0);
    }

    /** Whether it may be half deleted there: Chroma then counts 0, or answers 412 (seen on 1.0.5). */
    public boolean dropping(int instance) {
        return state.get(2 * instances + instance) != 0;
    }

    /** Leadership has moved: the new leader is read only once it has applied what was sent to its predecessor. */
    public void lead(int instance) {
        leaderFloor = sent;
        leader = instance;
    }

    /** After a start, everything logged may have been sent: nothing is read before it is applied again. */
    public void recovering(long highestLsn) {
        sending(highestLsn);
        leaderFloor = sent;
    }

    /** Whether a read of this instance sees everything any earlier read or acknowledged write saw. */
    public boolean readable(int instance) {
        return readable(instance, sent);
    }

    /** The same for a read that only records up to {@code lsn} can change. */
    public boolean readable(int instance, long lsn) {
        long needed = instance == leader ? leaderFloor : Math.max(leaderFloor, lsn);
        return state.get(instances + instance) == 0 && !dropping(instance) && applied(instance) >= needed;
    }
}
