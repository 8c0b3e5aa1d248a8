package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Something between the proxy and a server answers reads in the server's place. Reads prefer the follower here. */
class HopReadTest extends StagedTest {
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String HTML = "<html><body>We will be back soon</body></html>";

    HopReadTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(1));
    }

    @AfterEach
    void restored() {
        stage().forget();
    }

    static Stream<Reply> foreign() {
        return Stream.of(
                new Reply.Fixed(200, "text/html", HTML),
                new Reply.Fixed(200, "", ""),
                Reply.json(200, ""),
                Reply.json(200, HTML),
                Reply.json(200, "{\"error\":\"Maintenance\",\"message\":\"soon\"}"),
                new Reply.Fixed(302, "text/html", HTML),
                new Reply.Fixed(301, "", ""),
                new Reply.Fixed(400, "text/html", HTML),
                Reply.json(400, "{\"message\":\"no\"}"),
                Reply.error(401, "Unauthorized", "who?"),
                Reply.error(403, "Forbidden", "no"),
                new Reply.Fixed(404, "", ""),
                Reply.error(404, "NotFoundError", "Collection [x] does not exist."),
                new Reply.Fixed(405, "", ""),
                new Reply.Fixed(502, "text/html", HTML),
                new Reply.Fixed(503, "text/html", HTML),
                Reply.error(429, "RateLimitError", "slow down"));
    }

    /** But for the proxy's own look at its witness: what denies that is no server that it knows. */
    private static boolean reads(Call call) {
        return call.is("get")
                || call.is("count")
                || (call.method().equals("GET")
                        && call.path().contains("/collections")
                        && !WitnessTest.readsWitness(call));
    }

    /** A collection that the follower may be read for. */
    private Collection inSync() {
        Collection collection = stage().usedCollection();
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(200, collection.read().join().status());
            return !stage().replica().calls(HopReadTest::reads).isEmpty();
        });
        stage().forget();
        return collection;
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void whatAHopAnswersToAReadIsNeverPassedOnAndASoundServerAnswers(Reply reply) {
        Collection collection = inSync();
        stage().replica().times(8, HopReadTest::reads, call -> reply);
        for (int i = 0; i < 4; i++) {
            Client.Answer read = collection.read().join();
            assertEquals(200, read.status(), read.body());
            assertEquals("[\"first\"]", read.json().path("ids").toString());
        }
        Client.Answer one = stage().client()
                .get(Collection.DATABASE + "/collections/" + collection.name())
                .join();
        assertEquals(200, one.status(), one.body());
        assertEquals(collection.id(), one.json().path("id").asText());
        Client.Answer list =
                stage().client().get(Collection.DATABASE + "/collections").join();
        assertEquals(200, list.status(), list.body());
        assertTrue(list.body().contains(collection.id()), list.body());
    }

    /** JSON in no shape of Chroma's, its length told or not, and more of it than is held. */
    static Stream<Reply> foreignJson() {
        String large = "{\"error\":\"Maintenance\",\"message\":\"" + "soon ".repeat(20_000) + "\"}";
        return Stream.of(
                Reply.json(200, "{}"),
                Reply.json(200, "[{}]"),
                Reply.json(200, "null"),
                Reply.json(200, "{\"message\":\"soon\"}"),
                Reply.json(200, "{\"error\":\"Maintenance\",\"message\":\"soon\"}"),
                Reply.json(200, "{\"message\":\"soon\",\"error\":\"Maintenance\"}"),
                Reply.json(200, large),
                new Reply.Raw(List.of(CHUNKED, "5\r\n{\"mes\r\n", "d\r\nsage\":\"soon\"}\r\n0\r\n\r\n"), false),
                new Reply.Raw(
                        List.of(CHUNKED, Integer.toHexString(large.length()), "\r\n" + large + "\r\n0\r\n\r\n"), false),
                new Reply.Raw(List.of(CHUNKED, "0\r\n\r\n"), false));
    }

    @ParameterizedTest
    @MethodSource("foreignJson")
    void jsonThatIsNotWhatARouteAnswersIsNeverPassedOn(Reply reply) {
        Collection collection = inSync();
        for (String path : List.of(
                Collection.DATABASE + "/collections/" + collection.name(),
                Collection.DATABASE + "/collections",
                Collection.DATABASE,
                Collection.DATABASE.replaceFirst("/databases/.*", ""),
                "/api/v2/heartbeat",
                "/api/v2/pre-flight-checks",
                "/api/v2/auth/identity",
                collection.path("count"))) {
            stage().primary().once(call -> call.path().equals(path), reply);
            stage().replica().once(call -> call.path().equals(path), reply);
            Client.Answer answer = stage().client().get(path).join();
            assertEquals(200, answer.status(), path + " " + answer.body());
            assertFalse(answer.body().contains("soon"), path + " " + answer.body());
            assertTrue(answer.body().length() > 2 || path.endsWith("count"), path + " " + answer.body());
            stage().forget();
        }
        stage().replica().once(call -> call.is("get"), reply);
        assertEquals("[\"first\"]", collection.read().join().json().path("ids").toString());
    }

    /** With nobody better to ask, a client hears of it in the proxy's words. */
    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404, 503})
    void whatEveryHopAnswersIsAnErrorOfTheProxysOwn(int status) {
        Collection collection = inSync();
        Reply page = new Reply.Fixed(status, "text/html", HTML);
        stage().primary().always(call -> call.is("get"), page);
        stage().replica().always(call -> call.is("get"), page);
        Client.Answer read = collection.read().join();
        assertEquals(502, read.status(), read.body());
        assertFalse(read.body().contains("html"), read.body());
        stage().forget();
        assertEquals(200, collection.read().join().status());
    }

    @Test
    void whatEveryServerDeniesIsDenied() {
        Collection collection = inSync();
        Reply denial = Reply.error(404, "NotFoundError", "Collection [" + collection.name() + "] does not exist.");
        stage().primary().always(call -> call.is("get"), denial);
        stage().replica().always(call -> call.is("get"), denial);
        assertEquals(404, collection.read().join().status());
    }

    @Test
    void aRouteThatOneServerLacksIsAnsweredByTheOtherAndIfNobodyHasItAsTheyDo() {
        Collection collection = inSync();
        Predicate<Call> status = call -> call.path().endsWith("/indexing_status");
        stage().replica().always(status, new Reply.Fixed(404, "", ""));
        assertEquals(200, indexing(collection).status());
        stage().primary().always(status, new Reply.Fixed(404, "", ""));
        Client.Answer lacking = indexing(collection);
        assertEquals(404, lacking.status());
        assertEquals("", lacking.body());
    }

    private Client.Answer indexing(Collection collection) {
        return stage().client().get(collection.path("indexing_status")).join();
    }

    /** A leader too busy for anything, a write of the collection under way: reads wait for the write to move, not for ever. */
    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aReadBehindAWriteThatTheLeaderIsTooBusyForIsAnsweredWhenThatHasMoved(int status) {
        Collection collection = inSync();
        stage().primary().always(call -> true, new Reply.Fixed(status, "text/html", HTML));
        var write = collection.add("meanwhile");
        Client.Answer read = collection.read().join();
        assertEquals(200, read.status(), read.body());
        assertEquals(201, write.join().status());
    }

    @Test
    void answersAreAskedForUnencodedWhateverTheClientTakes() {
        Collection collection = inSync();
        collection.write("get", "{}", "accept-encoding", "gzip, deflate").join();
        collection
                .write("add", Collection.record("one"), "accept-encoding", "gzip, deflate")
                .join();
        awaitHeld(stage().replica(), collection, "one");
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            for (Call call : server.calls(call -> call.is("get") || call.writes())) {
                assertEquals("identity", call.headers().get("accept-encoding"), call.toString());
            }
        }
    }

    /** And where a hop encodes all the same, no instance's own id leaks, and no write is taken for failed. */
    @Test
    void answersThatAreEncodedAllTheSameAreDecodedBeforeTheyAreRead() throws Exception {
        Collection collection = inSync();
        String own = stage().replica().model().idOf(collection.name());
        String body = "{\"id\":\"" + own + "\",\"name\":\"" + collection.name() + "\"}";
        stage().replica().once(HopReadTest::reads, gzip(200, body));
        Client.Answer one = stage().client()
                .get(Collection.DATABASE + "/collections/" + collection.name())
                .join();
        assertEquals(200, one.status(), one.body());
        assertEquals(collection.id(), one.json().path("id").asText());
        assertEquals("", one.header("content-encoding"));
        stage().primary().once(Call::writes, gzip(201, "{}"));
        assertEquals(201, collection.add("told in gzip").join().status());
        stage().replica().once(call -> call.is("get"), gzip(200, "{\"ids\":[\"packed\"]}"));
        await().atMost(Stage.SOON).until(() -> collection.read().join().body().contains("packed"));
    }

    private static Reply gzip(int status, String body) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return new Reply.Bytes(status, "application/json", "gzip", packed.toByteArray());
    }
}
