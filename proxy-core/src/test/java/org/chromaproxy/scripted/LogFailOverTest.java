package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.chromaproxy.scripted.StagedTest.awaitHeld;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** PostgreSQL is away for longer than a proxy that may have a rival can know that it owns the log, as in a fail-over. */
class LogFailOverTest {
    @Test
    void readsAndWritesOfAFailOverWaitForTheLogAndNoneFails() throws Exception {
        try (Stage stage = Stage.openWithRivals(Stage.Settings.DEFAULT)) {
            Collection collection = stage.usedCollection();
            List<CompletableFuture<Client.Answer>> writes = new ArrayList<>();
            List<CompletableFuture<Client.Answer>> reads = new ArrayList<>();
            try (LogSql.Hold _ = stage.log().away()) {
                writes.add(collection.add("at-once"));
                await("it is not known any more who owns the log")
                        .atMost(Stage.SOON)
                        .until(() -> waits(collection.read()));
                for (int i = 0; i < 10; i++) {
                    writes.add(collection.add("during-" + i));
                    reads.add(collection.read());
                }
                assertFalse(reads.stream().anyMatch(CompletableFuture::isDone));
            }
            for (CompletableFuture<Client.Answer> write : writes) {
                assertEquals(201, write.join().status(), write.join().body());
            }
            for (CompletableFuture<Client.Answer> read : reads) {
                assertEquals(200, read.join().status(), read.join().body());
            }
            awaitHeld(stage.replica(), collection, "during-9");
            assertEquals(12, stage.primary().model().ids(collection.name()).size());
        }
    }

    @Test
    void whenTheLogStaysAwayTheyAreToldSoAndNothingWasExecuted() throws Exception {
        try (Stage stage = Stage.openWithRivals(Stage.Settings.DEFAULT.withLogMs(7_000))) {
            Collection collection = stage.usedCollection();
            try (LogSql.Hold _ = stage.log().away()) {
                List<CompletableFuture<Client.Answer>> tries = new ArrayList<>();
                await().atMost(Stage.SOON).until(() -> {
                    CompletableFuture<Client.Answer> read = collection.read();
                    tries.add(read);
                    return read.join().status() == 503;
                });
                Client.Answer told = tries.getLast().join();
                assertEquals(503, told.status());
                assertFalse(told.body().contains("stands by"), told.body());
            }
        }
    }

    private static boolean waits(CompletableFuture<Client.Answer> read) throws Exception {
        try {
            assertEquals(200, read.get(300, TimeUnit.MILLISECONDS).status());
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }
}
