package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Collections whose name is another one's id, and collections that were deleted behind the proxy's back. */
class NamesLikeIdsTest extends StagedTest {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    NamesLikeIdsTest() {
        super(Stage.Settings.DEFAULT);
    }

    private Client.Answer create(String name, String more) {
        return stage().client()
                .post(COLLECTIONS, "{\"name\":\"" + name + "\"" + more + "}")
                .join();
    }

    private String named(String name) {
        Client.Answer created = create(name, "");
        assertEquals(200, created.status(), created.body());
        return created.json().path("id").asText();
    }

    private int delete(Client client, String reference) {
        return client.delete(COLLECTIONS + "/" + reference).join().status();
    }

    private static String idOf(Client client, String reference) {
        Client.Answer found = client.get(COLLECTIONS + "/" + reference).join();
        return found.status() == 200 ? found.json().path("id").asText() : found.status() + "";
    }

    @Test
    void theNameWinsAndARepeatedDeleteTakesNoOther() {
        Collection first = stage().usedCollection();
        String second = named(first.id());
        assertEquals(second, idOf(stage().client(), first.id()));
        assertEquals(200, delete(stage().client(), first.id()));
        assertEquals(404, delete(stage().client(), first.id()));
        assertEquals(404, delete(stage().client(), first.id()));
        assertEquals(first.id(), idOf(stage().client(), first.name()));
        assertRead(first, List.of("first"));
    }

    @Test
    void aNameThatWasGivenUpByRenamingIsNoIdEither() {
        Collection first = stage().usedCollection();
        String second = named(first.id());
        assertEquals(
                200,
                stage().client()
                        .put(COLLECTIONS + "/" + second, "{\"new_name\":\"other-" + second + "\"}")
                        .join()
                        .status());
        assertEquals(404, delete(stage().client(), first.id()));
        assertEquals(first.id(), idOf(stage().client(), first.name()));
    }

    @Test
    void anIdThatWasNoNameStillNamesItsCollection() {
        Collection only = stage().usedCollection();
        assertEquals(only.id(), idOf(stage().client(), only.id()));
        assertEquals(200, delete(stage().client(), only.id()));
        assertEquals("404", idOf(stage().client(), only.name()));
    }

    @Test
    void whichNamesWereGivenUpOutlivesTheProxy() throws Exception {
        try (Stage own = Stage.open()) {
            Collection first = own.usedCollection();
            own.client().post(COLLECTIONS, "{\"name\":\"" + first.id() + "\"}").join();
            assertEquals(200, delete(own.client(), first.id()));
            Client client = own.restartProxy();
            assertEquals(404, delete(client, first.id()));
            assertEquals(first.id(), idOf(client, first.name()));
            own.log().change("UPDATE retired_name SET retired_at = retired_at - interval '25 hours'");
            client.close();
            Client later = own.restartProxy();
            assertEquals(200, delete(later, first.id()));
            later.close();
        }
    }

    private void vanish(ScriptedChroma instance, String name) {
        try (Client direct = new Client(instance.uri().getPort())) {
            assertEquals(200, delete(direct, name));
        }
    }

    @Test
    void theNameOfACollectionDeletedBehindTheProxysBackIsFree() {
        for (String more : List.of("", ",\"get_or_create\":true")) {
            Collection gone = stage().usedCollection();
            vanish(stage().primary(), gone.name());
            vanish(stage().replica(), gone.name());
            Client.Answer created = create(gone.name(), more);
            assertEquals(200, created.status(), created.body());
            String id = created.json().path("id").asText();
            assertNotEquals(gone.id(), id);
            assertEquals(id, idOf(stage().client(), gone.name()));
            Collection anew = new Collection(stage(), gone.name(), id);
            assertEquals(201, anew.add("anew").join().status());
            awaitHeld(stage().replica(), anew, "anew");
            assertEquals(409, create(gone.name(), "").status());
            assertEquals(404, gone.read().join().status());
        }
    }

    /** One look could be a race with a change: two on end are none. */
    @Test
    void theRegularLookForgetsWhatNoInstanceHoldsAnyMoreAndNothingElse() throws Exception {
        try (Stage own = Stage.open()) {
            Collection stays = own.usedCollection();
            Collection gone = own.usedCollection();
            vanish(own.primary(), gone.name());
            vanish(own.replica(), gone.name());
            assertEquals("2", count(own));
            await().until(() -> {
                own.client().post("/admin/force_recovery_restart", "").join();
                return count(own).equals("1");
            });
            Client.Answer listed = own.client().get(COLLECTIONS).join();
            assertEquals(List.of(stays.name()), listed.json().findValuesAsText("name"));
            assertEquals("404", idOf(own.client(), gone.name()));
            assertRead(stays, List.of("first"));
        }
    }

    private static String count(Stage stage) {
        return stage.client()
                .get(Collection.DATABASE + "/collections_count")
                .join()
                .body();
    }

    @Test
    void aCollectionThatOneInstanceStillHoldsIsThere() {
        Collection half = stage().usedCollection();
        vanish(stage().primary(), half.name());
        assertEquals(409, create(half.name(), "").status());
        Client.Answer found = create(half.name(), ",\"get_or_create\":true");
        assertEquals(half.id(), found.json().path("id").asText(), found.body());
    }

    @Test
    void whatOneThatIsAwayMayHoldIsNotForgotten() {
        Collection perhaps = stage().usedCollection();
        vanish(stage().primary(), perhaps.name());
        stage().replica().vanish();
        assertEquals(409, create(perhaps.name(), "").status());
        stage().replica().reappear();
        stage().usedCollection();
    }
}
