package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where tokens are needed, endpoints open without one tell states and counts: nothing of tenants, nor servers' words. */
class OpenAnswersTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String ADMIN = FILE.token("admin", Role.ADMIN);
    private static final String READER = FILE.token("reader", Role.READ);
    private static final String ELSEWHERE = FILE.token("elsewhere", Role.ADMIN, "another_tenant");

    private static final String MARK = "marked";
    private static final String TENANT = "/api/v2/tenants/marked-tenant";
    private static final String DATABASE = TENANT + "/databases/default_database";

    /** All that {@code Need.OPEN} is given to, the page's files by one of them. */
    private static final List<String> OPEN = List.of(
            "/health",
            "/health/live",
            "/health/ready",
            "/health/ready?marked=1",
            "/dashboard",
            "/dashboard/words.js",
            "/dashboard/none",
            "/api/v2/heartbeat",
            "/api/v2/healthcheck");

    OpenAnswersTest() {
        super(Stage.Settings.DEFAULT
                .withRequestMs(2_000)
                .withReplicaRatio(0)
                .withAccess(FILE.settings("for-the-instances")));
    }

    @AfterEach
    void bothAreSound() {
        stage().forget();
        await().atMost(Stage.SOON)
                .until(() ->
                        asked("/health/ready", ADMIN).json().path("redundant").asBoolean());
    }

    private Client.Answer asked(String uri, String token) {
        return token.isEmpty()
                ? stage().client().get(uri).join()
                : stage().client().get(uri, "authorization", "Bearer " + token).join();
    }

    private Client.Answer sent(String uri, String body) {
        return stage().client()
                .post(uri, body, "authorization", "Bearer " + ADMIN)
                .join();
    }

    private static String whole(Client.Answer answer) {
        return answer.status() + " " + answer.headers().map() + " " + answer.body();
    }

    private String collection(String name) {
        sent("/api/v2/tenants", "{\"name\":\"marked-tenant\"}");
        sent(TENANT + "/databases", "{\"name\":\"default_database\"}");
        Client.Answer made = sent(DATABASE + "/collections", "{\"name\":\"" + name + "\"}");
        assertEquals(200, made.status(), made.body());
        return DATABASE + "/collections/" + made.json().path("id").asText();
    }

    private Client.Answer add(String collection) {
        return sent(collection + "/add", "{\"ids\":[\"marked-record\"],\"embeddings\":[[1,2,3]]}");
    }

    /** What probes write, too. */
    private static boolean changes(Call call) {
        return call.writes() || call.method().equals("PUT");
    }

    private void awaitTold(String uri) {
        await().atMost(Stage.SOON).until(() -> asked(uri, READER).body().contains(MARK));
    }

    /** Nobody but who may read everything is told of the trouble, and all are told that there is one. */
    private void assertOthersAreToldStatesOnly(String uri) {
        for (String token : List.of("", "a guess", ELSEWHERE)) {
            for (String open : OPEN) {
                Client.Answer answer = asked(open, token);
                assertFalse(whole(answer).contains(MARK), () -> open + " with '" + token + "': " + whole(answer));
            }
        }
        JsonNode full = asked(uri, READER).json();
        JsonNode open = asked(uri, "").json();
        full.fieldNames()
                .forEachRemaining(name -> assertEquals(
                        full.path(name).getNodeType(), open.path(name).getNodeType(), name));
        assertEquals(full.path("status"), open.path("status"));
        assertEquals(full.path("reasons").size(), open.path("reasons").size());
        assertTrue(full.toString().contains(MARK), full.toString());
    }

    @Test
    void aRecordThatStandsStill() {
        String collection = collection("marked-collection");
        stage().replica().always(Call::writes, Reply.error(400, "InvalidArgumentError", "marked words"));
        assertEquals(201, add(collection).status());
        awaitTold("/health/ready");
        assertTrue(asked("/health/ready", ADMIN).body().contains("marked words"));
        assertOthersAreToldStatesOnly("/health/ready");
        assertTrue(asked("/health/ready", "").body().contains("replica is not redundant"));
    }

    @Test
    void writesThatFailEverywhere() {
        String collection = collection("marked-too");
        stage().primary().always(OpenAnswersTest::changes, Reply.error(500, "InternalError", "marked words"));
        stage().replica().always(OpenAnswersTest::changes, Reply.error(500, "InternalError", "marked words"));
        add(collection);
        awaitTold("/health/ready");
        assertOthersAreToldStatesOnly("/health/ready");
    }

    @Test
    void aServerThatAnswersProbesWithItsOwnWords() {
        stage().replica().always(_ -> true, Reply.error(500, "InternalError", "marked words"));
        awaitTold("/health");
        assertOthersAreToldStatesOnly("/health");
        assertTrue(asked("/health", "").body().contains("replica is down"));
    }
}
