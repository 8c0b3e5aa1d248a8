package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.junit.jupiter.api.Test;

/** What is asked of a client whoever it is. */
class ClientLimitsTest {
    private static final String PAGE = "https://app.example";
    private static final String GET = "GET /health HTTP/1.1\r\nHost: proxy\r\n";

    private static Stage stage(ClientSettings clients) throws Exception {
        AccessSettings access = new AccessSettings(Optional.empty(), Optional.empty(), clients);
        return Stage.open(Stage.Settings.DEFAULT.withAccess(access));
    }

    @Test
    void aHeadThatDoesNotEndIsCutOffWhateverDripsIn() throws Exception {
        try (Stage stage = stage(new ClientSettings(1_000, 0, 0, List.of()));
                RawConnection whole = new RawConnection(stage.client().port());
                RawConnection stalled = new RawConnection(stage.client().port())) {
            RawConnection.Response cut = stalled.send("GET /health HT").read();
            assertEquals(408, cut.status());
            assertEquals("close", cut.headers().get("connection"));
            assertTrue(stalled.closedByPeer());
            assertEquals(200, whole.send(GET + "\r\n").read().status());
        }
    }

    @Test
    void connectionsOfOneAddressAreBoundedAndTheirPlacesComeBack() throws Exception {
        try (Stage stage = stage(new ClientSettings(15_000, 0, 2, List.of()))) {
            int port = stage.client().port();
            try (RawConnection first = new RawConnection(port);
                    RawConnection second = new RawConnection(port)) {
                assertEquals(200, first.send(GET + "\r\n").read().status());
                assertEquals(200, second.send(GET + "\r\n").read().status());
                try (RawConnection third = new RawConnection(port)) {
                    assertTrue(third.closedByPeer());
                }
                assertEquals(200, first.send(GET + "\r\n").read().status());
            }
            await().atMost(Stage.SOON).ignoreExceptions().until(() -> {
                try (RawConnection again = new RawConnection(port)) {
                    return again.send(GET + "\r\n").read().status() == 200;
                }
            });
        }
    }

    @Test
    void requestsBeyondTheRateAreToldToComeLater() throws Exception {
        try (Stage stage = stage(new ClientSettings(15_000, 1, 0, List.of()));
                RawConnection client = new RawConnection(stage.client().port())) {
            List<RawConnection.Response> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                answers.add(client.send(GET + "\r\n").read());
            }
            assertEquals(200, answers.getFirst().status());
            RawConnection.Response refused = answers.stream()
                    .filter(answer -> answer.status() == 429)
                    .findFirst()
                    .orElseThrow();
            assertTrue(refused.headers().containsKey("retry-after"));
            assertTrue(refused.body().contains("RateLimitError"), refused.body());
        }
    }

    @Test
    void onlyPagesThatAreNamedMayReadAnswers() throws Exception {
        try (Stage stage = stage(new ClientSettings(15_000, 0, 0, List.of(PAGE)));
                RawConnection client = new RawConnection(stage.client().port())) {
            RawConnection.Response asked = client.send("OPTIONS " + Collection.DATABASE
                            + "/collections HTTP/1.1\r\nHost: proxy\r\nOrigin: " + PAGE
                            + "\r\nAccess-Control-Request-Method: POST\r\n\r\n")
                    .readHead();
            assertEquals(204, asked.status());
            assertEquals(PAGE, asked.headers().get("access-control-allow-origin"));
            assertTrue(String.valueOf(asked.headers().get("access-control-allow-headers"))
                    .contains("authorization"));
            RawConnection.Response read =
                    client.send(GET + "Origin: " + PAGE + "\r\n\r\n").read();
            assertEquals(PAGE, read.headers().get("access-control-allow-origin"));
            for (String other : List.of("https://app.example.evil", "http://app.example", "null")) {
                RawConnection.Response foreign =
                        client.send(GET + "Origin: " + other + "\r\n\r\n").read();
                assertFalse(foreign.headers().containsKey("access-control-allow-origin"), other);
            }
        }
    }
}
