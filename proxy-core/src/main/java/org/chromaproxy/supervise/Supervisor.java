package org.chromaproxy.supervise;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.chromaproxy.config.Supervision;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd that the proxy is ready, that it lives, and that it stops (sd_notify(3)). Does nothing where nobody
 * listens. Thread-safe.
 */
public final class Supervisor implements AutoCloseable {
    private static final long POLL_MS = 50;

    private final @Nullable NotifySocket socket;
    private final List<EventLoop> loops;

    Supervisor(@Nullable NotifySocket socket, List<EventLoop> loops) {
        this.socket = socket;
        this.loops = loops;
    }

    /**
     * Begins to watch.
     *
     * @param loops those that must turn for the process to count as alive
     * @param ready whether it has started: serves, or stands by; asked every 50 ms until it is so
     */
    public static Supervisor start(Supervision wanted, List<EventLoop> loops, BooleanSupplier ready) {
        NotifySocket socket = wanted.socket().flatMap(NotifySocket::open).orElse(null);
        Supervisor supervisor = new Supervisor(socket, loops);
        if (socket != null) {
            supervisor.await(socket, ready, wanted.watchdogMicros());
        }
        return supervisor;
    }

    private void await(NotifySocket to, BooleanSupplier ready, long watchdogMicros) {
        if (!ready.getAsBoolean()) {
            to.executor().schedule(() -> await(to, ready, watchdogMicros), POLL_MS, TimeUnit.MILLISECONDS);
            return;
        }
        to.send("READY=1");
        if (watchdogMicros > 0) {
            long half = Math.max(1, watchdogMicros / 2);
            to.executor().scheduleAtFixedRate(this::beat, 0, half, TimeUnit.MICROSECONDS);
        }
    }

    /** Asks every event loop in turn to run a task; only when the last has done so is the process said to be alive. */
    void beat() {
        pass(0);
    }

    private void pass(int next) {
        if (next == loops.size()) {
            say("WATCHDOG=1");
        } else {
            loops.get(next).execute(() -> pass(next + 1));
        }
    }

    /** Says that it stops now, and waits until that has left. */
    public void stopping() {
        say("STOPPING=1");
        if (socket != null) {
            socket.flush();
        }
    }

    void say(String state) {
        if (socket != null) {
            socket.send(state);
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
