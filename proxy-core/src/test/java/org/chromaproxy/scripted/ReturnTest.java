package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was in doubt on an instance that died is looked at before it serves that collection again. */
class ReturnTest extends StagedTest {
    private static final Reply UNDONE = new Reply.Close(false);
    private static final Reply DONE = new Reply.Close(true);

    ReturnTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0.5));
    }

    /** An instance's return is complete when another collection is written there again. */
    @AfterEach
    void bothAreBack() {
        stage().forget();
        awaitUsable(2);
        Collection other = stage().usedCollection();
        awaitHeld(stage().primary(), other, "first");
    }

    private void awaitUsable(int instances) {
        await().atMost(Stage.SOON)
                .until(() -> stage().client()
                        .get("/health")
                        .join()
                        .json()
                        .path("healthy_instances")
                        .asText()
                        .equals(instances + "/2"));
    }

    private static boolean readsBack(Call call, String id) {
        return call.is("get") && call.body().contains("\"" + id) && call.body().contains("include");
    }

    /** A collection, who leads it, and who does not. */
    private record Led(Collection collection, ScriptedChroma leader, ScriptedChroma follower) {}

    /** The leader is the one that hears of a write first. */
    private Led led() {
        Collection collection = stage().usedCollection();
        assertEquals(201, collection.add("probe").join().status());
        awaitHeld(stage().primary(), collection, "probe");
        awaitHeld(stage().replica(), collection, "probe");
        boolean primary = probed(stage().primary()) < probed(stage().replica());
        stage().forget();
        return primary
                ? new Led(collection, stage().primary(), stage().replica())
                : new Led(collection, stage().replica(), stage().primary());
    }

    private static long probed(ScriptedChroma instance) {
        return instance.calls(call -> call.writes() && call.body().contains("probe"))
                .getFirst()
                .arrivedNanos();
    }

    @Test
    void aWriteInDoubtWhereTheLeaderDiedIsComparedThereBeforeAnybodyReadsIt() {
        Led led = led();
        led.leader().once(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer = led.collection().add("doubted");
        awaitCalls(led.leader(), 1);
        led.leader().vanish();
        assertEquals(201, answer.join().status());
        stage().forget();
        led.leader().reappear();
        awaitHeld(led.leader(), led.collection(), "doubted");
        await().atMost(Stage.SOON)
                .until(() ->
                        !led.leader().calls(call -> readsBack(call, "doubted")).isEmpty());
        await().atMost(Stage.SOON).until(() -> {
            assertRead(led.collection(), List.of("first", "probe", "doubted"));
            return !led.leader()
                    .calls(call -> call.is("get") && call.body().equals("{}"))
                    .isEmpty();
        });
        int comparison = led.leader()
                .calls(call -> readsBack(call, "doubted"))
                .getFirst()
                .order();
        int read = led.leader()
                .calls(call -> call.is("get") && call.body().equals("{}"))
                .getFirst()
                .order();
        assertTrue(comparison < read, "compared before it is read");
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
    }

    /** Loses the leader while a write of so many records is under way there; it comes back. */
    private static void doubted(Led led, int records) {
        String ids = IntStream.range(0, records).mapToObj(i -> "\"d" + i + "\"").collect(Collectors.joining(","));
        String embeddings = "[0.5,1],".repeat(records - 1) + "[0.5,1]";
        led.leader().once(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer =
                led.collection().write("add", "{\"ids\":[" + ids + "],\"embeddings\":[" + embeddings + "]}");
        awaitCalls(led.leader(), 1);
        led.leader().vanish();
        assertEquals(201, answer.join().status());
    }

    @Test
    void manyRecordsInDoubtAreComparedByFewRequests() {
        Led led = led();
        int records = 400;
        doubted(led, records);
        led.leader().reappear();
        awaitHeld(led.leader(), led.collection(), "d0");
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(200, led.collection().read().join().status());
            return !led.leader()
                    .calls(call -> call.is("get") && call.body().equals("{}"))
                    .isEmpty();
        });
        for (ScriptedChroma instance : List.of(led.leader(), led.follower())) {
            int asked = instance.calls(call -> readsBack(call, "d")).size();
            assertTrue(asked < 20, instance.uri() + " was asked " + asked + " times");
        }
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
    }

    /** As behind something slow: each attempt that is given up must ask no more, and there are few. */
    @Test
    void aComparisonThatIsNeverDoneInTimeIsLeftToOneThatHasTime() {
        Led led = led();
        doubted(led, 3);
        for (ScriptedChroma instance : List.of(led.leader(), led.follower())) {
            instance.always(call -> readsBack(call, "d0"), new Reply.Never());
        }
        led.leader().reappear();
        String name = led.leader() == stage().primary() ? "primary" : "replica";
        await().atMost(Stage.SOON.multipliedBy(2))
                .until(() -> places(led.collection()).contains(name + " UNVERIFIED"));
        int asked = led.leader().calls(call -> readsBack(call, "d0")).size()
                + led.follower().calls(call -> readsBack(call, "d0")).size();
        assertTrue(asked <= 6, "asked " + asked + " times");
        assertEquals(201, led.collection().add("meanwhile").join().status());
    }

    @Test
    void anInstanceThatComesBackWithAnotherVersionOfWhatWasInDoubtIsNoLongerRead() {
        Led led = led();
        led.leader().once(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer = led.collection().add("doubted");
        awaitCalls(led.leader(), 1);
        led.leader().vanish();
        assertEquals(201, answer.join().status());
        stage().forget();
        // It says that it has applied the record, and has not.
        led.leader().always(call -> call.writes() && call.body().contains("doubted"), Reply.json(201, "{}"));
        led.leader().reappear();
        await().atMost(Stage.SOON)
                .until(() -> places(led.collection()).stream().anyMatch(place -> place.endsWith("DIVERGED")));
        assertEquals(
                List.of(led.leader() == stage().primary() ? "primary" : "replica"),
                stage().log()
                        .look("SELECT instance FROM collection_place WHERE state = 'DIVERGED' AND public_id = '"
                                + led.collection().id() + "'"));
        assertRead(led.collection(), List.of("first", "probe", "doubted"));
        assertEquals(201, led.collection().add("later").join().status());
        assertRead(led.collection(), List.of("first", "probe", "doubted", "later"));
    }

    /** It is not compared yet when the other one is gone, and nobody writes, which would have it lead. */
    @Test
    void whoeverIsLeftInDoubtIsReadThoughNobodyWrites() {
        Led led = led();
        CompletableFuture<Void> comparison = new CompletableFuture<>();
        led.leader().once(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer = led.collection().add("doubted");
        awaitCalls(led.leader(), 1);
        led.leader().vanish();
        assertEquals(201, answer.join().status());
        stage().forget();
        led.leader().always(call -> readsBack(call, "doubted"), Reply.held(comparison));
        led.leader().reappear();
        awaitHeld(led.leader(), led.collection(), "doubted");
        await().atMost(Stage.SOON)
                .until(() ->
                        !led.leader().calls(call -> readsBack(call, "doubted")).isEmpty());
        led.follower().vanish();
        comparison.complete(null);
        assertRead(led.collection(), List.of("first", "probe", "doubted"));
        led.follower().reappear();
        awaitUsable(2);
    }

    @Test
    void anInstanceThatComesBackWithNothingInDoubtIsNotAsked() {
        Led led = led();
        WitnessTest.awaitWitnessed(stage(), led.follower());
        led.follower().vanish();
        awaitUsable(1);
        assertEquals(201, led.collection().add("missed").join().status());
        led.follower().reappear();
        awaitHeld(led.follower(), led.collection(), "missed");
        await().atMost(Stage.SOON).until(() -> {
            assertRead(led.collection(), List.of("first", "probe", "missed"));
            return !led.follower().calls(call -> call.is("get")).isEmpty();
        });
        String here = led.follower().model().idOf(led.collection().name());
        assertEquals(
                List.of(),
                led.follower()
                        .calls(call -> call.is("get")
                                && call.path().contains(here)
                                && !call.body().equals("{}")));
    }

    @Test
    void anInstanceThatWasAwayWhenAWriteWasGivenUpIsComparedBeforeItServes() {
        Led led = led();
        led.follower().vanish();
        awaitUsable(1);
        led.leader().always(call -> call.writes() && call.body().contains("poison"), DONE);
        assertEquals(500, led.collection().add("poison").join().status());
        assertEquals(List.of("ABANDONED 500"), outcomes(led.collection()));
        assertTrue(
                places(led.collection()).stream().anyMatch(place -> place.endsWith("UNVERIFIED")),
                places(led.collection()).toString());
        led.follower().reappear();
        await().atMost(Stage.SOON)
                .until(() -> places(led.collection()).stream().anyMatch(place -> place.endsWith("DIVERGED")));
        assertRead(led.collection(), List.of("first", "probe", "poison"));
    }

    @Test
    void anInstanceThatWasAwayWhenAWriteWasGivenUpWithoutATraceServesOn() {
        Led led = led();
        led.follower().vanish();
        awaitUsable(1);
        led.leader().always(call -> call.writes() && call.body().contains("poison"), UNDONE);
        assertEquals(500, led.collection().add("poison").join().status());
        led.follower().reappear();
        assertEquals(201, led.collection().add("later").join().status());
        awaitHeld(led.follower(), led.collection(), "later");
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
        assertRead(led.collection(), List.of("first", "probe", "later"));
    }

    @Test
    void whenBothDieTheLeaderGoesOnAndTheOtherIsComparedWithIt() {
        Led led = led();
        led.leader().once(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer = led.collection().add("doubted");
        awaitCalls(led.leader(), 1);
        led.follower().vanish();
        led.leader().vanish();
        awaitUsable(0);
        stage().forget();
        led.leader().reappear();
        led.follower().reappear();
        assertEquals(201, answer.join().status());
        awaitHeld(led.follower(), led.collection(), "doubted");
        await().atMost(Stage.SOON)
                .until(() -> !led.follower()
                        .calls(call -> readsBack(call, "doubted"))
                        .isEmpty());
        assertRead(led.collection(), List.of("first", "probe", "doubted"));
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
    }

    /** The leader died with the write done and untold; while nobody has decided it yet, the sides cannot be equal. */
    @Test
    void aWriteInDoubtThatNobodyHasDecidedYetIsNotCompared() {
        Led led = led();
        led.leader().once(Call::writes, DONE);
        led.leader().always(Call::writes, new Reply.Never());
        CompletableFuture<Client.Answer> answer = led.collection().add("doubted");
        awaitDoubted(led.leader(), 2);
        led.follower().vanish();
        led.leader().vanish();
        awaitUsable(0);
        stage().forget();
        led.follower().always(call -> call.writes() && call.body().contains("doubted"), Reply.json(429, "{}"));
        led.follower().reappear();
        awaitUsable(1);
        awaitDoubted(led.follower(), 2);
        led.leader().reappear();
        awaitUsable(2);
        // The looks come once a second.
        awaitDoubted(led.follower(), 14);
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
        stage().forget();
        assertEquals(201, answer.join().status());
        awaitHeld(led.follower(), led.collection(), "doubted");
        assertRead(led.collection(), List.of("first", "probe", "doubted"));
        assertEquals(List.of("primary READY", "replica READY"), places(led.collection()));
    }

    private static void awaitDoubted(ScriptedChroma instance, int times) {
        await().atMost(Stage.SOON)
                .until(() -> instance.calls(call -> call.writes() && call.body().contains("doubted"))
                                .size()
                        >= times);
    }
}
