package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What Chroma refuses for its body is refused with Chroma's status and words, even where the proxy decides by its catalog. */
class BodyRefusalTest extends StagedTest {
    private static final String CREATE = Collection.DATABASE + "/collections";
    private static final String WORDS = "Failed to deserialize the JSON body into the target type: missing field";

    BodyRefusalTest() {
        super(Stage.Settings.DEFAULT);
    }

    /** A request that can have no effect: the proxy's own tenant has no database of that name. */
    private static boolean rehearses(Call call) {
        return call.path().contains("/tenants/chroma-proxy/databases/no-such-database/collections");
    }

    private void refuse(int status) {
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(BodyRefusalTest::rehearses, Reply.error(status, "ChromaError", WORDS));
        }
    }

    private void pass() {
        String words = "Database [no-such-database] does not exist";
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(BodyRefusalTest::rehearses, Reply.error(400, "InvalidArgumentError", words));
        }
    }

    private void assertRefused(int status, Client.Answer answer) {
        assertEquals(status, answer.status(), answer.body());
        assertEquals(WORDS, answer.json().path("message").asText());
    }

    private long logged() {
        return Long.parseLong(
                stage().log().look("SELECT count(*)::text FROM log_record").getFirst());
    }

    @Test
    void aBodyThatNamesNoCollectionIsRefusedInChromasWordsAndNotLogged() {
        refuse(422);
        long before = logged();
        for (String body : List.of("{}", "{\"name\":1}", "{\"name\":\"nnn\",\"name\":\"nnn\"}", "[]", "7")) {
            assertRefused(422, stage().client().post(CREATE, body).join());
        }
        assertEquals(before, logged());
    }

    /** Chroma takes an array of the values for an object; the proxy does not, and says so itself. */
    @Test
    void aBodyThatChromaWouldTakeAndTheProxyCannotReadIsRefusedInTheProxysWords() {
        pass();
        Client.Answer answer = stage().client()
                .post(CREATE, "[\"array\",null,null,null,false]")
                .join();
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("Nothing was logged or executed"), answer.body());
    }

    @Test
    void aCreateOfAKnownNameWithAnInvalidRestIsRefusedForTheRest() {
        Collection known = stage().collection();
        stage().forget();
        refuse(400);
        for (String rest :
                List.of("\"metadata\":5", "\"get_or_create\":true,\"configuration\":{\"hnsw\":{\"space\":\"x\"}}")) {
            String body = "{\"name\":\"" + known.name() + "\"," + rest + "}";
            assertRefused(400, stage().client().post(CREATE, body).join());
        }
        stage().forget();
        pass();
        String valid = "{\"name\":\"" + known.name() + "\",\"metadata\":{\"a\":1},\"get_or_create\":";
        assertEquals(409, stage().client().post(CREATE, valid + "false}").join().status());
        Client.Answer found = stage().client().post(CREATE, valid + "true}").join();
        assertEquals(200, found.status(), found.body());
        assertEquals(known.id(), found.json().path("id").asText());
    }

    @Test
    void aRenamingOntoAKnownNameWithAnInvalidRestIsRefusedForTheRest() {
        Collection known = stage().collection();
        Collection other = stage().collection();
        stage().forget();
        refuse(422);
        String body = "{\"new_name\":\"" + known.name() + "\",\"new_metadata\":5}";
        assertRefused(422, stage().client().put(CREATE + "/" + other.id(), body).join());
        stage().forget();
        pass();
        assertEquals(
                409,
                stage().client().put(CREATE + "/" + other.id(), body).join().status());
    }

    /** An instance that cannot be asked keeps nobody from an answer. */
    @Test
    void aCreateOfAKnownNameIsAnsweredWhereNoServerSaysAnythingOfItsBody() {
        Collection known = stage().collection();
        stage().primary().always(BodyRefusalTest::rehearses, new Reply.Close(false));
        String body = "{\"name\":\"" + known.name() + "\",\"metadata\":{\"a\":1}}";
        assertEquals(409, stage().client().post(CREATE, body).join().status());
    }
}
