package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists have places of their own, given in rotation: whoever floods lists keeps neither others' lists nor anything else waiting. */
class ListTurnsTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String NOISY = FILE.token("noisy", Role.ADMIN);
    private static final String QUIET = FILE.token("quiet", Role.ADMIN);
    private static final String FEW =
            FILE.limited("few", Role.ADMIN, Map.of(PrincipalLimit.LISTS, 1L, PrincipalLimit.REQUESTS, 4L));
    private static final String LIST = Collection.DATABASE + "/collections";
    private static final String DATABASES = "/api/v2/tenants/default_tenant/databases";

    private CompletableFuture<Void> gate = new CompletableFuture<>();

    ListTurnsTest() {
        super(Stage.Settings.DEFAULT
                .withAccess(FILE.settings("for-the-instances"))
                .withLists(2));
    }

    @BeforeEach
    void shut() {
        gate = new CompletableFuture<>();
    }

    @AfterEach
    void free() {
        gate.complete(null);
        await().atMost(Stage.SOON).until(() -> lists("active") == 0 && lists("waiting") == 0);
    }

    private static boolean lists(Call call) {
        return call.method().equals("GET") && call.path().endsWith("/collections");
    }

    private CompletableFuture<Client.Answer> get(String uri, String token) {
        return stage().client().get(uri, "Authorization", "Bearer " + token);
    }

    private CompletableFuture<Client.Answer> post(String uri, String body, String token) {
        return stage().client().post(uri, body, "Authorization", "Bearer " + token);
    }

    private JsonNode status() {
        Client.Answer answer = get("/status", QUIET).join();
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    private long lists(String what) {
        return status().path("client_lists").path(what).longValue();
    }

    private Collection collection(String name) {
        Client.Answer created = post(LIST, "{\"name\":\"" + name + "\"}", QUIET).join();
        assertEquals(200, created.status(), created.body());
        Collection collection =
                new Collection(stage(), name, created.json().path("id").asText());
        Client.Answer added =
                post(collection.path("add"), Collection.record("first"), QUIET).join();
        assertEquals(201, added.status(), added.body());
        return collection;
    }

    private void hold() {
        stage().primary().always(ListTurnsTest::lists, Reply.held(gate));
        stage().replica().always(ListTurnsTest::lists, Reply.held(gate));
    }

    private int asked() {
        return stage().primary().calls(ListTurnsTest::lists).size()
                + stage().replica().calls(ListTurnsTest::lists).size();
    }

    private List<CompletableFuture<Client.Answer>> flood(String token, int count) {
        List<CompletableFuture<Client.Answer>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(get(i % 2 == 0 ? LIST : LIST + "?limit=1", token));
        }
        return all;
    }

    @Test
    void aFloodOfListsKeepsNothingElseWaiting() {
        Collection collection = collection("beside");
        stage().forget();
        hold();
        List<CompletableFuture<Client.Answer>> flood = flood(NOISY, 50);
        await().atMost(Stage.SOON).until(() -> lists("waiting") == 48);
        CompletableFuture<Client.Answer> databases = get(DATABASES, NOISY);
        await().atMost(Stage.SOON).until(() -> lists("waiting") == 49);
        assertEquals(2, lists("active"));
        assertEquals(2, lists("limit"));
        assertEquals(2, asked());
        assertEquals(
                201,
                post(collection.path("add"), Collection.record("r"), QUIET)
                        .join()
                        .status());
        assertEquals(200, post(collection.path("get"), "{}", QUIET).join().status());
        assertEquals(200, get(LIST + "/beside", QUIET).join().status());
        assertEquals(200, get("/health", QUIET).join().status());
        CompletableFuture<Client.Answer> quiet = get(LIST + "?limit=1", QUIET);
        await().atMost(Stage.SOON).until(() -> lists("waiting") == 50);
        gate.complete(null);
        assertEquals(200, quiet.join().status());
        flood.forEach(answer -> assertEquals(200, answer.join().status()));
        assertEquals(200, databases.join().status());
    }

    @Test
    void theNextTurnIsTheOtherPrincipals() {
        collection("turns");
        stage().forget();
        hold();
        List<CompletableFuture<Client.Answer>> flood = flood(NOISY, 20);
        await().atMost(Stage.SOON).until(() -> lists("waiting") == 18);
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> last = flood.getLast().thenRun(() -> order.add("noisy"));
        CompletableFuture<Client.Answer> quiet = get(LIST, QUIET);
        CompletableFuture<Void> other = quiet.thenRun(() -> order.add("quiet"));
        await().atMost(Stage.SOON).until(() -> lists("waiting") == 19);
        gate.complete(null);
        assertEquals(200, quiet.join().status());
        assertEquals(200, flood.getLast().join().status());
        CompletableFuture.allOf(last, other).join();
        assertEquals("quiet", order.getFirst(), order.toString());
    }

    @Test
    void aTokensOwnBoundHoldsOthersBackNotAtAll() {
        collection("bounded");
        stage().forget();
        hold();
        List<CompletableFuture<Client.Answer>> own = flood(FEW, 3);
        await().atMost(Stage.SOON).until(() -> lists("active") == 1 && lists("waiting") == 2);
        CompletableFuture<Client.Answer> quiet = get(LIST, QUIET);
        await().atMost(Stage.SOON).until(() -> lists("active") == 2);
        gate.complete(null);
        assertEquals(200, quiet.join().status());
        own.forEach(answer -> assertEquals(200, answer.join().status()));
    }

    @Test
    void aClientThatLeavesGivesItsPlaceInTheLineAndItsTurnBack() throws Exception {
        collection("left");
        stage().forget();
        hold();
        String list = "GET " + LIST + " HTTP/1.1\r\nHost: proxy\r\nAuthorization: Bearer " + NOISY + "\r\n\r\n";
        List<RawConnection> leaving = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            leaving.add(new RawConnection(stage().client().port()).send(list));
        }
        await().atMost(Stage.SOON).until(() -> lists("active") == 2 && lists("waiting") == 2);
        for (RawConnection connection : leaving) {
            connection.reset();
        }
        await().atMost(Stage.SOON).until(() -> lists("active") == 0 && lists("waiting") == 0);
        gate.complete(null);
        Client.Answer after = get(LIST, QUIET).join();
        assertEquals(200, after.status(), after.body());
        assertTrue(after.body().contains("\"left\""), after.body());
    }
}
