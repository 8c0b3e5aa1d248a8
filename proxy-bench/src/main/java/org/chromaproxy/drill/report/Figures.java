package org.chromaproxy.drill.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Sample;
import org.chromaproxy.drill.history.Trouble;

/**
 * What one run measured. Times are ms; -1 where there was nothing to measure.
 *
 * @param errors answers of 5xx and broken connections, by status; 0 stands for none
 */
public record Figures(int requests, long acknowledged, Map<Integer, Integer> errors, Stalls stalls, Recovery recovery) {
    private static final double MEDIAN = 0.5;
    private static final double MOST = 0.99;

    public Figures {
        errors = Map.copyOf(errors);
    }

    /**
     * How long clients had to wait.
     *
     * @param request the longest that got a success
     * @param gap the longest time in which no write at all was acknowledged
     * @param median of the requests that began while a fault lasted and got a success
     * @param slowest the longest of 99 % of them
     */
    record Stalls(long request, long gap, long median, long slowest) {}

    /**
     * How the proxy took the faults.
     *
     * @param detection the longest from a fault of an instance to the proxy's status showing it
     * @param inSync from the last heal to both instances up, with no more writes pending than clients have in flight
     * @param catchUp records a second applied to the one that returned, meanwhile
     * @param leading from the last heal to the primary leading every collection again
     */
    record Recovery(long detection, long inSync, long catchUp, long leading) {}

    public static Figures of(History history) {
        List<Operation> operations = history.operations();
        Map<Integer, Integer> errors = new TreeMap<>();
        operations.stream()
                .flatMap(operation -> operation.attempts().stream())
                .filter(Attempt::failed)
                .forEach(attempt -> errors.merge(attempt.status(), 1, Integer::sum));
        int requests = operations.stream()
                .mapToInt(operation -> operation.attempts().size())
                .sum();
        long acknowledged = history.writes()
                .filter(operation -> operation.acknowledged().isPresent())
                .count();
        return new Figures(requests, acknowledged, errors, stalls(history), recovery(history));
    }

    private static Stalls stalls(History history) {
        long[] meanwhile = history.operations().stream()
                .flatMap(operation -> operation.attempts().stream())
                .filter(Attempt::success)
                .filter(attempt -> history.troubles().stream()
                        .anyMatch(fault -> attempt.begin() >= fault.injected() && attempt.begin() <= fault.healed()))
                .mapToLong(attempt -> attempt.end() - attempt.begin())
                .sorted()
                .toArray();
        return new Stalls(
                longestRequest(history.operations()),
                longestGap(history),
                share(meanwhile, MEDIAN),
                share(meanwhile, MOST));
    }

    private static long share(long[] sorted, double share) {
        return sorted.length == 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(sorted[(int) (share * (sorted.length - 1))]);
    }

    private static long longestRequest(List<Operation> operations) {
        return ms(operations.stream()
                .flatMap(operation -> operation.attempts().stream())
                .filter(Attempt::success)
                .mapToLong(attempt -> attempt.end() - attempt.begin())
                .max());
    }

    private static long longestGap(History history) {
        long last = history.run().loadBegan();
        long longest = 0;
        for (long end : acknowledgements(history).sorted().toList()) {
            longest = Math.max(longest, end - last);
            last = Math.max(last, end);
        }
        return TimeUnit.NANOSECONDS.toMillis(Math.max(longest, history.run().loadEnded() - last));
    }

    private static Stream<Long> acknowledgements(History history) {
        return history.writes().flatMap(operation -> operation.acknowledged().map(Attempt::end).stream());
    }

    private static Recovery recovery(History history) {
        OptionalLong detection = history.troubles().stream()
                .filter(trouble -> trouble.known() > 0)
                .mapToLong(trouble -> trouble.known() - trouble.injected())
                .max();
        OptionalLong healed = history.troubles().stream()
                .filter(trouble -> trouble.healed() < Long.MAX_VALUE)
                .mapToLong(Trouble::healed)
                .max();
        if (healed.isEmpty()) {
            return new Recovery(ms(detection), -1, -1, -1);
        }
        long from = healed.getAsLong();
        long led = history.run().leadingAgain();
        long leading = led == 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(led - from);
        List<Sample> after =
                history.samples().stream().filter(sample -> sample.at() >= from).toList();
        return after.stream()
                .filter(sample ->
                        sample.allUp() && sample.pending() <= 2L * history.run().clients())
                .min(Comparator.comparingLong(Sample::at))
                .map(sync -> new Recovery(
                        ms(detection),
                        TimeUnit.NANOSECONDS.toMillis(sync.at() - from),
                        rate(history, after, sync),
                        leading))
                .orElse(new Recovery(ms(detection), -1, -1, leading));
    }

    /** What was pending at the heal, and what came in until all was in sync, over that time. */
    private static long rate(History history, List<Sample> after, Sample sync) {
        Sample first = after.getFirst();
        long nanos = sync.at() - first.at();
        if (nanos <= 0 || first.pending() < 0) {
            return -1;
        }
        long came = acknowledgements(history)
                .filter(end -> end > first.at() && end < sync.at())
                .count();
        return (first.pending() + came - sync.pending()) * TimeUnit.SECONDS.toNanos(1) / nanos;
    }

    private static long ms(OptionalLong nanos) {
        return nanos.isEmpty() ? -1 : TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }

    @Override
    public String toString() {
        return requests + " requests, " + acknowledged + " writes acknowledged, errors " + new TreeMap<>(errors)
                + ", longest request " + stalls.request() + " ms, longest gap " + stalls.gap() + " ms, detection "
                + recovery.detection() + " ms, in sync after " + recovery.inSync() + " ms, catch-up "
                + recovery.catchUp() + "/s";
    }
}
