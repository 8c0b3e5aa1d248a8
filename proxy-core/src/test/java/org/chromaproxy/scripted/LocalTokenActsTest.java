package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.guide.Guide;
import org.chromaproxy.support.LocalAdmin;
import org.junit.jupiter.api.Test;

/** A proxy without a tokens file: who may act, on every endpoint that its description has. */
class LocalTokenActsTest extends StagedTest {
    private static final String ACT = "POST /admin/clear_wal_errors";

    LocalTokenActsTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static List<String> acting() {
        List<String> all = new ArrayList<>();
        Guide.yaml("docs/openapi.yaml")
                .getFirst()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    if (List.of("POST", "PUT", "PATCH", "DELETE").contains(method)) {
                        all.add(method + " " + path.getKey().replaceAll("\\{[^}]*}", "x"));
                    }
                }));
        return all;
    }

    private RawConnection.Response ask(String operation, String headers) throws IOException {
        return ask(operation, "localhost", headers);
    }

    private RawConnection.Response ask(String operation, String host, String headers) throws IOException {
        try (RawConnection client = new RawConnection(stage().client().port())) {
            return client.send(
                            operation + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n" + headers + "\r\n")
                    .read();
        }
    }

    private static String token() {
        return LocalAdmin.lines(LocalAdmin.IN_TARGET);
    }

    @Test
    void nothingActsWithoutAToken() throws IOException {
        assertTrue(acting().size() > 13, acting().toString());
        for (String operation : acting()) {
            for (String headers : List.of("", "X-Chroma-Token: a-guess\r\n", "Authorization: Basic OmE=\r\n")) {
                int status = ask(operation, headers).status();
                assertTrue(status == 401 || status == 429, operation + " " + headers + status);
            }
        }
        assertEquals(200, ask(ACT, token()).status());
        String secret = LocalAdmin.secret(LocalAdmin.IN_TARGET);
        assertEquals(200, ask(ACT, "Authorization: Bearer " + secret + "\r\n").status());
    }

    /** Nothing is told of whether the token was right: what is forwarded is refused before that. */
    @Test
    void whatIsForwardedDoesNotAct() throws IOException {
        List<String> hops = List.of(
                "Forwarded: for=192.0.2.1",
                "Via: 1.1 somewhere",
                "X-Forwarded-For: 127.0.0.1",
                "x-forwarded-proto: http",
                "X-Forwarded-Host: localhost",
                "X-Forwarded: x",
                "X-Real-IP: 127.0.0.1",
                "X_Forwarded_For: 192.0.2.1",
                "CDN-Loop: cdn",
                "X-Envoy-External-Address: 192.0.2.1",
                "X-Client-IP: 127.0.0.1",
                "True-Client-IP: 127.0.0.1");
        for (String operation : acting()) {
            for (String hop : hops) {
                RawConnection.Response answer = ask(operation, hop + "\r\n" + token());
                assertEquals(403, answer.status(), operation + " " + hop);
                assertTrue(answer.body().contains(hop.substring(0, hop.indexOf(':'))), answer.body());
            }
        }
    }

    @Test
    void underAForeignNameNothingActs() throws IOException {
        for (String host :
                List.of("evil.example", "evil.example:8000", "chroma-proxy", "192.0.2.7", "localhost.evil.example")) {
            for (String operation : acting()) {
                assertEquals(403, ask(operation, host, token()).status(), operation + " " + host);
            }
        }
        for (String host : List.of("localhost:8000", "127.0.0.1", "[::1]:1", "LOCALHOST.")) {
            assertEquals(200, ask(ACT, host, token()).status(), host);
        }
    }

    @Test
    void noPageOfAnotherSiteActs() throws IOException {
        for (Map.Entry<String, String> foreign : CrossSiteTest.FOREIGN.entrySet()) {
            for (String operation : acting()) {
                RawConnection.Response answer = ask(operation, "localhost:8000", foreign.getValue() + token());
                assertEquals(403, answer.status(), operation + " " + foreign.getKey());
                assertTrue(answer.body().contains("a page of another site"), answer.body());
            }
        }
        String own = "Origin: http://localhost:8000\r\nSec-Fetch-Site: same-origin\r\n" + token();
        assertEquals(200, ask(ACT, "localhost:8000", own).status());
    }

    @Test
    void looksNeedNoToken() throws IOException {
        for (String page : List.of("/status", "/admin/instances", "/admin/wal_errors", "/metrics", "/dashboard")) {
            assertEquals(200, ask("GET " + page, "").status(), page);
        }
    }
}
