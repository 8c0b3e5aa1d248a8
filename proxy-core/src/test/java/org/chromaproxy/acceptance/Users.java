package org.chromaproxy.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;

/** Users who act at the same moment, and what the log says of what they did. */
final class Users {
    private Users() {}

    /** Runs it on so many threads that start together; what each got, in their order. */
    static <T> List<T> atOnce(int users, IntFunction<T> action) throws Exception {
        CyclicBarrier together = new CyclicBarrier(users);
        List<Future<T>> sent = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < users; i++) {
                int user = i;
                sent.add(threads.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    return action.apply(user);
                }));
            }
        }
        List<T> results = new ArrayList<>();
        for (Future<T> one : sent) {
            results.add(one.get());
        }
        return results;
    }

    /** State → transactions, as {@code /transaction/safety/status} sums them up. */
    static long transactions(ChromaApi proxy, String state) {
        long count = 0;
        for (var row :
                proxy.get("/transaction/safety/status").expect(200).json().path("summary_by_status")) {
            if (row.path("status").asText().equals(state)) {
                count += row.path("count").asLong();
            }
        }
        return count;
    }

    /** Waits until the log accounts for exactly so many completed transactions, and for none of another state. */
    static void awaitCompleted(ChromaApi proxy, long expected) {
        Awaitility.await(expected + " completed transactions")
                .atMost(java.time.Duration.ofSeconds(20))
                .until(() -> transactions(proxy, "COMPLETED"), found -> found == expected);
        for (String other : List.of("ATTEMPTING", "FAILED", "PENDING_RECOVERY", "RECOVERED", "ABANDONED")) {
            if (transactions(proxy, other) != 0) {
                throw new AssertionError(transactions(proxy, other) + " transactions are " + other);
            }
        }
    }
}
