package org.chromaproxy.lane;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;

/** Makes the cursors of one group durable: lazily as records pass, at once when a lane waits for it. */
final class Cursors {
    private static final LaneState FLUSHING = new LaneState.FlushingCursor();

    private final UUID group;
    private final Executor loop;
    private final WriteAheadLog log;
    private final Consumer<Lane> onFlushed;

    /** @param onFlushed called on the loop for a lane that waited and now may go on */
    Cursors(UUID group, Executor loop, WriteAheadLog log, Consumer<Lane> onFlushed) {
        this.group = group;
        this.loop = loop;
        this.log = log;
        this.onFlushed = onFlushed;
    }

    /** The lane has moved; its cursor rides with some later transaction. At most one is under way per lane. */
    void moved(Lane lane) {
        if (!lane.cursor.isFlushing()) {
            submit(lane, false);
        }
    }

    /** The lane stops until everything it has applied is behind its durable cursor. */
    void flush(Lane lane) {
        if (!lane.cursor.unsettled().isEmpty()) {
            // A commit is under way for these, after which the lane looks again.
            return;
        }
        lane.occupy(FLUSHING);
        submit(lane, true);
    }

    /**
     * Whether everything the lane has applied is behind its durable cursor; if not, the lane stops until it is. Asked before the
     * collection is deleted there: what is behind no durable cursor is sent again by the next owner, and finds no collection.
     */
    boolean flushed(Lane lane) {
        if (lane.cursor.isDurable()) {
            return true;
        }
        flush(lane);
        return false;
    }

    /** The cursor as a change, for transactions that carry it together with effects. */
    Change.Cursor at(Lane lane, long lsn) {
        return new Change.Cursor(group, lane.instance.name(), lsn);
    }

    /** A cursor submitted with other changes is durable. */
    void durable(Lane lane, long lsn) {
        lane.cursor.becomeDurable(lsn);
        if (lane.state() instanceof LaneState.FlushingCursor) {
            lane.free();
            onFlushed.accept(lane);
        }
        if (!lane.cursor.isDurable() && !lane.cursor.isFlushing()) {
            submit(lane, false);
        }
        lane.fed();
    }

    private void submit(Lane lane, boolean urgent) {
        long target = lane.cursor.beginFlush();
        log.submit(List.of(at(lane, target)), urgent, () -> loop.execute(() -> durable(lane, target)));
    }
}
