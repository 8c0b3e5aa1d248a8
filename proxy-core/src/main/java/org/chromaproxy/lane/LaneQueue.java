package org.chromaproxy.lane;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.chromaproxy.instance.PendingCounts;
import org.jspecify.annotations.Nullable;

/**
 * The records before one lane, in LSN order: some in memory, and behind these some that are in the log only. Those are read in pages,
 * in turns with other lanes. Each counts once among what is pending for the instance. Confined to the loop of its group.
 */
final class LaneQueue implements Iterable<Write> {
    /** Records that come while a page is read, and are kept for the case that it is the last one. */
    static final int MOST_ARRIVALS = 200;

    private final PendingCounts pending;
    private final ArrayDeque<Write> queue = new ArrayDeque<>();
    /** Whether there are records behind the queue that are in the log only. */
    private boolean spilled;
    /** How many, and the bytes of their bodies; after a start perhaps a little too much. */
    private long unread;

    private long unreadBytes;
    /** When the oldest of them was logged, or a little earlier. */
    private Instant unreadSince = Instant.MAX;
    /** The end of the last page, or where the lane joined. */
    private long readTo;

    private long joinedAt;
    private boolean loading;
    private final ArrayDeque<Write> arriving = new ArrayDeque<>();
    private boolean missedArrivals;

    LaneQueue(PendingCounts pending) {
        this.pending = pending;
    }

    /** The record that is next; null if none is in memory. */
    @Nullable
    Write head() {
        return queue.peek();
    }

    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    public Iterator<Write> iterator() {
        return queue.iterator();
    }

    Stream<Write> stream() {
        return queue.stream();
    }

    /** Whether nothing is left, in memory or in the log. */
    boolean exhausted() {
        return queue.isEmpty() && !spilled;
    }

    /** Whether records are in the log only. */
    boolean spilled() {
        return spilled;
    }

    /** All that is left. */
    long length() {
        return queue.size() + unread;
    }

    /** The time when the oldest record that waits was logged; {@link Instant#MAX} for none. */
    Instant oldest() {
        Write head = queue.peek();
        if (head != null) {
            return head.record().createdAt();
        }
        return spilled ? unreadSince : Instant.MAX;
    }

    /** A record that was just committed comes into memory. */
    void append(Write write) {
        pending.add(1, write.record().bodyBytes());
        queue.add(write);
    }

    /**
     * A record that was just committed stays in the log.
     *
     * @return whether it is kept for the case that the page that is being read is the last one
     */
    boolean leaveInLog(Write write) {
        pending.add(1, write.record().bodyBytes());
        countUnread(write);
        boolean room = arriving.size() < MOST_ARRIVALS;
        missedArrivals |= loading && !room;
        return loading && room && arriving.add(write);
    }

    /** Another lane has this before it, and so has this one, in the log. */
    void leaveInLogAsWell(Write write) {
        pending.add(1, write.record().bodyBytes());
        countUnread(write);
    }

    private void countUnread(Write write) {
        Instant logged = write.record().createdAt();
        if (!spilled || logged.isBefore(unreadSince)) {
            unreadSince = logged;
        }
        spilled = true;
        unread++;
        unreadBytes += write.record().bodyBytes();
    }

    /** The head leaves. */
    void removeHead() {
        queue.poll();
    }

    /** What had left is before the lane again, in that order. */
    void putBack(List<Write> writes) {
        writes.reversed().forEach(queue::addFirst);
    }

    /** The log holds this behind the lane's cursor; it is counted as pending already. */
    void restore(Backlog.Tail tail) {
        spilled = true;
        unread = tail.records();
        unreadBytes = tail.bytes();
        unreadSince = tail.oldest();
    }

    /** What is in the log only; empty if nothing is. */
    Optional<Backlog.Tail> tail(long last) {
        return spilled ? Optional.of(new Backlog.Tail(unread, unreadBytes, last, unreadSince)) : Optional.empty();
    }

    /**
     * All but the first few leave memory, the last one first, and stay in the log.
     *
     * @param kept how many stay
     * @param applied up to where the lane has applied everything
     */
    void spill(int kept, long applied, Consumer<Write> dropped) {
        while (queue.size() > kept) {
            Write write = queue.removeLast();
            countUnread(write);
            dropped.accept(write);
        }
        // Nothing before it joined is its business, wherever it stood in an earlier life.
        readTo = Math.max(joinedAt, applied);
    }

    /** Everything up to here is in the queue, or has been. */
    long readTo(long reached) {
        Write last = queue.peekLast();
        return Math.max(readTo, last == null ? reached : last.lsn());
    }

    /** The lane joins behind that LSN. */
    void join(long lsn) {
        joinedAt = lsn;
        readTo = lsn;
    }

    boolean loading() {
        return loading;
    }

    /** A page is being read. */
    void beginLoading() {
        loading = true;
        missedArrivals = false;
    }

    void endLoading() {
        loading = false;
    }

    /** A record of a page comes into memory. */
    void read(Write write) {
        queue.add(write);
        int bytes = write.record().bodyBytes();
        // What was counted too low at a start is made up for here.
        long records = Math.min(1, unread);
        long counted = Math.min(bytes, unreadBytes);
        unread -= records;
        unreadBytes -= counted;
        pending.add(1 - records, bytes - counted);
    }

    /** The page is read up to there. */
    void passedInLog(long lsn, Instant createdAt) {
        readTo = lsn;
        unreadSince = createdAt;
    }

    /** Takes out what came while the page was read. */
    List<Write> takeArrivals() {
        List<Write> all = List.copyOf(arriving);
        arriving.clear();
        return all;
    }

    boolean missedArrivals() {
        return missedArrivals;
    }

    /** Nothing is in the log only. */
    void becomeContiguous() {
        spilled = false;
        pending.add(-unread, -unreadBytes);
        unread = 0;
        unreadBytes = 0;
    }

    /** The end of what was read from the log. */
    long lastRead() {
        return readTo;
    }

    /** The lane leaves: nothing of what was before it is its business. Takes out what was in memory. */
    List<Write> clear() {
        List<Write> all = new ArrayList<>(queue);
        queue.clear();
        all.forEach(this::forget);
        return all;
    }

    /** One that had left the queue, and was to come back, never will. */
    void forget(Write write) {
        pending.add(-1, -write.record().bodyBytes());
    }
}
