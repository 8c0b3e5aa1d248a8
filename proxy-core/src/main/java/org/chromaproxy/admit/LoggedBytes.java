package org.chromaproxy.admit;

import java.util.ArrayDeque;

/**
 * Bytes in the log that some server has not applied yet, by position, in a few parcels: a parcel is given back as one, when
 * the last of it is applied everywhere. Thread-safe.
 */
final class LoggedBytes {
    /** A parcel that has a thirty-second part of what is permitted is closed. */
    private static final int PARCELS = 32;

    private static final long LARGEST_PARCEL = 64L << 20;

    private static final class Parcel {
        private long last;
        private long bytes;
    }

    private final ArrayDeque<Parcel> parcels = new ArrayDeque<>();
    private volatile long bytes;

    /**
     * A record is in the log.
     *
     * @param lsn its position, higher than any before
     * @param most bytes that are permitted; 0 for no bound
     */
    synchronized void add(long lsn, long more, long most) {
        long largest = most == 0 ? LARGEST_PARCEL : Math.min(LARGEST_PARCEL, most / PARCELS);
        Parcel newest = parcels.peekLast();
        if (newest == null || newest.bytes >= largest) {
            newest = new Parcel();
            parcels.add(newest);
        }
        newest.last = lsn;
        newest.bytes += more;
        bytes += more;
    }

    /** Every server has applied all up to there. */
    synchronized void passed(long lsn) {
        Parcel oldest = parcels.peekFirst();
        while (oldest != null && oldest.last <= lsn) {
            bytes -= oldest.bytes;
            parcels.removeFirst();
            oldest = parcels.peekFirst();
        }
    }

    long bytes() {
        return bytes;
    }
}
