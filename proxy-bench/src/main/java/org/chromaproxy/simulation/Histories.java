package org.chromaproxy.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The histories of some seeds, one after the other in each of some threads: they have nothing in common.
 *
 * @param from the first seed
 * @param seeds how many there are
 */
record Histories(long from, long seeds, int threads) {
    /** So many may be over, for each thread, before the one that is told next: some take long. */
    private static final int AHEAD = 32;

    /**
     * Plays all of them.
     *
     * @param player plays that seed's history, in any of the threads
     * @param then is told of them in the order of their seeds, in the caller's thread
     */
    <T> void inOrder(LongFunction<T> player, Consumer<T> then) {
        try (ExecutorService players = Executors.newFixedThreadPool(threads)) {
            Deque<Future<T>> ahead = new ArrayDeque<>();
            try {
                for (long i = 0; i < seeds; i++) {
                    long seed = from + i;
                    ahead.add(players.submit(() -> player.apply(seed)));
                    if (ahead.size() > AHEAD * threads) {
                        then.accept(result(ahead.remove()));
                    }
                }
                while (!ahead.isEmpty()) {
                    then.accept(result(ahead.remove()));
                }
            } finally {
                ahead.forEach(each -> each.cancel(false));
            }
        }
    }

    private static <T> T result(Future<T> played) {
        try {
            return played.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a history cannot be played", e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody waits for the histories any more", e);
        }
    }
}
