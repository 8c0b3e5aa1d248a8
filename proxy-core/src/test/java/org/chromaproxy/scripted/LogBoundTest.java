package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.Test;

/** The log stays beneath its bound whatever is written, and drops nothing that a server still needs. */
class LogBoundTest {
    private static final long MIB = 1 << 20;
    private static final long BOUND = 64 * MIB;
    private static final long SHARE = 16 * MIB;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final AccessFixture FILE = new AccessFixture();
    private static final String QUIET = FILE.token("quiet", Role.ADMIN);
    private static final String NOISY = FILE.limited("noisy", Role.ADMIN, Map.of(PrincipalLimit.LOG, SHARE));
    private static final String TEXT = "x".repeat((int) MIB);
    private static final String SIZE = "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent ="
            + " 'log_record'::regclass";

    private static Stage open() throws Exception {
        return Stage.open(Stage.Settings.DEFAULT
                .withAccess(FILE.settings("for-the-instances"))
                .withLog(BOUND));
    }

    private static Client.Answer call(Client client, String uri, String body, String token) {
        return client.post(uri, body, "Authorization", "Bearer " + token).join();
    }

    private static Collection collection(Stage stage, String name) {
        Client.Answer created =
                call(stage.client(), Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}", QUIET);
        assertEquals(200, created.status(), created.body());
        Collection made = new Collection(stage, name, created.json().path("id").asText());
        assertEquals(201, add(stage.client(), made, "first", QUIET).status());
        return made;
    }

    private static Client.Answer add(Client client, Collection collection, String id, String token) {
        return call(client, collection.path("add"), Collection.record(id), token);
    }

    private static Client.Answer upsert(Client client, Collection collection, String id, String token) {
        String body = "{\"ids\":[\"" + id + "\"],\"embeddings\":[[1,2]],\"documents\":[\"" + TEXT + "\"]}";
        return call(client, collection.path("upsert"), body, token);
    }

    private static long size(Stage stage) {
        return Long.parseLong(stage.log().look(SIZE).getFirst());
    }

    private static JsonNode space(Client client) {
        return client.get("/status", "Authorization", "Bearer " + QUIET)
                .join()
                .json()
                .path("log_space");
    }

    @Test
    void aStreamOfLargeWritesKeepsTheLogBeneathItsBoundAndAnotherWritesOn() throws Exception {
        try (Stage stage = open()) {
            Collection large = collection(stage, "large");
            Collection small = collection(stage, "small");
            long largest = 0;
            for (int i = 0; i < 150; i++) {
                await().atMost(LONG)
                        .until(() -> upsert(stage.client(), large, "r", NOISY).status() == 200);
                if (i % 5 == 0) {
                    Client.Answer other = add(stage.client(), small, "s" + i, QUIET);
                    assertEquals(201, other.status(), other.body());
                    largest = Math.max(largest, size(stage));
                }
            }
            assertTrue(largest <= BOUND, "largest: " + largest);
            assertTrue(size(stage) <= BOUND);
            assertEquals(BOUND, space(stage.client()).path("limit").asLong());
            assertTrue(space(stage.client()).path("bytes").asLong() <= BOUND);
        }
    }

    @Test
    void whatAServerStillNeedsIsKeptAndItsWritersShareIsBounded() throws Exception {
        try (Stage stage = open()) {
            Collection large = collection(stage, "kept");
            Collection small = collection(stage, "others");
            await().atMost(Stage.SOON)
                    .until(() -> stage.replica().model().ids("others").contains("first"));
            stage.replica().vanish();
            List<String> taken = new ArrayList<>(List.of("first"));
            Client.Answer answer = upsert(stage.client(), large, "r0", NOISY);
            while (answer.status() == 200 && taken.size() < 60) {
                taken.add("r" + (taken.size() - 1));
                answer = upsert(stage.client(), large, "r" + (taken.size() - 1), NOISY);
            }
            assertEquals(429, answer.status(), "after " + taken.size());
            assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
            assertTrue(answer.body().contains("not applied on every server"), answer.body());
            assertEquals(201, add(stage.client(), small, "other", QUIET).status(), "others write on");
            await().atMost(Stage.SOON)
                    .until(() -> space(stage.client()).path("pinned_bytes").asLong() > 10 * MIB);
            assertEquals("replica", space(stage.client()).path("pinned_by").asText());

            try (Client client = stage.restartProxy()) {
                for (int i = 0; i < 20; i++) {
                    Client.Answer more = upsert(client, small, "again", QUIET);
                    assertEquals(200, more.status(), more.body());
                }
                stage.replica().reappear();
                await().atMost(LONG)
                        .until(() -> stage.replica().model().ids("kept").equals(taken));
                await().atMost(LONG)
                        .until(() -> stage.replica().model().ids("others").contains("again"));
                assertTrue(size(stage) <= BOUND);
                await().atMost(LONG)
                        .until(() -> upsert(client, large, "later", NOISY).status() == 200);
            }
        }
    }

    @Test
    void atTheBoundEveryWriteIsRefusedUntilWhatPinsTheLogIsApplied() throws Exception {
        try (Stage stage = open()) {
            Collection large = collection(stage, "pinned");
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.replica().always(Call::writes, Reply.held(gate));
            List<String> taken = new ArrayList<>(List.of("first"));
            Client.Answer answer = upsert(stage.client(), large, "r0", QUIET);
            while (answer.status() == 200 && taken.size() < 100) {
                taken.add("r" + (taken.size() - 1));
                answer = upsert(stage.client(), large, "r" + (taken.size() - 1), QUIET);
            }
            assertEquals(503, answer.status(), "after " + taken.size());
            assertTrue(answer.body().contains("LOG_MAX_BYTES"), answer.body());
            assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
            assertTrue(size(stage) <= BOUND, () -> "size: " + size(stage));
            assertTrue(taken.size() > 40, "the bound is not met before its time: " + taken.size());
            assertTrue(space(stage.client()).path("refused").asLong() > 0);
            Client.Answer read = call(stage.client(), large.path("get"), "{\"limit\":1,\"include\":[]}", QUIET);
            assertEquals(200, read.status(), "reads go on");

            stage.replica().forget();
            gate.complete(null);

            await().atMost(LONG)
                    .until(() -> stage.replica().model().ids("pinned").equals(taken));
            await().atMost(LONG)
                    .until(() -> upsert(stage.client(), large, "later", QUIET).status() == 200);
        }
    }

    @Test
    void aServerThatIsOutOfUseIsLetGoOfBeforeItFillsTheLog() throws Exception {
        try (Stage stage = open()) {
            Collection large = collection(stage, "gone");
            await().atMost(Stage.SOON)
                    .until(() -> stage.replica().model().ids("gone").contains("first"));
            stage.replica().vanish();
            for (int i = 0; i < 100; i++) {
                String id = "r" + i;
                await().atMost(LONG)
                        .until(() -> upsert(stage.client(), large, id, QUIET).status() == 200);
            }
            assertTrue(size(stage) <= BOUND, () -> "size: " + size(stage));
            assertTrue(stage.client()
                    .get("/status", "Authorization", "Bearer " + QUIET)
                    .join()
                    .json()
                    .at("/instances/1/let_go")
                    .asBoolean());
        }
    }
}
