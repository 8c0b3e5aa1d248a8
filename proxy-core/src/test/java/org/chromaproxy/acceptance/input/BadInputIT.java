package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.harness.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are wrong in themselves: paths, ids, bodies, sizes. Each is told so, and nothing is executed. */
@Timeout(900)
class BadInputIT {
    private static final long TOO_LARGE = 41L * 1024 * 1024;

    private static InputFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = new InputFixture(directory);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/add", "/upsert", "/update", "/delete", "/get", "/query"})
    void malformedJsonIsRefusedAndChangesNoRecord(String route) {
        for (String body : List.of(
                "",
                "{\"ids\":[\"a\"",
                "not json",
                "[]",
                "{\"ids\":7}",
                "\u0000",
                "\ufeff{\"ids\":[\"a\"],\"embeddings\":[[9,9]]}",
                "\ufeff{\"ids\":[\"a\"],\"limit\":1}")) {
            Answer answer = fixture.api().post(collection("victim") + route, body);
            assertTrue(answer.status() == 400 || answer.status() == 422, answer.toString());
            answer.expectError(answer.status());
        }
        assertEquals(2, fixture.api().count(collection("victim")));
        fixture.assertEqualSides();
    }

    /** Chroma 1.0 reads the first JSON value and executes it: the sides must agree, whatever a release does. */
    @Test
    void trailingGarbageEndsTheSameOnBothSides() {
        fixture.api().create("trailing");
        fixture.api()
                .post(collection("trailing") + "/add", "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[3,4]]}")
                .expect(201);

        fixture.api().post(collection("trailing") + "/delete", "{\"ids\":[\"a\"]} , \"where\":");

        fixture.assertEqualSides();
    }

    /** A bare server of 1.5.9 ends on the filters, never answers the index's writes, and keeps failing the metadata. */
    @Test
    void whatEndsAServerReachesNone() throws Throwable {
        String terms = IntStream.range(0, 8_000)
                .mapToObj("{\"k\":%d}"::formatted)
                .collect(Collectors.joining(",", "{\"$or\":[", "]}"));
        String members =
                IntStream.range(0, 8_000).mapToObj("\"k%d\":1"::formatted).collect(Collectors.joining(",", "{", "}"));
        fixture.changesNothing(() -> {
            for (String route : List.of("/get", "/query", "/delete")) {
                fixture.api()
                        .post(collection("victim") + route, "{\"where\":" + terms + "}")
                        .expectError(400);
            }
            fixture.api()
                    .post(
                            collection("victim") + "/add",
                            "{\"ids\":[\"m\"],\"embeddings\":[[1,2]],\"metadatas\":[" + members + "]}")
                    .expectError(400);
            for (String route : List.of("/add", "/upsert", "/update")) {
                fixture.api()
                        .post(
                                collection("victim") + route,
                                "{\"ids\":[\"m\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"chroma\\u003adocument\":5}]}")
                        .expectError(400);
            }
            fixture.api()
                    .post(D + "/collections", "{\"name\":\"members\",\"metadata\":" + members + "}")
                    .expectError(400);
            fixture.api()
                    .post(
                            D + "/collections",
                            "{\"name\":\"links\",\"configuration\":{\"hnsw\":{\"max_neighbors\":1000000}}}")
                    .expectError(400);
        });
    }

    @Test
    void aBodyThatSaysItIsTooLargeIsRefusedWithoutBeingAskedFor() throws Throwable {
        fixture.changesNothing(() -> {
            try (RawConnection connection = fixture.connect()) {
                connection.send(fixture.head(
                        "POST", collection("victim") + "/add", "Content-Length: " + TOO_LARGE, "Expect: 100-continue"));
                assertEquals(413, connection.read().status());
            }
        });
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWith413() throws Throwable {
        fixture.changesNothing(() -> {
            tooLarge(false, "Content-Length: " + TOO_LARGE);
            tooLarge(true, "Transfer-Encoding: chunked");
        });
    }

    private static void tooLarge(boolean chunked, String framing) throws IOException {
        try (RawConnection connection = fixture.connect()) {
            connection.send(fixture.head("POST", collection("victim") + "/add", framing));
            connection.sendSpaces(TOO_LARGE, chunked);
            RawConnection.Response response = connection.read();
            assertEquals(413, response.status(), response.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/x%2F..%2Fvictim",
                "/..%2Fcollections%2Fvictim",
                "/%2e%2e/collections/victim",
                "/../collections/victim",
                "/./victim",
                "/x/../victim",
                "/victim%2F",
                "/victim%00",
                "/victim%",
                "/victim%zz",
                "//victim",
                "/victim;a=b",
                "/victim/..;/victim",
                "/%C0%AE%C0%AE/victim"
            })
    void noSpellingOfAPathReachesAnotherOne(String path) throws Throwable {
        fixture.executesNothing(() -> {
            try (RawConnection connection = fixture.connect()) {
                int status = connection
                        .send(fixture.head("DELETE", D + "/collections" + path))
                        .read()
                        .status();
                assertTrue(status == 400 || status == 404 || status == 405, path + " gives " + status);
            }
        });
    }

    @Test
    void anEncodedSlashOrDotDotIsRefusedInChromasShape() throws Throwable {
        fixture.executesNothing(() -> {
            for (String path : List.of("/collections/a%2Fb", "/collections/%2e%2e", "/collections/%2E.")) {
                Answer answer = fixture.api().get(D + path);
                assertTrue(answer.status() == 400 || answer.status() == 404, answer.toString());
                answer.expectError(answer.status());
            }
        });
    }

    @Test
    void unknownRoutesAreNotFoundAndUnknownMethodsNotAllowed() throws Throwable {
        fixture.changesNothing(() -> {
            for (String path : List.of("/", "/api", "/api/v2/nothing", "/api/v3/heartbeat", D + "/collections/v/x/y")) {
                assertEquals(404, fixture.api().get(path).status(), path);
                assertEquals(404, fixture.api().post(path, "{}").status(), path);
            }
            assertEquals(
                    405, fixture.api().send("PATCH", D + "/collections", "{}").status());
            assertEquals(
                    405,
                    fixture.api()
                            .send("DELETE", collection("victim") + "/add", null)
                            .status());
            assertEquals(
                    405, fixture.api().send("BREW", D + "/collections", null).status());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not-a-collection",
                "00000000-0000-4000-8000-000000000000",
                "00000000000040008000000000000000",
                "zzzzzzzz-0000-4000-8000-000000000000",
                "%F0%9F%98%80",
                "victim%20"
            })
    void anIdThatNobodyHasIsAnErrorInChromasShape(String id) throws Throwable {
        fixture.executesNothing(() -> {
            for (String route : List.of("/add", "/upsert", "/update", "/delete", "/get")) {
                Answer answer = fixture.api().post(collection(id) + route, "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}");
                assertTrue(answer.status() == 400 || answer.status() == 404, answer.toString());
                answer.expectError(answer.status());
            }
        });
    }

    @Test
    void aNameThatCannotBeIsRefusedAsChromaDoes() {
        for (String name : List.of("\"x\"", "\"\"", "\"a/b\"", "\"..\"", "7", "null", "\"" + "n".repeat(600) + "\"")) {
            Answer answer = fixture.api().post(D + "/collections", "{\"name\":" + name + "}");
            assertTrue(answer.status() == 400 || answer.status() == 422, answer.toString());
            answer.expectError(answer.status());
        }
        fixture.assertEqualSides();
    }
}
