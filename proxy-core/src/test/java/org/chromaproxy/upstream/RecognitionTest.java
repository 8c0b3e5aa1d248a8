package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection is used only after a look that began when it was open; one look serves many. */
class RecognitionTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final List<CompletableFuture<Optional<String>>> looks = new ArrayList<>();
    private final Recognition recognition = new Recognition(
            instance,
            (_, _) -> {
                CompletableFuture<Optional<String>> look = new CompletableFuture<>();
                looks.add(look);
                return look;
            },
            _ -> {});

    @BeforeEach
    void inUse() {
        instance.become(InstanceState.UP, "");
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    /** A time that nothing before it is equal to. */
    private static long now() {
        long begun = System.nanoTime();
        long now = System.nanoTime();
        while (now == begun) {
            now = System.nanoTime();
        }
        return now;
    }

    private static UpstreamException failure(CompletableFuture<Void> asked) {
        Throwable error = asked.exceptionNow();
        Throwable cause = error.getCause();
        return (UpstreamException) (cause == null ? error : cause);
    }

    @Test
    void whatWasOpenBeforeALookIsKnownByIt() {
        long opened = now();
        assertFalse(instance.recognisedSince(opened));
        now();
        var asked = recognition.after(opened, loop);
        var beside = recognition.after(opened, loop);
        assertEquals(1, looks.size());
        assertFalse(instance.recognisedSince(opened));
        looks.getFirst().complete(Optional.empty());
        assertTrue(asked.isDone());
        assertTrue(beside.isDone());
        assertTrue(instance.recognisedSince(opened));
        assertFalse(instance.recognisedSince(now()));
    }

    @Test
    void whatWasOpenedWhileALookWasUnderWayWaitsForTheNext() {
        now();
        var first = recognition.after(System.nanoTime() - 1, loop);
        long later = now();
        var second = recognition.after(later, loop);
        var third = recognition.after(later, loop);
        looks.getFirst().complete(Optional.empty());
        assertTrue(first.isDone());
        assertFalse(second.isDone());
        assertEquals(2, looks.size());
        looks.getLast().complete(Optional.empty());
        assertTrue(second.isDone());
        assertTrue(third.isDone());
        assertTrue(instance.recognisedSince(later));
    }

    @Test
    void anotherServerIsNotUsedAndNothingWasSentToIt() {
        long opened = now();
        var asked = recognition.after(opened, loop);
        looks.getFirst().complete(Optional.of("it came back with older data"));
        assertTrue(failure(asked).neverSent());
        assertTrue(String.valueOf(failure(asked).getMessage()).contains("older data"));
        assertFalse(instance.recognisedSince(opened));
    }

    @Test
    void aLookWithoutAnAnswerIsRepeatedForTheNextWhoAsks() {
        long opened = now();
        var asked = recognition.after(opened, loop);
        looks.getFirst().completeExceptionally(new IllegalStateException("no answer"));
        assertTrue(failure(asked).neverSent());
        var again = recognition.after(opened, loop);
        assertEquals(2, looks.size());
        looks.getLast().complete(Optional.empty());
        assertFalse(again.isCompletedExceptionally());
    }

    @Test
    void oneThatCannotBeAskedFailsWhoWaits() {
        Recognition ending = new Recognition(
                instance,
                (_, _) -> {
                    throw new IllegalStateException("the loops end");
                },
                _ -> {});
        assertTrue(failure(ending.after(now(), loop)).neverSent());
        assertTrue(failure(ending.after(now(), loop)).neverSent());
    }

    @Test
    void oneThatIsNotInUseIsNotUsed() {
        instance.become(InstanceState.NEEDS_RESYNC, "older");
        assertTrue(failure(recognition.after(now(), loop)).neverSent());
        assertEquals(0, looks.size());
    }

    @Test
    void anOlderLookTakesNothingBack() {
        long opened = now();
        long begun = now();
        instance.recognised(begun);
        instance.recognised(opened - 1);
        assertTrue(instance.recognisedSince(opened));
    }
}
