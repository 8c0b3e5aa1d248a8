package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.Test;

/** Tokens on the way through, and on the one to the instances. */
class AccessPathsTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String WRITER = FILE.token("writer", Role.WRITE);
    private static final String SCOPED = FILE.token("scoped", Role.READ, "another_tenant");

    AccessPathsTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0).withAccess(FILE.settings("for-the-instances")));
    }

    private Collection collection() throws Exception {
        String name = "c-" + UUID.randomUUID();
        String[] token = {"x-chroma-token", WRITER};
        Client.Answer made = stage().client()
                .post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}", token)
                .join();
        assertEquals(200, made.status(), made.body());
        Collection collection =
                new Collection(stage(), name, made.json().path("id").asText());
        assertEquals(
                201,
                collection
                        .write("add", Collection.record("first"), token)
                        .join()
                        .status());
        awaitHeld(stage().replica(), collection, "first");
        return collection;
    }

    private static String read(Collection collection, String headers) {
        return "POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n"
                + headers + "Content-Length: 2\r\n\r\n{}";
    }

    private int reads() {
        return stage().primary().calls(call -> call.is("get")).size()
                + stage().replica().calls(call -> call.is("get")).size();
    }

    @Test
    void aConnectionThatHasShownATokenIsAskedForItEachTime() throws Exception {
        Collection collection = collection();
        stage().forget();
        String valid = "Authorization: Bearer " + WRITER + "\r\n";
        List<String> invalid = List.of(
                "",
                "Authorization: Bearer " + WRITER + "x\r\n",
                "Authorization: Bearer " + WRITER.substring(1) + "\r\n",
                "Authorization: " + WRITER + "\r\n",
                "X-Chroma-Token: Bearer " + WRITER + "\r\n",
                valid + valid,
                valid + "X-Chroma-Token: " + SCOPED + "\r\n",
                "X-Chroma-Token: \r\n");
        try (RawConnection client = new RawConnection(stage().client().port())) {
            int expected = 0;
            for (String header : invalid) {
                assertEquals(200, client.send(read(collection, valid)).read().status());
                expected++;
                int status = client.send(read(collection, header)).read().status();
                assertTrue(status == 401 || status == 429, header + ": " + status);
                assertEquals(expected, reads(), "a read without a valid token reached an instance");
            }
            assertEquals(
                    403,
                    client.send(read(collection, "X-Chroma-Token: " + SCOPED + "\r\n"))
                            .read()
                            .status());
            assertEquals(expected, reads());
        }
    }

    /** Some clients are given the token twice, for the proxy and for the server that they know of. */
    @Test
    void bothHeadersTogetherAreOneTokenWhereTheyPresentTheSame() throws Exception {
        Collection collection = collection();
        String basic = Base64.getEncoder().encodeToString(("user:" + WRITER).getBytes(StandardCharsets.UTF_8));
        try (RawConnection client = new RawConnection(stage().client().port())) {
            for (String scheme : List.of("Bearer " + WRITER, "Basic " + basic)) {
                String both = "X-Chroma-Token: " + WRITER + "\r\nAuthorization: " + scheme + "\r\n";
                assertEquals(200, client.send(read(collection, both)).read().status(), scheme);
            }
        }
    }

    @Test
    void theIdentityOfATokenForOneTenantNamesThatTenant() {
        String identity = "/api/v2/auth/identity";
        Client.Answer scoped =
                stage().client().get(identity, "x-chroma-token", SCOPED).join();
        assertEquals(200, scoped.status());
        assertEquals("another_tenant", scoped.json().path("tenant").asText(), scoped.body());
        assertEquals("[\"*\"]", scoped.json().path("databases").toString(), scoped.body());
        stage().primary()
                .always(
                        call -> call.uri().equals(identity),
                        Reply.json(200, "{\"user_id\":\"\",\"tenant\":\"as the server\"}"));
        Client.Answer everywhere =
                stage().client().get(identity, "x-chroma-token", WRITER).join();
        assertEquals("as the server", everywhere.json().path("tenant").asText(), everywhere.body());
    }

    @Test
    void aRevokedTokenIsRefusedOnAnOpenConnection() throws Exception {
        Collection collection = collection();
        String brief = FILE.token("brief-" + collection.name(), Role.READ);
        stage().proxy().access().reload();
        String header = "X-Chroma-Token: " + brief + "\r\n";
        try (RawConnection client = new RawConnection(stage().client().port())) {
            assertEquals(200, client.send(read(collection, header)).read().status());
            assertEquals(200, client.send(read(collection, header)).read().status());
            FILE.revoke("brief-" + collection.name());
            stage().proxy().access().reload();
            int status = client.send(read(collection, header)).read().status();
            assertTrue(status == 401 || status == 429, "a revoked token: " + status);
        }
    }

    @Test
    void instancesSeeTheProxysTokenOnEveryWayAndNeverAClients() throws Exception {
        Collection collection = collection();
        String valid = "Authorization: Bearer " + WRITER + "\r\n";
        try (RawConnection client = new RawConnection(stage().client().port())) {
            client.send(read(collection, valid)).read();
            client.send(read(collection, valid + "X-Forwarded-For: 192.0.2.7\r\n"))
                    .read();
        }
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary()
                        .calls(call -> call.method().equals("GET"))
                        .isEmpty());
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            List<Call> calls = instance.calls(call -> true);
            assertFalse(calls.isEmpty());
            for (Call call : calls) {
                assertEquals(List.of("Bearer for-the-instances"), call.headers().getAll("Authorization"), call + "");
                assertEquals(List.of("for-the-instances"), call.headers().getAll("X-Chroma-Token"), call + "");
            }
        }
        assertEquals(2, reads());
    }
}
