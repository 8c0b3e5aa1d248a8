package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LaneOrderTest extends StagedTest {
    private static final int WRITES = 200;

    LaneOrderTest() {
        super(Stage.Settings.DEFAULT);
    }

    @Test
    void everyInstanceGetsAllWritesOfACollectionOneAtATimeInTheOrderOfTheLog() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        AtomicInteger overlaps = new AtomicInteger();
        for (ScriptedChroma instance : List.of(stage.primary(), stage.replica())) {
            instance.onArrival(call -> {
                if (call.writes() && instance.calls(Call::writes).stream().anyMatch(other -> !other.answered())) {
                    overlaps.incrementAndGet();
                }
            });
            instance.times(50, Call::writes, call -> Reply.after(call.order() % 4));
        }
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
            answers.add(collection.add("r" + i));
        }
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status());
        }
        List<String> logged = stage.log()
                .column("SELECT convert_from(body, 'UTF8')::jsonb -> 'ids' ->> 0 FROM log_record WHERE lane = '"
                        + collection.id() + "' ORDER BY lsn");
        assertEquals(WRITES + 1, logged.size());
        assertEquals(logged, stage.primary().model().ids(collection.name()));
        await().atMost(Stage.SOON)
                .untilAsserted(
                        () -> assertEquals(logged, stage.replica().model().ids(collection.name())));
        assertEquals(0, overlaps.get(), "writes of one collection at an instance at once");
    }

    @Test
    void aWriteThatConflictsIsSentOnlyWhenTheCursorIsDurableBehindTheOneBefore() throws Exception {
        Stage stage = stage();
        Collection collection = stage.usedCollection();
        List<String> early = new CopyOnWriteArrayList<>();
        watchCursor("primary", stage.primary(), collection, early);
        watchCursor("replica", stage.replica(), collection, early);
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(collection.write("upsert", Collection.record("same")));
        }
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(200, answer.join().status());
        }
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().calls(Call::writes).size() == 10);
        assertEquals(List.of(), early);
        assertEquals(10, stage.primary().calls(Call::writes).size());
    }

    /** Notes the writes that arrive while fewer records than were sent there before are behind the durable cursor. */
    private void watchCursor(String name, ScriptedChroma instance, Collection collection, List<String> early) {
        AtomicInteger sent = new AtomicInteger(1);
        instance.onArrival(call -> {
            if (call.writes()) {
                String behind = stage().log()
                        .look("SELECT count(*) FROM log_record r JOIN lane_cursor c ON c.lane = r.lane AND"
                                + " c.instance = '"
                                + name + "' AND r.lsn <= c.lsn WHERE r.lane = '" + collection.id() + "'")
                        .getFirst();
                int before = sent.getAndIncrement();
                if (Integer.parseInt(behind) < before) {
                    early.add(name + " was sent number " + before + " while " + behind + " were durable");
                }
            }
        });
    }
}
