package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A follower may wait for more to be sent: here for longer than any test, so that only what ends the wait can. */
class FollowerLingerTest extends StagedTest {
    private static final int ENOUGH = 100;

    FollowerLingerTest() {
        super(Stage.Settings.DEFAULT.withLingerMs(600_000));
    }

    private void add(Collection collection, String... ids) {
        for (String id : ids) {
            assertEquals(201, collection.add(id).join().status(), id);
        }
    }

    private List<String> follower(Collection collection) {
        return stage().replica().model().ids(collection.name());
    }

    private void awaitFollower(Collection collection, String... ids) {
        await().atMost(Stage.SOON).untilAsserted(() -> assertEquals(List.of(ids), follower(collection)));
    }

    @Test
    void writesThatFollowOneAnotherAreOneRequestToTheFollower() {
        Collection collection = stage().usedCollection();
        add(collection, "a", "b", "c");
        assertEquals(3, stage().primary().calls(Call::writes).size());
        assertEquals(List.of(), stage().replica().calls(Call::writes), "it waits for more");

        List<CompletableFuture<Client.Answer>> more = new ArrayList<>();
        IntStream.range(3, ENOUGH).forEach(i -> more.add(collection.add("r" + i)));
        more.forEach(answer -> assertEquals(201, answer.join().status()));

        await().atMost(Stage.SOON).until(() -> follower(collection).size() == ENOUGH + 1);
        assertEquals(stage().primary().model().ids(collection.name()), follower(collection));
        assertEquals(1, stage().replica().calls(Call::writes).size());
    }

    @Test
    void aWriteThatCannotGoAlongEndsTheWait() {
        Collection collection = stage().usedCollection();
        add(collection, "a", "b");
        assertEquals(200, collection.write("delete", "{\"ids\":[\"a\"]}").join().status());
        awaitFollower(collection, "first", "b");
    }

    @Test
    void whileTheCollectionIsReadNothingWaits() {
        Collection collection = stage().usedCollection();
        add(collection, "a");
        AtomicInteger writes = new AtomicInteger();
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(200, collection.read().join().status());
            add(collection, "w" + writes.incrementAndGet());
            return follower(collection).contains("a");
        });
    }

    @Test
    void aReadThatNobodyElseCanAnswerEndsTheWait() {
        Collection collection = stage().usedCollection();
        add(collection, "a");
        assertEquals(List.of(), stage().replica().calls(Call::writes), "it waits for more");
        stage().primary().always(call -> call.is("get"), new Reply.Close(false));

        Client.Answer answer = collection.read().join();

        assertEquals(200, answer.status());
        assertEquals("[\"first\",\"a\"]", answer.json().path("ids").toString());
    }

    @Test
    void theDeletionOfTheCollectionEndsTheWait() {
        Collection collection = stage().usedCollection();
        add(collection, "a");
        assertEquals(List.of(), stage().replica().calls(Call::writes), "it waits for more");

        Client.Answer deleted = stage().client()
                .delete(Collection.DATABASE + "/collections/" + collection.name())
                .join();

        assertEquals(200, deleted.status());
        await().atMost(Stage.SOON)
                .until(() -> stage().replica()
                                .calls(call -> call.method().equals("DELETE"))
                                .size()
                        == 1);
    }
}
