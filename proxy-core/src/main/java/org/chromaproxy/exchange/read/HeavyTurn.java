package org.chromaproxy.exchange.read;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admit.HeavyReads;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.instance.Instance;
import org.jspecify.annotations.Nullable;

/** The turn of one read whose filter keeps a server busy. Confined to the exchange's loop. */
final class HeavyTurn {
    /** So long a server may execute it; then it is given up, and the next one begins. */
    static final long LONGEST_MS = 120_000;

    private final Exchange exchange;
    private final HeavyReads reads;
    private HeavyReads.@Nullable Waiting waiting;
    private HeavyReads.@Nullable Turn turn;
    private @Nullable Instance instance;
    private @Nullable ScheduledFuture<?> timer;
    private boolean over;

    HeavyTurn(Exchange exchange, HeavyReads reads) {
        this.exchange = exchange;
        this.reads = reads;
    }

    /**
     * Takes the turn, at once or when it comes.
     *
     * @param granted called then, unless {@link #end} is called before
     * @param refused called instead if too many wait, or if it does not come in that time
     */
    void take(long patienceMs, Runnable granted, Runnable refused) {
        Optional<HeavyReads.Turn> free = reads.enter();
        if (free.isPresent()) {
            turn = free.get();
            granted.run();
            return;
        }
        Optional<HeavyReads.Waiting> place = reads.await(exchange.use(), exchange.loop(), next -> {
            if (over) {
                next.end();
                return;
            }
            stopTimer();
            waiting = null;
            turn = next;
            granted.run();
        });
        if (place.isEmpty()) {
            over = true;
            refused.run();
            return;
        }
        waiting = place.get();
        timer = exchange.loop()
                .schedule(
                        () -> {
                            end();
                            refused.run();
                        },
                        patienceMs,
                        TimeUnit.MILLISECONDS);
    }

    /** It is sent there. */
    void begun(Instance to, Runnable tooLong) {
        instance = to;
        to.reads().begun();
        timer = exchange.loop().schedule(tooLong, LONGEST_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether it may be sent. */
    boolean granted() {
        return turn != null;
    }

    /** Whether a server has it and has not answered. */
    boolean underWay() {
        return instance != null;
    }

    /** It was answered, failed, or is wanted no more: gives the turn back, or waits for it no longer. */
    void end() {
        over = true;
        stopTimer();
        if (instance != null) {
            instance.reads().ended();
            instance = null;
        }
        if (waiting != null) {
            waiting.giveUp();
            waiting = null;
        }
        if (turn != null) {
            turn.end();
            turn = null;
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
