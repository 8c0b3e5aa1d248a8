package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.Test;

/** What a token for some tenants is told of its transactions tells it nothing of how many there are. */
class ConfinedTransactionIdsTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String ALL = FILE.token("all", Role.ADMIN);
    private static final String HERE = FILE.token("here", Role.WRITE, "default_tenant");
    private static final String ELSEWHERE = FILE.token("elsewhere", Role.ADMIN, "another_tenant");
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    ConfinedTransactionIdsTest() {
        super(Stage.Settings.DEFAULT.withAccess(FILE.settings("up")));
    }

    private Client.Answer create(String token) {
        return stage().client()
                .post(COLLECTIONS, "{\"name\":\"n-" + UUID.randomUUID() + "\"}", "authorization", "Bearer " + token)
                .join();
    }

    private String created(String token) {
        Client.Answer made = create(token);
        assertEquals(200, made.status(), made.body());
        return made.header("transaction-id");
    }

    /** What an answer about a record takes is not read of one that is another tenant's: time would tell that there is one. */
    @Test
    void ofAnotherTenantsRecordNoMoreIsReadThanOfNone() throws Exception {
        String id = created(HERE);
        try (LogSql.Hold _ = stage().log().hold("record_outcome")) {
            Client.Answer answer = asked(id, ELSEWHERE);
            assertEquals(404, answer.status(), answer.body());
        }
        assertEquals(200, asked(id, HERE).status());
    }

    private Client.Answer asked(String id, String token) {
        return asked(stage().client(), id, token);
    }

    private static Client.Answer asked(Client client, String id, String token) {
        return client.get("/transactions/" + id + "?wait=10s", "authorization", "Bearer " + token)
                .join();
    }

    /** The low bits of an id that is not veiled are the LSN. */
    private static long low(String id) {
        return UUID.fromString(id).getLeastSignificantBits() & 0x3FFF_FFFF_FFFF_FFFFL;
    }

    @Test
    void itsIdsCountNobodysWritesAndAreFoundByAllWhoMay() {
        long first = low(created(ALL));
        List<String> own = List.of(created(HERE), created(HERE), created(HERE));
        long last = low(created(ALL));
        assertEquals(first + 4, last, "plain ids are the positions in the log");
        for (String id : own) {
            assertFalse(low(id) > first && low(id) < last, id);
            Client.Answer confined = asked(id, HERE);
            assertEquals(200, confined.status(), confined.body());
            assertEquals(id, confined.json().path("transaction_id").asText());
            assertFalse(confined.json().has("lsn"), confined.body());
            assertEquals("COMPLETED", confined.json().path("status").asText());
            JsonNode everything = asked(id, ALL).json();
            long lsn = everything.path("lsn").asLong();
            assertEquals(true, lsn > first && lsn < last);
            assertEquals(lsn, low(everything.path("transaction_id").asText()));
            assertEquals(404, asked(id, ELSEWHERE).status());
        }
        assertNotEquals(1, Math.abs(low(own.get(1)) - low(own.get(0))));
    }

    /** Else it could try which positions of the log are its own. */
    @Test
    void positionsOfTheLogCannotBeTried() {
        String veiled = created(HERE);
        String plain = asked(veiled, ALL).json().path("transaction_id").asText();
        assertNotEquals(veiled, plain);
        assertEquals(200, asked(plain, ALL).status());
        Client.Answer own = asked(plain, HERE);
        assertEquals(404, own.status(), own.body());
        assertEquals(asked(plain, ELSEWHERE).body(), own.body());
        String others = created(ALL);
        assertEquals(own.body().replace(plain, "ID"), asked(others, HERE).body().replace(others, "ID"));
    }

    @Test
    void whatIsAnsweredLaterHasTheSameId() {
        String collection = create(HERE).json().path("id").asText();
        Client.Answer accepted = stage().client()
                .post(
                        COLLECTIONS + "/" + collection + "/add",
                        Collection.record("a"),
                        "authorization",
                        "Bearer " + HERE,
                        "prefer",
                        "respond-async")
                .join();
        assertEquals(202, accepted.status(), accepted.body());
        String id = accepted.header("transaction-id");
        assertEquals(id, accepted.json().path("transaction_id").asText());
        assertEquals("/transactions/" + id, accepted.header("location"));
        Client.Answer found = asked(id, HERE);
        assertEquals(200, found.status(), found.body());
        assertFalse(found.json().has("lsn"), found.body());
    }

    @Test
    void whatWasToldByAnEarlierBuildIsStillAnswered() throws Exception {
        try (Stage own = Stage.open(Stage.Settings.DEFAULT.withAccess(FILE.settings("up")))) {
            String veiled = own.client()
                    .post(COLLECTIONS, "{\"name\":\"told\"}", "authorization", "Bearer " + HERE)
                    .join()
                    .header("transaction-id");
            String plain = asked(own.client(), veiled, ALL)
                    .json()
                    .path("transaction_id")
                    .asText();
            assertEquals(404, asked(own.client(), plain, HERE).status());
            // As a build leaves the log that knows nothing of it.
            own.log().change("UPDATE log_identity SET veiled_after = NULL");
            try (Client client = own.restartProxy()) {
                Client.Answer found = asked(client, plain, HERE);
                assertEquals(200, found.status(), found.body());
                assertFalse(found.json().has("lsn"), found.body());
                assertEquals(404, asked(client, plain, ELSEWHERE).status());
            }
        }
    }
}
