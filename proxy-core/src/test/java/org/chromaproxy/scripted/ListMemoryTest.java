package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.route.DatabaseIds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a list holds is in the account of memory, whatever servers have in their catalogs, and is given back on every way out. */
class ListMemoryTest extends StagedTest {
    private static final int COLLECTIONS = 40;
    private static final String LIST = Collection.DATABASE + "/collections";

    private final List<String> names = new ArrayList<>();

    ListMemoryTest() {
        super(Stage.Settings.DEFAULT);
    }

    @BeforeAll
    void collections() {
        for (int i = 0; i < COLLECTIONS; i++) {
            names.add(stage().collection().name());
        }
    }

    @AfterEach
    void givenBack() {
        await().atMost(Stage.SOON).untilAsserted(() -> {
            JsonNode collected = memory();
            assertEquals(0, collected.path("used").longValue(), collected.toString());
            assertTrue(
                    collected.path("peak").longValue()
                            <= collected.path("limit").longValue(),
                    collected.toString());
        });
    }

    private JsonNode memory() {
        return stage().client()
                .get("/status")
                .join()
                .json()
                .path("client_memory")
                .path("collected");
    }

    /** Each of so many bytes, on both servers. */
    private void describe(int bytes) {
        JsonNode metadata = JsonNodeFactory.instance.objectNode().put("x", "a".repeat(bytes));
        for (String name : names) {
            stage().primary().model().describe(name, metadata);
            stage().replica().model().describe(name, metadata);
        }
    }

    private List<Call> lists() {
        List<Call> calls =
                new ArrayList<>(stage().primary().calls(call -> call.uri().contains("/collections?")));
        calls.addAll(stage().replica().calls(call -> call.uri().contains("/collections?")));
        return calls;
    }

    @Test
    void aListThatIsBeyondTheMemoryIsRefusedAndAPartOfItIsNot() {
        describe(600_000);
        Client.Answer refused = stage().client().get(LIST).join();
        assertEquals(429, refused.status(), refused.body().length() + " bytes");
        assertTrue(Integer.parseInt(refused.header("retry-after")) > 0);
        assertTrue(refused.body().contains("limit"), refused.body());
        assertTrue(memory().path("refused").longValue() + memory().path("peak").longValue() > 0);
        Client.Answer part = stage().client().get(LIST + "?limit=2&offset=3").join();
        assertEquals(200, part.status(), part.body().length() + " bytes");
        assertEquals(2, part.json().size());
        assertTrue(part.body().length() > 1_200_000, part.body().length() + " bytes");
    }

    @Test
    void manyAtOnceAreRefusedRatherThanHeld() {
        describe(1_000_000);
        List<CompletableFuture<Client.Answer>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(stage().client().get(LIST + "?limit=2"));
        }
        for (CompletableFuture<Client.Answer> each : all) {
            int status = each.join().status();
            assertTrue(status == 200 || status == 429 || status == 503, "status " + status);
        }
    }

    @Test
    void pagesOfLargeCollectionsAreSmaller() {
        describe(100_000);
        stage().forget();
        Client.Answer all = stage().client().get(LIST).join();
        assertEquals(200, all.status(), all.body().length() + " bytes");
        assertEquals(COLLECTIONS, all.json().size());
        assertTrue(all.body().length() > COLLECTIONS * 100_000, all.body().length() + " bytes");
        assertTrue(lists().size() > 2, lists().toString());
    }

    @Test
    void fewOfManyAreAskedForByThemselves() {
        describe(10);
        stage().forget();
        for (int offset : new int[] {0, 17, COLLECTIONS - 1}) {
            JsonNode one = stage().client()
                    .get(LIST + "?limit=1&offset=" + offset)
                    .join()
                    .json();
            JsonNode all = stage().client().get(LIST).join().json();
            assertEquals(1, one.size());
            assertEquals(all.path(offset), one.path(0));
        }
        assertEquals(3, lists().size(), "those for all: " + lists());
    }

    private static String databases(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"name\":\"d-" + i
                        + "\",\"tenant\":\"default_tenant\"}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void aListOfDatabasesIsInTheAccountToo() {
        String path = "/api/v2/tenants/default_tenant/databases";
        for (int count : new int[] {100_000, 10_000}) {
            Reply list = Reply.json(200, databases(count));
            stage().forget();
            stage().primary().always(call -> call.path().equals(path), list);
            stage().replica().always(call -> call.path().equals(path), list);
            Client.Answer answer = stage().client().get(path).join();
            if (count > 10_000) {
                assertEquals(429, answer.status(), answer.body().length() + " bytes");
            } else {
                assertEquals(200, answer.status(), answer.body());
                assertEquals(count, answer.json().size());
                assertEquals(
                        DatabaseIds.stable("default_tenant", "d-7").toString(),
                        answer.json().path(7).path("id").asText());
            }
        }
    }

    @Test
    void aClientThatLeavesGivesBackWhatItsListHolds() throws Exception {
        describe(100_000);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(call -> call.uri().contains("offset=1"), Reply.held(gate));
        stage().replica().always(call -> call.uri().contains("offset=1"), Reply.held(gate));
        RawConnection leaves =
                new RawConnection(stage().client().port()).send("GET " + LIST + " HTTP/1.1\r\nHost: proxy\r\n\r\n");
        await().atMost(Stage.SOON).until(() -> memory().path("used").longValue() > 1_000_000);
        leaves.reset();
        await().atMost(Stage.SOON).until(() -> memory().path("used").longValue() == 0);
        gate.complete(null);
    }
}
