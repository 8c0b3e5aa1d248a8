package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.guide.Guide;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.route.Routes;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint there is, asked by everybody who may not, and by those who may. The proxy's own come from its
 * description, which another test compares with what it answers; Chroma's are checked to be of every kind there is.
 */
class AccessMatrixTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String READER = FILE.token("reader", Role.READ);
    private static final String WRITER = FILE.token("writer", Role.WRITE);
    private static final String ADMIN = FILE.token("admin", Role.ADMIN);
    private static final String ELSEWHERE = FILE.token("elsewhere", Role.ADMIN, "another_tenant");
    private static final String HERE = FILE.token("here", Role.ADMIN, "default_tenant");

    private static final String D = "/api/v2/tenants/default_tenant/databases/default_database";
    private static final String C = D + "/collections/0198a3c4-0000-7000-8000-000000000001";

    private static final String DROP = "DELETE /api/v2/tenants/default_tenant/databases/scratch";

    /** Who the least of them is that may: a role, or nobody in particular; and whether tenants matter. */
    private enum Least {
        OPEN,
        READER_OF_ANY,
        READER_OF_TENANT,
        READER_OF_ALL,
        WRITER_OF_TENANT,
        ADMIN_OF_TENANT,
        ADMIN_OF_ALL;

        boolean lets(String token) {
            boolean reads = Set.of(READER, WRITER, ADMIN).contains(token);
            return switch (this) {
                case OPEN -> true;
                case READER_OF_ANY -> reads || token.equals(HERE) || token.equals(ELSEWHERE);
                case READER_OF_TENANT -> reads || token.equals(HERE);
                case READER_OF_ALL -> reads;
                case WRITER_OF_TENANT -> token.equals(WRITER) || token.equals(ADMIN) || token.equals(HERE);
                case ADMIN_OF_TENANT -> token.equals(ADMIN) || token.equals(HERE);
                case ADMIN_OF_ALL -> token.equals(ADMIN);
            };
        }
    }

    private static final Map<String, Least> CHROMA = Map.ofEntries(
            Map.entry("GET /api/v2/heartbeat", Least.OPEN),
            Map.entry("GET /api/v2/healthcheck", Least.OPEN),
            Map.entry("GET /api/v2/version", Least.READER_OF_ANY),
            Map.entry("GET /api/v2/auth/identity", Least.READER_OF_ANY),
            Map.entry("GET /openapi.json", Least.READER_OF_ANY),
            Map.entry("POST /api/v2/reset", Least.ADMIN_OF_ALL),
            Map.entry("POST /api/v2/tenants", Least.ADMIN_OF_ALL),
            Map.entry("PATCH /api/v2/tenants/default_tenant", Least.ADMIN_OF_TENANT),
            Map.entry("GET /api/v2/tenants/default_tenant", Least.READER_OF_TENANT),
            Map.entry("GET /api/v2/tenants/default%5Ftenant", Least.READER_OF_TENANT),
            Map.entry("GET /api/v2/tenants/default_tenant/databases", Least.READER_OF_TENANT),
            Map.entry("POST /api/v2/tenants/default_tenant/databases", Least.WRITER_OF_TENANT),
            Map.entry("GET " + D, Least.READER_OF_TENANT),
            Map.entry(DROP, Least.WRITER_OF_TENANT),
            Map.entry("GET " + D + "/collections", Least.READER_OF_TENANT),
            Map.entry("POST " + D + "/collections", Least.WRITER_OF_TENANT),
            Map.entry("GET " + D + "/collections_count", Least.READER_OF_TENANT),
            Map.entry("GET " + D + "/collections/by-id/0198a3c4-0000-7000-8000-000000000001", Least.READER_OF_TENANT),
            Map.entry("GET " + C, Least.READER_OF_TENANT),
            Map.entry("PUT " + C, Least.WRITER_OF_TENANT),
            Map.entry("DELETE " + C, Least.WRITER_OF_TENANT),
            Map.entry("POST " + C + "/get", Least.READER_OF_TENANT),
            Map.entry("GET " + C + "/count", Least.READER_OF_TENANT),
            Map.entry("POST " + C + "/add", Least.WRITER_OF_TENANT),
            Map.entry("POST " + C + "/update", Least.WRITER_OF_TENANT),
            Map.entry("POST " + C + "/upsert", Least.WRITER_OF_TENANT),
            Map.entry("POST " + C + "/delete", Least.WRITER_OF_TENANT),
            Map.entry("POST " + C + "/fork", Least.WRITER_OF_TENANT),
            Map.entry("GET /api/v2/collections/a:b:c", Least.READER_OF_ALL),
            Map.entry("GET /api/v1/collections", Least.READER_OF_ANY),
            Map.entry("POST " + D + "/collections_count", Least.READER_OF_ANY),
            Map.entry("GET /nowhere", Least.READER_OF_ANY),
            Map.entry("GET /admin/../health", Least.READER_OF_ANY),
            Map.entry("GET /api/v2/tenants/a%FF", Least.READER_OF_ANY));

    AccessMatrixTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0).withAccess(FILE.settings("for-the-instances")));
    }

    private static Map<String, Least> own() {
        Map<String, Least> all = new TreeMap<>();
        Guide.yaml("docs/openapi.yaml")
                .getFirst()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(name -> {
                    String method = name.toUpperCase(Locale.ROOT);
                    String target = path.getKey().replaceAll("\\{[^}]*}", "nothing");
                    boolean open = target.equals("/health")
                            || target.startsWith("/health/")
                            || (target.startsWith("/dashboard") && method.equals("GET"));
                    boolean anybody = target.equals("/dashboard/session")
                            || target.matches("/transactions/.*|/transaction/safety/transaction/.*");
                    Least least = anybody
                            ? Least.READER_OF_ANY
                            : method.equals("GET") ? Least.READER_OF_ALL : Least.ADMIN_OF_ALL;
                    all.put(method + " " + target, open ? Least.OPEN : least);
                }));
        return all;
    }

    private RawConnection.Response ask(String operation, String token) {
        if (operation.equals(DROP)) {
            ask("POST /api/v2/tenants/default_tenant/databases", ADMIN, "{\"name\":\"scratch\"}");
        }
        return ask(operation, token, "{}");
    }

    private RawConnection.Response ask(String operation, String token, String json) {
        String[] parts = operation.split(" ", 2);
        boolean body = !parts[0].equals("GET");
        try (RawConnection client = new RawConnection(stage().client().port())) {
            return client.send(operation + " HTTP/1.1\r\nHost: proxy\r\n"
                            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
                            + (body
                                    ? "Content-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n"
                                            + json
                                    : "\r\n"))
                    .read();
        } catch (IOException e) {
            throw new AssertionError("no answer to " + operation + " with '" + token + "'", e);
        }
    }

    private void assertGuarded(Map<String, Least> endpoints) {
        List<String> wrong = new ArrayList<>();
        List<String> tokens = List.of("", "a guess", READER, WRITER, HERE, ELSEWHERE, ADMIN);
        for (Map.Entry<String, Least> endpoint : endpoints.entrySet()) {
            for (String token : tokens) {
                RawConnection.Response answer = ask(endpoint.getKey(), token);
                boolean known = tokens.indexOf(token) > 1;
                Set<Integer> refusals = known ? Set.of(403) : Set.of(401, 429);
                boolean refused = refusals.contains(answer.status())
                        && (answer.body().contains("AuthError") || answer.body().contains("RateLimitError"));
                if (refused == endpoint.getValue().lets(token)) {
                    wrong.add(endpoint + " with '" + token + "': " + answer.status() + " " + answer.body());
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyEndpointOfTheProxysOwn() {
        assertTrue(own().size() > 20);
        assertGuarded(own());
    }

    @Test
    void aTransactionIsShownToThoseOfItsTenantOnly() {
        String[] here = {"authorization", "Bearer " + HERE, "transaction-id", "chosen-by-a-client"};
        for (int i = 0; i < 2; i++) {
            // The first id is the client's own, the second one of the proxy's.
            String[] headers = i == 0 ? here : new String[] {here[0], here[1]};
            Client.Answer made = stage().client()
                    .post(D + "/collections", "{\"name\":\"of-a-tenant-" + i + "\"}", headers)
                    .join();
            assertEquals(200, made.status(), made.body());
            String id = made.header("transaction-id");
            for (String page : List.of("/transactions/" + id, "/transaction/safety/transaction/" + id)) {
                for (String query : List.of("", "?wait=1s", "?tenant=default_tenant")) {
                    assertEquals(200, asked(page + query, HERE).status(), page + query);
                    assertEquals(200, asked(page + query, READER).status(), page + query);
                    Client.Answer elsewhere = asked(page + query, ELSEWHERE);
                    assertEquals(404, elsewhere.status(), page + query);
                    assertTrue(elsewhere.body().contains("There is no transaction " + id), elsewhere.body());
                }
            }
        }
    }

    @Test
    void whoMayNotSeeATransactionCannotTellItFromOneThatThereNeverWas() {
        Client.Answer made = stage().client()
                .post(D + "/collections", "{\"name\":\"hidden\"}", "authorization", "Bearer " + HERE)
                .join();
        String others = made.header("transaction-id");
        String nobodys = others.substring(0, others.length() - 9) + "123456789";
        for (String query : List.of("", "?wait=1s", "?tenant=another_tenant")) {
            for (String spelling : List.of("%s", "{%s}", "urn:uuid:%s")) {
                String of = told(spelling.formatted(others), query).replace(others, "ID");
                String none = told(spelling.formatted(nobodys), query).replace(nobodys, "ID");
                assertEquals(none, of);
            }
            String of = told(others.toUpperCase(Locale.ROOT), query).replace(others, "ID");
            assertEquals(told(nobodys.toUpperCase(Locale.ROOT), query).replace(nobodys, "ID"), of);
        }
    }

    private String told(String id, String query) {
        String escaped = id.replace("{", "%7B").replace("}", "%7D");
        Client.Answer answer = asked("/transactions/" + escaped + query, ELSEWHERE);
        assertEquals(404, answer.status(), answer.body());
        return answer.body();
    }

    private Client.Answer asked(String uri, String token) {
        return stage().client().get(uri, "authorization", "Bearer " + token).join();
    }

    @Test
    void everyKindOfRequestToChroma() {
        Set<RouteKind> missing = EnumSet.allOf(RouteKind.class);
        CHROMA.keySet().forEach(operation -> {
            String[] parts = operation.split(" ", 2);
            missing.remove(
                    Routes.classify(HttpMethod.valueOf(parts[0]), parts[1]).kind());
        });
        missing.remove(RouteKind.OWN);
        assertEquals(Set.of(), missing, "kinds of requests that are not tried here");
        assertGuarded(CHROMA);
    }

    @Test
    void whatIsRefusedReachesNeitherTheLogNorAnInstance() throws Exception {
        List<String> before = stage().log().column("SELECT count(*) FROM log_record");
        for (Map.Entry<String, Least> endpoint : CHROMA.entrySet()) {
            if (endpoint.getValue() != Least.OPEN) {
                ask(endpoint.getKey(), "a guess", "{}");
                ask(endpoint.getKey(), "", "{}");
            }
        }
        assertEquals(before, stage().log().column("SELECT count(*) FROM log_record"));
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            List<Call> calls = instance.calls(call -> !call.uri().equals("/api/v2/tenants/default_tenant"));
            assertFalse(
                    calls.stream().anyMatch(call -> CHROMA.containsKey(call.method() + " " + call.uri())), calls + "");
        }
    }
}
