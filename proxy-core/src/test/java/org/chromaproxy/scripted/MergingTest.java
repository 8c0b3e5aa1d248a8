package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Writes that queue while one is out go as one; each client hears of its own. */
class MergingTest extends StagedTest {
    private static final int WRITES = 100;
    /** More than a lane keeps in memory. */
    private static final int BACKLOG = 1_500;

    MergingTest() {
        super(Stage.Settings.DEFAULT);
    }

    @Test
    void writesThatQueueBehindOneGoTogetherAndEachClientIsAnswered() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        List<CompletableFuture<Client.Answer>> answers = behindOneThatWaits(stage, collection, WRITES);
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status());
        }
        assertTrue(stage.primary().calls(Call::writes).size() < WRITES / 5, "merged at the leader");
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        stage.primary().model().ids(collection.name()),
                        stage.replica().model().ids(collection.name())));
        assertEquals(WRITES + 2, stage.replica().model().ids(collection.name()).size());
    }

    @Test
    void oneRefusedWriteAmongThemIsRefusedAloneAndTheOthersAreApplied() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        stage.primary()
                .always(
                        call -> call.writes() && call.body().contains("\"r7\""),
                        Reply.error(400, "InvalidArgumentError", "r7 is not wanted"));
        List<CompletableFuture<Client.Answer>> answers = behindOneThatWaits(stage, collection, 20);
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(i == 7 ? 400 : 201, answers.get(i).join().status(), "write " + i);
        }
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        stage.primary().model().ids(collection.name()),
                        stage.replica().model().ids(collection.name())));
        assertEquals(21, stage.replica().model().ids(collection.name()).size());
    }

    @Test
    void aMergedRequestWithoutAnAnswerIsSentAgainOneByOneAndNothingIsLost() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        stage.primary()
                .once(call -> call.writes() && call.body().contains("\"r3\""), Reply.error(500, "InternalError", "no"));
        List<CompletableFuture<Client.Answer>> answers = behindOneThatWaits(stage, collection, 20);
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status());
        }
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        stage.primary().model().ids(collection.name()),
                        stage.replica().model().ids(collection.name())));
        assertEquals(22, stage.replica().model().ids(collection.name()).size());
    }

    @Test
    void aFollowerFarBehindIsFedFromTheLogInOrder() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage.replica().once(Call::writes, Reply.held(gate));
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < BACKLOG; i++) {
            answers.add(collection.add("r" + i));
            if (i % 500 == 0) {
                answers.getLast().join();
            }
        }
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status());
        }
        assertTrue(stage.replica().model().ids(collection.name()).size() < BACKLOG);
        gate.complete(null);
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        stage.primary().model().ids(collection.name()),
                        stage.replica().model().ids(collection.name())));
        assertTrue(stage.replica().calls(Call::writes).size() < BACKLOG / 5, "caught up in batches");
    }

    /** By 500 decided records, and what may be under way at once on top of them. */
    @Test
    void aFollowerSlowerThanTheLeaderSetsThePace() {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        stage.replica().times(Integer.MAX_VALUE, Call::writes, call -> Reply.after(300));
        AtomicInteger sent = new AtomicInteger();
        List<CompletableFuture<Void>> clients =
                Stream.generate(() -> adding(collection, sent)).limit(100).toList();
        AtomicInteger furthest = new AtomicInteger();
        await().atMost(Stage.SOON).pollInterval(Duration.ofMillis(5)).until(() -> {
            int follower = stage.replica().model().ids(collection.name()).size();
            int leader = stage.primary().model().ids(collection.name()).size();
            furthest.accumulateAndGet(leader - follower, Math::max);
            return clients.stream().allMatch(CompletableFuture::isDone);
        });
        clients.forEach(CompletableFuture::join);
        assertTrue(furthest.get() > 200, "the follower was slower: " + furthest);
        assertTrue(furthest.get() <= 800, "the leader was " + furthest + " records ahead");
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        stage.primary().model().ids(collection.name()),
                        stage.replica().model().ids(collection.name())));
    }

    private static CompletableFuture<Void> adding(Collection collection, AtomicInteger sent) {
        int next = sent.incrementAndGet();
        return next > BACKLOG
                ? CompletableFuture.completedFuture(null)
                : collection.add("r" + next).thenCompose(answer -> {
                    assertEquals(201, answer.status());
                    return adding(collection, sent);
                });
    }

    private static List<CompletableFuture<Client.Answer>> behindOneThatWaits(
            Stage stage, Collection collection, int writes) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage.primary().once(call -> call.writes() && call.body().contains("\"gate\""), Reply.held(gate));
        CompletableFuture<Client.Answer> first = collection.add("gate");
        awaitCalls(stage.primary(), 1);
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < writes; i++) {
            answers.add(collection.add("r" + i));
        }
        await().atMost(Stage.SOON)
                .until(() -> stage.log()
                        .look("SELECT count(*) FROM log_record WHERE lane = '" + collection.id() + "'")
                        .getFirst()
                        .equals(Integer.toString(writes + 2)));
        gate.complete(null);
        assertEquals(201, first.join().status());
        return answers;
    }
}
