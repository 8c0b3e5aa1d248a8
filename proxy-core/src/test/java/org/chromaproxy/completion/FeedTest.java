package org.chromaproxy.completion;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.chromaproxy.completion.Identity.Sampling;
import org.chromaproxy.http.ForwardedHeaders.Client;
import org.chromaproxy.route.RouteKind;
import org.junit.jupiter.api.Test;

class FeedTest {
    private static final Client CLIENT = new Client("127.0.0.1", false);
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0";

    /** Keeps what it is told, once the gate is open. */
    private static final class Keeper implements Observer {
        private final List<Noted> told = new CopyOnWriteArrayList<>();
        private final CountDownLatch gate = new CountDownLatch(1);
        private final CountDownLatch stuck = new CountDownLatch(1);

        @Override
        public void completed(Noted noted) {
            stuck.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            told.add(noted);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static Trail begin(Feed feed) {
        return feed.begin(CLIENT, "GET", "/health", RouteKind.OWN, "");
    }

    @Test
    void withNobodyToTellNothingIsNoted() {
        try (Feed feed = Feed.none()) {
            assertSame(Trail.NONE, begin(feed));
        }
    }

    @Test
    void whatFindsNoPlaceIsDroppedAndCountedAndTheCallerNeverWaits() throws Exception {
        Keeper slow = new Keeper();
        Feed feed = Feed.to(List.of(slow), Sampling.OFF, new Feed.Counts());
        try (feed) {
            feed.tell(begin(feed), Ending.ANSWERED);
            slow.stuck.await();
            for (int i = 0; i < 10_000; i++) {
                feed.tell(begin(feed), Ending.ANSWERED);
            }
            // This thread got here although the observer takes nothing.
            long dropped = feed.counts().dropped().sum();
            assertTrue(dropped > 5_000 && dropped < 10_000, dropped + " dropped");
            slow.gate.countDown();
            await().untilAsserted(() -> assertEquals(10_001 - dropped, slow.told.size()));
        }
    }

    @Test
    void anExchangeIsToldOnceWithItsFirstEnding() {
        Keeper keeper = new Keeper();
        keeper.gate.countDown();
        try (Feed feed = Feed.to(List.of(keeper), Sampling.OFF, new Feed.Counts())) {
            Trail trail = begin(feed);
            trail.received(3);
            feed.tell(trail, Ending.CUT_OFF);
            feed.tell(trail, Ending.ANSWERED);
            trail.received(4);
            feed.tell(begin(feed), Ending.ANSWERED);
        }
        assertEquals(2, keeper.told.size());
        assertEquals(Ending.CUT_OFF, keeper.told.getFirst().ending());
        assertEquals(3, keeper.told.getFirst().bytesIn());
    }

    @Test
    void anObserverThatFailsDoesNotKeepOthersFromHearing() {
        Keeper keeper = new Keeper();
        keeper.gate.countDown();
        Observer broken = new Observer() {
            @Override
            public void completed(Noted noted) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        try (Feed feed = Feed.to(List.of(broken, keeper), Sampling.OFF, new Feed.Counts())) {
            feed.tell(begin(feed), Ending.ANSWERED);
            feed.tell(begin(feed), Ending.ANSWERED);
        }
        assertEquals(2, keeper.told.size());
    }

    @Test
    void theParentsChoiceHoldsAndOthersAreSampledByRatio() {
        Keeper keeper = new Keeper();
        keeper.gate.countDown();
        try (Feed feed = Feed.to(List.of(keeper), new Sampling(true, 0.25), new Feed.Counts())) {
            for (String flag : List.of("0", "1")) {
                feed.tell(feed.begin(CLIENT, "GET", "/", RouteKind.OWN, PARENT + flag), Ending.ANSWERED);
            }
            for (int i = 0; i < 4_000; i++) {
                feed.tell(begin(feed), Ending.ANSWERED);
            }
            await().until(() -> keeper.told.size() + feed.counts().dropped().sum() == 4_002);
        }
        assertEquals(
                List.of(false, true),
                keeper.told.subList(0, 2).stream()
                        .map(noted -> noted.identity().sampled())
                        .toList());
        assertEquals(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                keeper.told.getFirst().identity().traceId());
        long sampled =
                keeper.told.stream().filter(noted -> noted.identity().sampled()).count();
        double share = (double) sampled / keeper.told.size();
        assertTrue(share > 0.15 && share < 0.35, "a share of " + share);
    }
}
