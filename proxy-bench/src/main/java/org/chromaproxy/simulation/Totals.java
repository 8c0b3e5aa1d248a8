package org.chromaproxy.simulation;

/** What histories came to, from one seed on. */
final class Totals {
    private final long from;
    private final long begun = System.nanoTime();
    private long histories;
    private long violations;
    private long events;
    private long operations;
    private long faults;
    private long owners;
    private long diverged;
    private long digest;

    Totals(long from) {
        this.from = from;
    }

    void add(Simulation.Result result) {
        histories++;
        violations += result.violation() == null ? 0 : 1;
        events += result.events();
        operations += result.operations();
        faults += result.faults();
        owners += result.lives();
        diverged += result.diverged();
        digest = digest(digest, result.digest());
    }

    /** A digest of what led to {@code before} and of {@code next}. */
    static long digest(long before, long next) {
        long mixed = (before ^ next) * 0x9e3779b97f4a7c15L;
        return mixed ^ (mixed >>> 32);
    }

    long histories() {
        return histories;
    }

    long violations() {
        return violations;
    }

    private double average(long sum) {
        return histories == 0 ? 0 : sum / (double) histories;
    }

    @Override
    public String toString() {
        return String.format(
                "%d histories from seed %d in %.1f s: %d violations; a history has on average %.0f events, %.0f operations,"
                        + " %.1f faults, %.1f owners, %.2f places that differ; digest %016x",
                histories,
                from,
                (System.nanoTime() - begun) / 1e9,
                violations,
                average(events),
                average(operations),
                average(faults),
                average(owners),
                average(diverged),
                digest);
    }
}
