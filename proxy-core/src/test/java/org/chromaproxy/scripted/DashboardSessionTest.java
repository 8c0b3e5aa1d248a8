package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.Test;

/** The session of the operators' page: what begins it, what it grants, what ends it, and where it goes. */
class DashboardSessionTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String READER = FILE.token("reader", Role.READ);
    private static final String ADMIN = FILE.token("admin", Role.ADMIN);
    private static final String HERE = FILE.token("here", Role.ADMIN, "default_tenant");
    private static final String SESSION = "/dashboard/session";
    private static final String ACT = "/admin/clear_wal_errors";

    DashboardSessionTest() {
        super(Stage.Settings.DEFAULT.withAccess(FILE.settings("up")));
    }

    private Client.Answer signIn(String token, String... more) {
        List<String> headers = new ArrayList<>(List.of("authorization", "Bearer " + token));
        headers.addAll(Arrays.asList(more));
        return stage().client()
                .post(SESSION, "", headers.toArray(new String[0]))
                .join();
    }

    /** What the page sends from then on. */
    private static String[] shown(Client.Answer signedIn) {
        assertEquals(200, signedIn.status(), signedIn.toString());
        String cookie = signedIn.header("set-cookie").split(";", 2)[0];
        return new String[] {
            "cookie",
            cookie,
            "x-chroma-proxy-session",
            signedIn.json().path("proof").asText()
        };
    }

    private int status(CompletableFuture<Client.Answer> answer) {
        return answer.join().status();
    }

    @Test
    void theCookieIsTheBrowsersAlone() {
        Client.Answer plain = signIn(ADMIN);
        assertTrue(plain.header("set-cookie").startsWith("chroma-proxy-session="), plain.header("set-cookie"));
        assertTrue(plain.header("set-cookie").endsWith("; Path=/; HttpOnly; SameSite=Strict"), plain.toString());
        Client.Answer secure =
                signIn(ADMIN, "origin", "https://127.0.0.1:" + stage().client().port());
        assertTrue(secure.header("set-cookie").startsWith("__Host-chroma-proxy-session="), secure.toString());
        assertTrue(secure.header("set-cookie").endsWith("; SameSite=Strict; Secure"), secure.toString());
        assertEquals("no-store", plain.header("cache-control"));
        for (Client.Answer answer : List.of(plain, secure)) {
            String value = answer.header("set-cookie").split("[=;]", 3)[1];
            assertFalse(answer.body().contains(value) || answer.body().contains(ADMIN), answer.body());
        }
    }

    @Test
    void itGrantsWhatItsTokenGrantsOnTheProxysOwnEndpointsAlone() throws Exception {
        String[] admin = shown(signIn(ADMIN));
        String[] reader = shown(signIn(READER));
        String[] here = shown(signIn(HERE));
        assertEquals(200, status(stage().client().get("/status", admin)));
        assertEquals(200, status(stage().client().get("/status", reader)));
        assertEquals(403, status(stage().client().get("/status", here)));
        assertEquals(200, status(stage().client().post(ACT, "{}", admin)));
        assertEquals(403, status(stage().client().post(ACT, "{}", reader)));
        assertEquals(403, status(stage().client().post(ACT, "{}", here)));
        assertEquals(401, status(stage().client().get(Collection.DATABASE + "/collections", admin)));
        assertEquals(
                401,
                status(stage().client()
                        .post(Collection.DATABASE + "/collections", "{\"name\":\"by-session\"}", admin)));
        assertEquals(
                "admin",
                stage().client().get(SESSION, admin).join().json().path("name").asText());
    }

    @Test
    void oneOfItsTwoSecretsIsNothing() {
        String[] admin = shown(signIn(ADMIN));
        String[] reader = shown(signIn(READER));
        List<String[]> halves = List.of(
                new String[] {admin[0], admin[1]},
                new String[] {admin[2], admin[3]},
                new String[] {admin[0], admin[1], reader[2], reader[3]},
                new String[] {admin[0], admin[1] + "; " + reader[1], admin[2], admin[3]});
        for (String[] half : halves) {
            int status = status(stage().client().post(ACT, "{}", half));
            assertTrue(status == 401 || status == 429, Arrays.toString(half) + status);
            assertFalse(stage().client()
                    .get(SESSION, half)
                    .join()
                    .json()
                    .path("signed_in")
                    .asBoolean());
        }
    }

    @Test
    void noPageOfAnotherSiteBeginsOrUsesIt() {
        String[] admin = shown(signIn(ADMIN));
        for (String[] foreign : List.of(
                new String[] {"origin", "http://evil.example"},
                new String[] {"origin", "null"},
                new String[] {"sec-fetch-site", "same-site"},
                new String[] {"sec-fetch-site", "cross-site"})) {
            String[] both = {admin[0], admin[1], admin[2], admin[3], foreign[0], foreign[1]};
            assertEquals(403, status(stage().client().post(ACT, "{}", both)));
            assertEquals(403, status(stage().client().delete(SESSION, both)));
            Client.Answer begun = signIn(ADMIN, foreign);
            assertEquals(403, begun.status());
            assertEquals("", begun.header("set-cookie"));
        }
        assertEquals(200, status(stage().client().post(ACT, "{}", admin)));
    }

    @Test
    void itEndsBySigningOutAndWithItsToken() {
        String[] left = shown(signIn(ADMIN));
        Client.Answer gone = stage().client().delete(SESSION, left).join();
        assertEquals(200, gone.status());
        assertEquals(2, gone.headers().allValues("set-cookie").size());
        gone.headers().allValues("set-cookie").forEach(cookie -> assertTrue(cookie.endsWith("; Max-Age=0"), cookie));
        assertNotEquals(200, status(stage().client().get("/status", left)));

        String brief = FILE.token("brief", Role.ADMIN);
        stage().proxy().access().reload();
        String[] revoked = shown(signIn(brief));
        assertEquals(200, status(stage().client().get("/status", revoked)));
        FILE.revoke("brief");
        stage().proxy().access().reload();
        assertNotEquals(200, status(stage().client().get("/status", revoked)));
    }

    @Test
    void aTokenThatIsNoneBeginsNothing() {
        for (String token : List.of("a guess", "")) {
            Client.Answer answer = signIn(token);
            assertTrue(answer.status() == 401 || answer.status() == 429, answer.toString());
            assertEquals("", answer.header("set-cookie"));
        }
    }

    @Test
    void neitherSecretReachesAnInstance() {
        String[] admin = shown(signIn(ADMIN));
        String cookies = "a=1; " + admin[1] + "; __Host-chroma-proxy-session=x; b=2";
        assertEquals(
                200,
                status(stage().client()
                        .get(
                                "/api/v2/tenants/default_tenant/databases",
                                "authorization",
                                "Bearer " + ADMIN,
                                "cookie",
                                cookies,
                                admin[2],
                                admin[3])));
        List<Call> calls =
                new ArrayList<>(stage().primary().calls(call -> call.uri().endsWith("/databases")));
        calls.addAll(stage().replica().calls(call -> call.uri().endsWith("/databases")));
        assertEquals(1, calls.size());
        assertEquals("a=1; b=2", calls.getFirst().headers().get("cookie"));
        assertFalse(calls.getFirst().headers().contains("x-chroma-proxy-session"));
    }
}
