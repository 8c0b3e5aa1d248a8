package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.acceptance.input.Smuggling;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.Test;

/** Paths, headers and framing meant to be read in two ways, by clients without a token, and with a small one. */
class TricksTest extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String READER = FILE.token("reader", Role.READ);
    private static final String WRITER = FILE.token("writer", Role.WRITE);
    private static final String UPSTREAM = "for-the-instances";

    /** Each would be an own endpoint, or another one, to somebody who decodes, folds or normalises. */
    private static final List<String> TRICKS = List.of(
            "//admin/wal_errors",
            "/./admin/wal_errors",
            "/x/../admin/wal_errors",
            "/admin/../admin/wal_errors",
            "/admin/./wal_errors",
            "/%61dmin/wal_errors",
            "/%61%64%6d%69%6e/wal_errors",
            "/%2561dmin/wal_errors",
            "/ADMIN/wal_errors",
            "/Admin/wal_errors",
            "/admin;x/wal_errors",
            "/admin;/wal_errors",
            "/;/admin/wal_errors",
            "/admin%2fwal_errors",
            "/admin%5cwal_errors",
            "/admin\\wal_errors",
            "\\admin/wal_errors",
            "/admin%00/wal_errors",
            "/%00/admin/wal_errors",
            "/admin%20/wal_errors",
            "/admin./wal_errors",
            "/.%2e/admin/wal_errors",
            "/%2e%2e/admin/wal_errors",
            "/%c0%ae%c0%ae/admin/wal_errors",
            "/%c0%afadmin/wal_errors",
            "/%u0061dmin/wal_errors",
            "/api/v2/../../admin/wal_errors",
            "/api/v2/heartbeat/..;/..;/..;/admin/wal_errors",
            "/health/../admin/wal_errors",
            "/health%2f..%2fadmin/wal_errors",
            "/dashboard/../admin/wal_errors",
            "/dashboard/..%2fadmin/wal_errors",
            "/api/v2/heartbeat;/../../admin/wal_errors",
            "/?/../admin/wal_errors",
            "/#/admin/wal_errors",
            "http://proxy//admin/wal_errors",
            "http://proxy/%61dmin/wal_errors",
            "http://other/admin/wal_errors",
            "admin/wal_errors",
            "*/admin/wal_errors");

    TricksTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0).withAccess(FILE.settings(UPSTREAM)));
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(stage().client().port());
    }

    private Collection collection() {
        String name = "c-" + UUID.randomUUID();
        Client.Answer made = stage().client()
                .post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}", "x-chroma-token", WRITER)
                .join();
        Collection collection =
                new Collection(stage(), name, made.json().path("id").asText());
        assertEquals(
                201,
                collection
                        .write("add", Collection.record("first"), "x-chroma-token", WRITER)
                        .join()
                        .status());
        awaitHeld(stage().replica(), collection, "first");
        stage().forget();
        return collection;
    }

    private static String head(String method, String target, String fields) {
        return method + " " + target + " HTTP/1.1\r\nHost: proxy\r\n" + fields + "\r\n";
    }

    private static String bearer(String token) {
        return token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
    }

    /** The answer's status; 400 for a connection that was closed at once. */
    private int status(String bytes) throws IOException {
        try (RawConnection client = connect()) {
            client.send(bytes);
            return (bytes.startsWith("HEAD ") ? client.readHead() : client.read()).status();
        } catch (EOFException | SocketException closed) {
            return 400;
        }
    }

    @Test
    void noOtherSpellingLeadsToAnEndpointOfTheProxys() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String token : List.of("", READER)) {
            for (String method : List.of("GET", "POST", "HEAD", "get", "OPTIONS")) {
                for (String target : TRICKS) {
                    int status = status(head(method, target, bearer(token)));
                    if (status < 400 || status >= 500) {
                        wrong.add(method + " " + target + " with '" + token + "': " + status);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        // It is the spelling, and not the endpoint, that is refused.
        assertEquals(200, status(head("GET", "/admin/wal_errors", bearer(READER))));
    }

    @Test
    void methodsAreNotGuessed() throws IOException {
        Collection collection = collection();
        for (String method : List.of("post", "Post", "DELETE", "delete", "PUT", "XPOST", "GET")) {
            String body = "{\"ids\":[\"first\"]}";
            String fields = bearer(WRITER) + "X-HTTP-Method-Override: POST\r\nX-Method-Override: DELETE\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
            int status = status(head(method, collection.path("delete"), fields) + body);
            assertTrue(status == 405 || status == 403, method + " gives " + status);
        }
        assertEquals(List.of(), stage().primary().calls(Call::writes));
    }

    @Test
    void aCollectionHasItsIdInEverySpellingChromaTakesAndInNoOther() throws IOException {
        Collection collection = collection();
        String id = collection.id();
        for (String spelled :
                List.of(id, id.toUpperCase(Locale.ROOT), id.replace("-", ""), "%7B" + id + "%7D", "urn:uuid:" + id)) {
            String target = collection.path("count").replace(id, spelled);
            assertEquals(200, status(head("GET", target, bearer(READER))), spelled);
        }
        for (String spelled :
                List.of(id + ";x", id + "%20", id + ".", "%00" + id, id + "/.", id.replace("-", "%2D%2D"))) {
            String target = collection.path("count").replace(id, spelled);
            int status = status(head("GET", target, bearer(READER)));
            assertTrue(status == 404 || status == 400, spelled + " gives " + status);
        }
    }

    /** A client may declare a header its connection's own; what the proxy itself says must not go with it. */
    @Test
    void namingAHeaderInConnectionTakesNothingThatCounts() throws IOException {
        Collection collection = collection();
        String body = Collection.record("second");
        for (String named : List.of(
                "Authorization",
                "X-Chroma-Token",
                "Content-Length",
                "content-length, close",
                "Host",
                "Transaction-ID",
                "Content-Type",
                "X-Forwarded-For",
                "Transfer-Encoding",
                "Connection",
                ", ,,keep-alive")) {
            stage().forget();
            String id = "tx-" + UUID.randomUUID();
            String fields = bearer(WRITER) + "Connection: " + named + "\r\nTransaction-ID: " + id
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
            try (RawConnection client = connect()) {
                RawConnection.Response first = client.send(head("POST", collection.path("upsert"), fields) + body)
                        .read();
                assertEquals(200, first.status(), named + ": " + first);
                assertEquals(id, first.headers().get("transaction-id"), named);
            }
            assertEquals(200, status(head("POST", collection.path("upsert"), fields) + body), named);
            List<Call> calls = stage().primary().calls(Call::writes);
            assertEquals(1, calls.size(), named + " undid the one effect of one id");
            Call call = calls.getFirst();
            assertEquals(body, call.body(), named);
            assertEquals(List.of("Bearer " + UPSTREAM), call.headers().getAll("authorization"), named);
            assertEquals(
                    List.of(stage().primary().uri().getAuthority()),
                    call.headers().getAll("host"),
                    named);
            assertEquals(1, call.headers().getAll("content-length").size(), named);
            assertFalse(call.headers().contains("connection", "close", true), named);
        }
    }

    @Test
    void nothingThatIsReflectedBreaksOutOfItsPlace() throws IOException {
        ObjectMapper json = new ObjectMapper();
        String evil = "%22%7D%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", "");
        for (String target : List.of(
                Collection.DATABASE + "/collections/" + evil,
                Collection.DATABASE + "/collections/" + evil + "/count",
                "/" + evil,
                "/transactions/" + evil,
                "/api/v2/tenants/" + evil)) {
            try (RawConnection client = connect()) {
                RawConnection.Response answer =
                        client.send(head("GET", target, bearer(READER))).read();
                assertTrue(answer.status() >= 400, target + ": " + answer);
                JsonNode tree = json.readTree(answer.body());
                assertTrue(answer.body().isEmpty() || tree.isObject(), answer.toString());
                if (!answer.body().isEmpty()) {
                    assertEquals("application/json", answer.headers().get("content-type"), answer.toString());
                }
            }
        }
        for (String split : List.of("%0d%0aSet-Cookie:%20a=b", "%0aX:y", "%0d", "%E5%98%8D%E5%98%8ASet-Cookie:a")) {
            for (String target :
                    List.of(Collection.DATABASE + "/collections/" + split, "/transactions/" + split, "/" + split)) {
                try (RawConnection client = connect()) {
                    Map<String, String> headers = client.send(head("GET", target, bearer(READER)))
                            .read()
                            .headers();
                    assertTrue(
                            Set.of(
                                            "content-type",
                                            "content-length",
                                            "retry-after",
                                            "connection",
                                            "allow",
                                            "chroma-trace-id")
                                    .containsAll(headers.keySet()),
                            target + ": " + headers);
                }
            }
        }
    }

    /** A transaction id is given back in a header: what could end that header is not taken. */
    @Test
    void aTransactionIdComesBackAsItWasOrNotAtAll() throws IOException {
        Collection collection = collection();
        String body = Collection.record("third");
        for (String id :
                List.of("a\rb", "a\nb", "a\u0000b", "a\u0001b", "\u00e9", "a\tb", "x".repeat(201), " ", "<b>")) {
            String fields = bearer(WRITER) + "Transaction-ID: " + id
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
            try (RawConnection client = connect()) {
                RawConnection.Response answer = client.send(head("POST", collection.path("upsert"), fields) + body)
                        .read();
                assertTrue(answer.status() < 500, id + ": " + answer);
                assertTrue(
                        Set.of("content-type", "content-length", "transaction-id", "connection", "chroma-trace-id")
                                .containsAll(answer.headers().keySet()),
                        answer.toString());
            } catch (EOFException | SocketException closed) {
                // As good an answer as any.
            }
        }
    }

    @Test
    void noHiddenRequestReachesAnInstance() throws IOException {
        Collection collection = collection();
        String hidden = head("POST", collection.path("delete"), bearer(WRITER) + "Content-Length: 17\r\n")
                + "{\"ids\":[\"first\"]}";
        for (String route : List.of("get", "add")) {
            Map<String, String> all = Smuggling.around("POST " + collection.path(route) + " HTTP/1.1", hidden);
            for (Map.Entry<String, String> way : all.entrySet()) {
                String bytes =
                        way.getValue().replaceFirst("(?<=HTTP/1\\.1\r\n)", "Authorization: Bearer " + WRITER + "\r\n");
                assertTrue(status(bytes) >= 400, way.getKey());
                assertEquals(List.of(), stage().primary().calls(Call::writes), way.getKey());
                assertEquals(List.of(), stage().primary().calls(call -> call.is("get")), way.getKey());
            }
        }
    }
}
