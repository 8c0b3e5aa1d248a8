package org.chromaproxy.exchange;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.chromaproxy.access.Access;
import org.chromaproxy.admit.BacklogBound;
import org.chromaproxy.admit.HeavyReads;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.completion.Completions;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.upstream.UpstreamClient;

/** What exchanges need of the rest of the proxy. Thread-safe. */
public record ExchangeServices(
        LaneServices proxy,
        UpstreamClient upstream,
        LaneRegistry lanes,
        Admission admission,
        Transactions transactions,
        OwnEndpoints own,
        Supplier<ExchangeLimits> currentLimits) {

    /** The bounds that hold now; they may be other ones the next time. */
    public ExchangeLimits limits() {
        return currentLimits.get();
    }

    /**
     * What is let in.
     *
     * @param lists of the requests those that a server reads its catalog for
     * @param heavyReads whose turn it is to keep a server busy with a read
     * @param principals who uses how much
     * @param backlog what may wait in the log while no client waits for it
     * @param capacity how large the log may be
     * @param access who may do what
     * @param serving whether this proxy owns the log, and so may serve at all
     * @param completions where what was let in ends
     */
    public record Admission(
            Access access,
            MemoryBudget memory,
            RequestBound requests,
            RequestBound lists,
            HeavyReads heavyReads,
            Principals principals,
            BacklogBound backlog,
            LogCapacity capacity,
            BooleanSupplier serving,
            Completions completions) {
        private static final int LISTS = 16;

        /** With everybody let in, and nobody told. */
        public Admission(
                MemoryBudget memory,
                RequestBound requests,
                BacklogBound backlog,
                BooleanSupplier serving,
                Timings timings) {
            this(memory, requests, RequestBound.ofLists(LISTS, LISTS), backlog, serving, timings);
        }

        private Admission(
                MemoryBudget memory,
                RequestBound requests,
                RequestBound lists,
                BacklogBound backlog,
                BooleanSupplier serving,
                Timings timings) {
            this(
                    Access.of(AccessSettings.OPEN),
                    memory,
                    requests,
                    lists,
                    new HeavyReads(() -> 2),
                    Principals.unbounded(),
                    backlog,
                    LogCapacity.unbounded(),
                    serving,
                    new Completions(requests, lists, timings, Feed.none()));
        }
    }

    /**
     * Bounds of one exchange.
     *
     * @param maxBody bytes of a logged body
     * @param reads how reads are shared among the instances
     * @param requestMs how long a client waits at most
     * @param logMs how long an exchange waits for the log at most
     * @param admissionMs how long it waits for its turn or for memory
     * @param readWaitMs how long a read waits for an instance that may serve it
     * @param stallMs how long a client may pause within a body, or take nothing of its answer
     */
    public record ExchangeLimits(
            int maxBody,
            ReadWeights reads,
            long requestMs,
            long logMs,
            long admissionMs,
            long readWaitMs,
            long stallMs) {}
}
