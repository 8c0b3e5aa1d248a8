package org.chromaproxy.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.chromaproxy.drill.fault.Schedule;
import org.chromaproxy.drill.load.LoadOptions;
import org.chromaproxy.drill.report.SeedResult;
import org.chromaproxy.drill.stack.PostgresCluster;
import org.chromaproxy.drill.stack.StackException;
import org.chromaproxy.drill.stack.StackOptions;

/** Runs many schedules, several at the same time. */
final class Drill {
    private final Settings settings;
    private final Printer printer;
    private final AtomicInteger broken = new AtomicInteger();

    /**
     * How to run them.
     *
     * @param jobs how many at the same time, each with a PostgreSQL of its own
     * @param keep whether runs that passed are kept as well
     */
    record Settings(Path folder, LoadOptions load, int jobs, boolean keep) {}

    Drill(Settings settings, Printer printer) {
        this.settings = settings;
        this.printer = printer;
    }

    /** The results of all that could be carried out, by seed. */
    List<SeedResult> run(List<Schedule> schedules) throws InterruptedException {
        Queue<Schedule> waiting = new ConcurrentLinkedQueue<>(schedules);
        List<SeedResult> results = Collections.synchronizedList(new ArrayList<>());
        int jobs = Math.min(settings.jobs(), schedules.size());
        try (ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, jobs))) {
            for (int job = 1; job <= jobs; job++) {
                int number = job;
                threads.submit(() -> work(number, waiting, results));
            }
            threads.shutdown();
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        }
        return results.stream()
                .sorted(Comparator.comparingLong(SeedResult::seed))
                .toList();
    }

    /** How many runs could not be carried out. */
    int broken() {
        return broken.get();
    }

    private void work(int job, Queue<Schedule> waiting, List<SeedResult> results) {
        try (PostgresCluster cluster = PostgresCluster.start(settings.folder().resolve("postgres-" + job))) {
            for (Schedule next = waiting.poll(); next != null; next = waiting.poll()) {
                one(next, cluster, results);
            }
        } catch (RuntimeException e) {
            broken.incrementAndGet();
            printer.say("BROKEN job " + job + ": " + e);
        }
    }

    private void one(Schedule schedule, PostgresCluster cluster, List<SeedResult> results) {
        Path directory = settings.folder().resolve("seed-" + schedule.seed());
        try {
            delete(directory);
            SeedResult result = new SeedRun(schedule, StackOptions.PLAIN, settings.load(), directory).run(cluster);
            results.add(result);
            boolean kept = settings.keep() || !result.passed();
            printer.result(result, kept);
            if (!kept) {
                delete(directory);
            }
        } catch (IOException | StackException | IllegalStateException e) {
            broken.incrementAndGet();
            printer.say("BROKEN " + schedule.print() + "\n      " + e + cause(e) + "\n      kept in " + directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String cause(Exception e) {
        return e.getCause() == null ? "" : ", because of " + e.getCause();
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.sorted(Comparator.reverseOrder()).forEach(Drill::deleteOne);
        }
    }

    private static void deleteOne(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
