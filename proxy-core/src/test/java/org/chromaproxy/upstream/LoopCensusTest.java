package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopCensusTest {
    private static final LoopCensus.PoolCount COUNT = new LoopCensus.PoolCount(3, 2, 1);

    private final EventLoop loop = new DefaultEventLoop();

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void eachPoolTellsOnTheLoopWhatItHolds() {
        LoopCensus census = LoopCensus.of(
                        4,
                        loop,
                        List.of(() -> {
                            assertTrue(loop.inEventLoop());
                            return COUNT;
                        }),
                        1,
                        TimeUnit.MINUTES)
                .join();

        assertEquals(4, census.index());
        assertEquals(List.of(COUNT), census.pools());
    }

    @Test
    void aLoopThatIsStuckIsAnsweredForInTime() {
        CountDownLatch stuck = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        LoopCensus census = LoopCensus.of(4, loop, List.of(() -> COUNT), 20, TimeUnit.MILLISECONDS)
                .join();
        stuck.countDown();

        assertEquals(new LoopCensus(4, TimeUnit.MILLISECONDS.toNanos(20), 0, List.of()), census);
    }
}
