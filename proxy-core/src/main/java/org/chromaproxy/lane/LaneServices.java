package org.chromaproxy.lane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.upstream.LaneBound;
import org.chromaproxy.wal.append.WriteAheadLog;

/** What lanes need of the rest of the proxy. Thread-safe. */
public record LaneServices(Storage storage, Catalog catalog, Instances instances, LaneWork work, Doubt doubt) {

    /**
     * The log, as lanes use it.
     *
     * @param owning whether this proxy is known to own the log now; while not, nothing is sent to any instance
     */
    public record Storage(WriteAheadLog log, Bodies bodies, Backlog backlog, BooleanSupplier owning) {}

    /**
     * Counters of all lanes, whose turn it is to catch up or to have a large body, and how much becomes one request.
     *
     * @param writes whose writes are under way on each instance
     * @param suspects whose turn it is to send a record that was under way when its server ended, see {@link Endings}
     * @param lingerMs how long a follower may wait for more to send; asked each time
     */
    public record LaneWork(
            LaneStats stats,
            CatchUp catchUp,
            Turns largeBodies,
            InstanceWriteTurns writes,
            InstanceTurns suspects,
            Supplier<MergeBounds> currentBounds,
            LongSupplier lingerMs) {
        /** A server is usually as large as the proxy's machine, or larger. */
        private static final int READS_EACH = Math.max(2, Runtime.getRuntime().availableProcessors());

        /** With as many writes under way on a server at once as by default. */
        public LaneWork(LaneStats stats, CatchUp catchUp, Supplier<MergeBounds> currentBounds, LongSupplier lingerMs) {
            this(stats, catchUp, LaneBound.DEFAULT, currentBounds, lingerMs);
        }

        /** @param bound how many writes are under way on a server at once */
        public LaneWork(
                LaneStats stats,
                CatchUp catchUp,
                LaneBound bound,
                Supplier<MergeBounds> currentBounds,
                LongSupplier lingerMs) {
            this(
                    stats,
                    catchUp,
                    new Turns(),
                    new InstanceWriteTurns(READS_EACH, bound.writes()),
                    new InstanceTurns(),
                    currentBounds,
                    lingerMs);
        }

        /** How much becomes one request now. */
        MergeBounds bounds() {
            return currentBounds.get();
        }
    }

    /** Reads bodies back from the log. */
    @FunctionalInterface
    public interface Bodies {
        /** The body of a record, completing on {@code loop}; exceptionally if it cannot be read now. */
        CompletableFuture<byte[]> load(long lsn, Executor loop);
    }

    /**
     * How doubt is met.
     *
     * @param unansweredMs how long a write may go unanswered before another instance decides it; asked each time
     */
    public record Doubt(ReadBack readBack, LongSupplier unansweredMs) {}

    long lingerNanos() {
        return TimeUnit.MILLISECONDS.toNanos(work.lingerMs.getAsLong());
    }

    long unansweredNanos() {
        return TimeUnit.MILLISECONDS.toNanos(doubt.unansweredMs.getAsLong());
    }

    public WriteAheadLog log() {
        return storage.log();
    }

    Backlog backlog() {
        return storage.backlog();
    }

    public LaneStats stats() {
        return work.stats();
    }

    public CatchUp catchUp() {
        return work.catchUp();
    }

    Bodies bodies() {
        return storage.bodies();
    }

    /** See {@link Storage}. */
    boolean owning() {
        return storage.owning().getAsBoolean();
    }
}
