package org.chromaproxy.lane;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.chromaproxy.instance.Instances;

/** Counters of all lanes, for operators. Thread-safe. */
public final class LaneStats {
    /** Records nobody waits for that all lanes together keep in memory, whatever their size. */
    private static final int MAX_RECORDS = 20_000;

    private final Instances instances;
    private final AtomicLong bodyBytes = new AtomicLong();
    private final AtomicLong records = new AtomicLong();
    private final LongAdder applied = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder reductions = new LongAdder();
    private final LongAdder diverged = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final long bodyLimit;

    /** @param bodyLimit bytes of bodies that waiting followers may keep in memory; beyond it they are re-read */
    public LaneStats(Instances instances, long bodyLimit) {
        this.instances = instances;
        this.bodyLimit = bodyLimit;
    }

    /** Records the instance that is farthest behind has not applied yet. */
    public long pending() {
        return instances.stream()
                .mapToLong(instance -> instance.pending().records())
                .max()
                .orElse(0);
    }

    /** Applications on one instance, followers included. */
    public long applied() {
        return applied.sum();
    }

    public long refused() {
        return refused.sum();
    }

    /** Requests sent to instances; each carries one record or several. */
    public long requests() {
        return requests.sum();
    }

    /** How often memory was so short that less was merged than could have been. */
    public long reductions() {
        return reductions.sum();
    }

    /** Attempts that ended without a usable answer. */
    public long faults() {
        return faults.sum();
    }

    public long diverged() {
        return diverged.sum();
    }

    public long recovered() {
        return recovered.sum();
    }

    /** Bytes of bodies the lanes hold in memory. */
    public long bodyBytes() {
        return bodyBytes.get();
    }

    void held(int bytes) {
        bodyBytes.addAndGet(bytes);
    }

    void freed(int bytes) {
        bodyBytes.addAndGet(-bytes);
    }

    void countApplied() {
        applied.increment();
    }

    void countRequest() {
        requests.increment();
    }

    void countReduction() {
        reductions.increment();
    }

    void countRefused() {
        refused.increment();
    }

    void countFault() {
        faults.increment();
    }

    void countDiverged() {
        diverged.increment();
    }

    void countRecovered() {
        recovered.increment();
    }

    /** Records the lanes hold in memory. */
    public long records() {
        return records.get();
    }

    void countRecords(int more) {
        records.addAndGet(more);
    }

    /** Whether a record that nobody waits for should rather be left in the log. */
    boolean full() {
        return crowded() || records.get() >= MAX_RECORDS;
    }

    boolean crowded() {
        return bodyBytes.get() > bodyLimit;
    }
}
