package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** However many collections are written to at once, a server has no more than so many connections for that. */
class ManyLanesTest extends StagedTest {
    private static final int MANY = 300;
    /** By default. */
    private static final int MOST = 64;
    /** The health checker's, the witness's, and those of clients. */
    private static final int OTHERS = 16;

    ManyLanesTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static boolean isAdd(Call call) {
        return call.writes() && call.uri().endsWith("/add");
    }

    private JsonNode turns() {
        return stage().client().get("/status").join().json().at("/instances/0/write_turns");
    }

    private int sent() {
        return stage().primary().calls(ManyLanesTest::isAdd).size();
    }

    private List<Collection> collections() {
        return Stream.generate(stage()::collection).limit(MANY).toList();
    }

    private List<CompletableFuture<Client.Answer>> write(List<Collection> all, String id) {
        return all.stream().map(each -> each.add(id)).toList();
    }

    private void assertAdded(List<CompletableFuture<Client.Answer>> writes) {
        writes.forEach(write ->
                assertEquals(201, write.join().status(), () -> write.join().body()));
    }

    @Test
    void manyCollectionsThatAreWrittenAtOnceWaitInLineForFewConnections() {
        List<Collection> all = collections();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(ManyLanesTest::isAdd, Reply.held(gate));
        List<CompletableFuture<Client.Answer>> writes = write(all, "one");
        await().atMost(Stage.SOON).until(() -> sent() + turns().path("waiting").asInt() == MANY);
        int connections = stage().primary().connections();
        assertTrue(connections <= MOST + OTHERS, "the primary has " + connections + " connections");
        assertTrue(turns().path("under_way").asInt() == sent(), turns().toString());
        assertTrue(sent() <= turns().path("most").asInt(), turns().toString());
        // The catalog waits behind nobody's records, and reads have connections of their own.
        Collection other = stage().collection();
        assertEquals(200, other.read().join().status());
        gate.complete(null);
        assertAdded(writes);
        assertTrue(stage().primary().connections() <= MOST + OTHERS);
        assertEquals(0, turns().path("waiting").asInt());
        for (Collection each : all) {
            awaitHeld(stage().replica(), each, "one");
        }
        assertTrue(stage().replica().connections() <= MOST + OTHERS);
    }

    /** What waits was sent to nobody: another server decides it, and the lane is not in doubt. */
    @Test
    void whatWaitsInLineGoesToTheNextServerWhenItsOwnGoes() {
        List<Collection> all = collections();
        stage().primary().always(ManyLanesTest::isAdd, new Reply.Never());
        List<CompletableFuture<Client.Answer>> writes = write(all, "one");
        await().atMost(Stage.SOON).until(() -> sent() + turns().path("waiting").asInt() == MANY);
        int sent = sent();
        stage().primary().vanish();
        assertAdded(writes);
        stage().primary().forget();
        stage().primary().reappear();
        for (Collection each : IntStream.range(0, MANY).mapToObj(all::get).toList()) {
            awaitHeld(stage().primary(), each, "one");
            assertEquals(List.of("one"), stage().replica().model().ids(each.name()));
        }
        assertTrue(sent < MANY, sent + " were sent");
        assertEquals(0, turns().path("waiting").asInt());
    }
}
