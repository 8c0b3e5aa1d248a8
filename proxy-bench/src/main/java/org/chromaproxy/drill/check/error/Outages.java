package org.chromaproxy.drill.check.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Sample;
import org.chromaproxy.drill.history.Trouble;

/**
 * What was away in a run, and when. An outage begins with its fault. It ends with the first sign after the heal that it is
 * over: the proxy's own status, or a write that is acknowledged; not by a time that is granted.
 */
final class Outages {
    /** What only slows things down, or is over before anybody could tell: no reason for an error. */
    private static final Set<String> GENTLE = Set.of("SLOW", "NARROW", "BLIP");

    /** The longest that a return may take, whatever there was to show it. */
    private static final long BACK_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final List<Trouble> troubles;
    private final List<Sample> samples;
    private final List<Attempt> acknowledged;
    private final List<Outage> proxies = new ArrayList<>();
    private final List<Outage> owners = new ArrayList<>();
    private final List<Outage> logs = new ArrayList<>();
    private final List<Outage> primaries = new ArrayList<>();
    private final List<Outage> replicas = new ArrayList<>();
    private final int clients;

    Outages(History history) {
        this.troubles = history.troubles();
        this.samples = history.samples();
        this.clients = history.run().clients();
        this.acknowledged = history.writes()
                .flatMap((Operation write) -> write.acknowledged().stream())
                .toList();
        for (Trouble trouble : troubles) {
            if (!GENTLE.contains(trouble.fault())) {
                sort(trouble);
            }
        }
    }

    private void sort(Trouble trouble) {
        switch (trouble.target()) {
            case "PROXY" -> proxies.add(until(trouble, Sample::answered));
            case "OWNER" -> owners.add(untilTakenOver(trouble));
            case "POSTGRES", "NETWORK_POSTGRES" -> logs.add(untilAcknowledged(trouble));
            case "PRIMARY", "NETWORK_PRIMARY" -> primaries.add(untilInSync(trouble, "primary"));
            case "REPLICA", "NETWORK_REPLICA" -> replicas.add(untilInSync(trouble, "replica"));
            case "BOTH" -> {
                primaries.add(untilInSync(trouble, "primary"));
                replicas.add(untilInSync(trouble, "replica"));
            }
            default -> throw new IllegalArgumentException("no rule for " + trouble);
        }
    }

    private Outage untilInSync(Trouble trouble, String instance) {
        return until(trouble, sample -> "up".equals(sample.states().get(instance)) && sample.pending() <= 2L * clients);
    }

    /** A paused owner answers for a moment as if it still were one: what counts is from when on all goes well. */
    private Outage untilTakenOver(Trouble trouble) {
        long trembling = samples.stream()
                .filter(sample -> sample.at() >= trouble.healed() && sample.at() <= trouble.healed() + BACK_NANOS)
                .filter(sample -> !sample.answered() || sample.silent() > 0)
                .mapToLong(Sample::at)
                .max()
                .orElse(trouble.healed());
        return until(trouble, sample -> sample.at() >= trembling && sample.answered() && sample.silent() == 0);
    }

    private Outage until(Trouble trouble, Predicate<Sample> over) {
        long to = samples.stream()
                .filter(sample -> sample.at() >= trouble.healed())
                .filter(over)
                .mapToLong(Sample::at)
                .min()
                .orElse(Long.MAX_VALUE);
        return new Outage(trouble.injected(), to);
    }

    private Outage untilAcknowledged(Trouble trouble) {
        if (trouble.healed() == Long.MAX_VALUE) {
            return new Outage(trouble.injected(), Long.MAX_VALUE);
        }
        long latest = trouble.healed() + BACK_NANOS;
        long to = acknowledged.stream()
                .filter(attempt -> attempt.begin() >= trouble.healed())
                .mapToLong(Attempt::end)
                .min()
                .orElse(latest);
        return new Outage(trouble.injected(), Math.min(to, latest));
    }

    /** The only proxy was away. */
    boolean proxy(Attempt attempt) {
        return touch(proxies.stream(), attempt);
    }

    /** The owner was away, or the stand-by not yet in its place, or the old owner not yet up again as the stand-by. */
    boolean owner(Attempt attempt) {
        return touch(owners.stream(), attempt);
    }

    /** The log did not take writes. */
    boolean log(Attempt attempt) {
        return touch(logs.stream(), attempt);
    }

    /**
     * Reads, too, had nobody who may answer: leadership cannot leave a lost instance while the log is away, and a proxy
     * that is not the only one must not serve without a word from the log.
     */
    boolean logForReads(Attempt attempt) {
        boolean shared = troubles.stream().anyMatch(trouble -> trouble.target().equals("OWNER"));
        Stream<Outage> instances = Stream.concat(primaries.stream(), replicas.stream());
        return log(attempt)
                && (shared
                        || touch(
                                instances.flatMap(one -> logs.stream().flatMap(log -> log.overlap(one).stream())),
                                attempt));
    }

    /** Both instances were away at the same time. */
    boolean instances(Attempt attempt) {
        return touch(
                primaries.stream()
                        .flatMap(primary -> replicas.stream().flatMap(replica -> replica.overlap(primary).stream())),
                attempt);
    }

    private static boolean touch(Stream<Outage> outages, Attempt attempt) {
        return outages.anyMatch(outage -> outage.touches(attempt));
    }
}
