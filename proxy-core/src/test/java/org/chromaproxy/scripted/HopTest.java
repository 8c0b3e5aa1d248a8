package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Something between the proxy and a server answers in the server's place. */
class HopTest extends StagedTest {
    private static final String HTML = "<html><body>We will be back soon</body></html>";

    HopTest() {
        super(Stage.Settings.DEFAULT);
    }

    /** None of these is what Chroma says to an add. */
    static Stream<Reply> foreign() {
        return Stream.of(
                new Reply.Fixed(200, "text/html", HTML),
                new Reply.Fixed(201, "text/html", HTML),
                new Reply.Fixed(201, "", ""),
                Reply.json(201, ""),
                Reply.json(200, "{\"status\":\"ok\"}"),
                new Reply.Fixed(302, "", ""),
                new Reply.Fixed(301, "text/html", HTML),
                new Reply.Fixed(400, "", ""),
                Reply.error(401, "Unauthorized", "who are you?"),
                Reply.error(403, "Forbidden", "not from here"),
                new Reply.Fixed(404, "", ""),
                new Reply.Fixed(405, "", ""),
                new Reply.Fixed(413, "text/html", HTML),
                new Reply.Fixed(415, "", ""));
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void whatAHopAnswersToAWriteIsNoOutcomeWhereverItIsSent(Reply reply) {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, reply);
        stage().replica().once(Call::writes, reply);
        Client.Answer answer = collection.add("one").join();
        assertEquals(201, answer.status(), answer.body());
        assertFalse(answer.body().contains("html"), answer.body());
        awaitHeld(stage().primary(), collection, "one");
        awaitHeld(stage().replica(), collection, "one");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertEquals(List.of(), outcomes(collection));
        assertRead(collection, List.of("first", "one"));
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void whatAHopAnswersToACreateIsNoOutcomeEither(Reply reply) {
        stage().primary().once(HopTest::createsCollection, reply);
        stage().replica().once(HopTest::createsCollection, reply);
        Collection collection = stage().collection();
        await().atMost(Stage.SOON).until(() -> places(collection).equals(List.of("primary READY", "replica READY")));
        assertEquals(201, collection.add("one").join().status());
        awaitHeld(stage().replica(), collection, "one");
    }

    private static boolean createsCollection(Call call) {
        return call.method().equals("POST") && call.path().endsWith("/collections");
    }

    /** A page in an instance's place for a while: nothing that passed meanwhile is missing there afterwards. */
    @Test
    void writesThatAHopSwallowedOnOneSideAreThereAfterwards() {
        Collection collection = stage().usedCollection();
        stage().replica().times(6, HopTest::changes, call -> new Reply.Fixed(200, "text/html", HTML));
        for (int i = 0; i < 10; i++) {
            assertEquals(201, collection.add("r" + i).join().status());
        }
        awaitHeld(stage().replica(), collection, "r9");
        assertEquals(
                stage().primary().model().ids(collection.name()),
                stage().replica().model().ids(collection.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    /** Writes of records, and of the proxy's witness. */
    private static boolean changes(Call call) {
        return call.writes() || call.method().equals("PUT");
    }

    @Test
    void aRouteThatTheServersLackIsAnsweredInTheirWordsAndCostsNothing() {
        Collection collection = stage().usedCollection();
        Map<String, Integer> lacking =
                new TreeMap<>(Map.of("conditional/commit", 404, "attached_functions/f/detach", 405));
        lacking.forEach((route, status) -> {
            stage().primary().once(call -> call.is(route), new Reply.Fixed(status, "", ""));
            for (int i = 0; i < 20; i++) {
                Client.Answer answer = collection
                        .write(route.replace("/f/", "/f" + i + "/").replace("/f0/", "/f/"), "{}")
                        .join();
                assertEquals(status, answer.status(), answer.body());
                assertEquals("", answer.body());
            }
        });
        stage().primary().once(call -> call.is("fork"), Reply.error(501, "ChromaError", "unsupported"));
        assertEquals(
                501, collection.write("fork", "{\"new_name\":\"abc\"}").join().status());
        // One record for each route, however often it is asked for.
        assertEquals(List.of("FAILED 405", "FAILED 404", "FAILED 501"), outcomes(collection));
        assertEquals(3, others(stage().primary()));
        assertEquals(201, collection.add("after").join().status());
        awaitHeld(stage().replica(), collection, "after");
        assertEquals(0, others(stage().replica()));
    }

    /** It may be an upgraded server that has the route. */
    @Test
    void aRouteThatServersLackedIsAskedForAgainOnceOneHasRestarted() {
        Collection collection = stage().usedCollection();
        Reply lacking = new Reply.Fixed(404, "", "");
        stage().primary().always(call -> call.is("functions/attach"), lacking);
        stage().replica().always(call -> call.is("functions/attach"), lacking);
        for (int i = 0; i < 3; i++) {
            assertEquals(404, collection.write("functions/attach", "{}").join().status());
        }
        assertEquals(List.of("FAILED 404"), outcomes(collection));
        stage().replica().vanish();
        await().atMost(Stage.SOON).until(() -> healthy() == 1);
        stage().replica().reappear();
        await().atMost(Stage.SOON).until(() -> healthy() == 2);
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(404, collection.write("functions/attach", "{}").join().status());
            return outcomes(collection).size() > 1;
        });
    }

    private int healthy() {
        return stage().client()
                .get("/status")
                .join()
                .json()
                .path("healthy_instances")
                .asInt();
    }

    /** As Chroma's HTTP parser does with some octets: nobody else's creates wait for that, and leadership stays. */
    @Test
    void aHeadThatEveryServerRefusesWithAnEmpty400IsTheClientsFaultAndCostsNobody() throws Exception {
        Collection collection = stage().usedCollection();
        Reply refusal = new Reply.Fixed(400, "", "");
        List<String> leaders = stage().log().look("SELECT lane || instance || term FROM lane_leader ORDER BY lane");
        long faults = AsyncCalls.metric(stage().client(), "lane_faults_total");
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(call -> call.uri().contains("a|b"), refusal);
        }
        List<RawConnection> odd = new ArrayList<>();
        String body = "{\"name\":\"odd\"}";
        for (int i = 0; i < 40; i++) {
            odd.add(new RawConnection(stage().client().port())
                    .send("POST " + Collection.DATABASE.replace("default_database", "a|b")
                            + "/collections HTTP/1.1\r\nHost: proxy\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body));
            Collection other = stage().collection();
            assertEquals(201, other.add("there").join().status());
        }
        for (RawConnection each : odd) {
            RawConnection.Response answer = each.read();
            assertEquals(400, answer.status(), answer.body());
            assertTrue(answer.body().contains("Nothing was executed"), answer.body());
            each.close();
        }
        assertEquals(faults, AsyncCalls.metric(stage().client(), "lane_faults_total"));
        assertEquals(
                List.of(),
                stage().log()
                        .look("SELECT state FROM record_outcome WHERE state = 'ABANDONED'"
                                + " AND lsn IN (SELECT lsn FROM log_record WHERE path LIKE '%a|b%')"));
        assertEquals(leaders, stage().log().look("SELECT lane || instance || term FROM lane_leader ORDER BY lane"));
        assertEquals(201, collection.add("after").join().status());
    }

    /** Something on the way refuses one request so: the server itself takes the head, and decides. */
    @Test
    void anEmpty400ThatAServerDoesNotRepeatIsNoOutcome() {
        Collection collection = stage().usedCollection();
        stage().primary().times(2, Call::writes, call -> new Reply.Fixed(400, "", ""));
        assertEquals(201, collection.add("one").join().status());
        awaitHeld(stage().primary(), collection, "one");
        assertEquals(List.of(), outcomes(collection));
    }

    private static int others(ScriptedChroma instance) {
        return instance.calls(call -> call.is("conditional/commit") || call.is("detach") || call.is("fork"))
                .size();
    }

    @Test
    void headersBeyondTheServersLimitAreARefusalAndNoFault() {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, new Reply.Fixed(431, "", ""));
        assertEquals(431, collection.add("many headers").join().status());
        assertEquals(List.of("FAILED 431"), outcomes(collection));
        assertEquals(201, collection.add("after").join().status());
        awaitHeld(stage().replica(), collection, "after");
        assertEquals(1, stage().replica().calls(Call::writes).size());
    }
}
