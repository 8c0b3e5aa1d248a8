package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.HdrHistogram.Histogram;

/** One run. Confined to the generator's loop. */
final class Session {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;
    /** How long requests that are under way at the end may still be answered. */
    private static final long DRAIN_SECONDS = 30;

    private static final long RECONNECT_MS = 20;

    private final Load load;
    private final EventLoop loop;
    private final BiConsumer<Load, Connection> connector;
    private final CompletableFuture<LoadResult> result;
    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final Set<Connection> open = new HashSet<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    /** Requests that were due when no connection was idle. */
    private final Deque<Long> overdue = new ArrayDeque<>();

    private final Histogram latencies = new Histogram(LONGEST, DIGITS);
    private Schedule schedule = new Schedule(0, 1, java.time.Duration.ZERO);
    private long answered;
    private long late;
    private long failed;
    private long start;
    private long end;
    private boolean running;

    Session(Load load, EventLoop loop, BiConsumer<Load, Connection> connector, CompletableFuture<LoadResult> result) {
        this.load = load;
        this.loop = loop;
        this.connector = connector;
        this.result = result;
    }

    void begin() {
        for (int i = 0; i < load.connections(); i++) {
            connector.accept(load, new Connection(this));
        }
    }

    private boolean openLoop() {
        return load.rate() > 0;
    }

    void connected(Connection connection) {
        open.add(connection);
        if (running) {
            free(connection, System.nanoTime());
            return;
        }
        idle.push(connection);
        if (open.size() == load.connections()) {
            running = true;
            start = System.nanoTime();
            end = start + load.time().toNanos();
            loop.schedule(this::giveUp, load.time().toSeconds() + DRAIN_SECONDS, TimeUnit.SECONDS);
            if (openLoop()) {
                schedule = new Schedule(start, load.rate(), load.time());
                tick();
            } else {
                while (!idle.isEmpty()) {
                    send(idle.pop(), start);
                }
            }
        }
    }

    private void send(Connection connection, long due) {
        connection.send(load.requests().next(allocator), due);
    }

    private void tick() {
        long now = System.nanoTime();
        while (!schedule.over() && schedule.due() <= now) {
            if (idle.isEmpty()) {
                overdue.addLast(schedule.due());
            } else {
                send(idle.pop(), schedule.due());
            }
            schedule.advance();
        }
        if (!schedule.over()) {
            loop.schedule(this::tick, Math.max(1, schedule.due() - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        finishIfDone();
    }

    void answered(Connection connection, int status, long due) {
        long now = System.nanoTime();
        if (status / 100 != 2) {
            failed++;
        } else if (openLoop() || now <= end) {
            answered++;
            latencies.recordValue(Math.clamp(now - due, 1, LONGEST));
        } else {
            late++;
        }
        free(connection, now);
    }

    private void free(Connection connection, long now) {
        if (openLoop()) {
            Long waiting = overdue.poll();
            if (waiting != null) {
                send(connection, waiting);
                return;
            }
            idle.push(connection);
        } else if (now < end) {
            send(connection, now);
            return;
        }
        finishIfDone();
    }

    void lost(Connection connection, boolean unanswered, Throwable cause) {
        open.remove(connection);
        idle.remove(connection);
        failed += unanswered ? 1 : 0;
        if (result.isDone()) {
            return;
        }
        if (!running) {
            end(cause);
        } else if (System.nanoTime() < end) {
            loop.schedule(() -> connector.accept(load, new Connection(this)), RECONNECT_MS, TimeUnit.MILLISECONDS);
        } else {
            finishIfDone();
        }
    }

    private void finishIfDone() {
        boolean sent = openLoop() ? schedule.over() && overdue.isEmpty() : System.nanoTime() >= end;
        if (sent && open.stream().noneMatch(Connection::busy)) {
            double seconds =
                    openLoop() ? (System.nanoTime() - start) / 1e9 : load.time().toNanos() / 1e9;
            finish(new LoadResult(answered, late, failed, seconds, latencies));
        }
    }

    private void giveUp() {
        long busy = open.stream().filter(Connection::busy).count();
        finish(new LoadResult(
                answered, late, failed + busy + overdue.size(), load.time().toNanos() / 1e9, latencies));
    }

    private void finish(LoadResult all) {
        if (result.complete(all)) {
            open.forEach(Connection::close);
        }
    }

    private void end(Throwable cause) {
        if (result.completeExceptionally(cause)) {
            open.forEach(Connection::close);
        }
    }
}
