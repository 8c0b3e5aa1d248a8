package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A delete does what a bare server does with the same bytes: the same answer, the same records left. */
@Timeout(900)
class DeleteBodiesIT {
    private static final String ALL = "\"where\":{\"k\":{\"$gte\":0}}";
    private static final int MANY = 120_000;

    private static final List<String> WITHOUT_LIMIT = List.of(
            "{}",
            "{\"ids\":null,\"where\":null,\"where_document\":null}",
            "{\"ids\":[\"b\"],\"where\":null,\"where_document\":null}",
            "{\"ids\":[]}",
            "{\"ids\":[\"a\"],\"ids\":[\"b\"]}",
            "{\"ids\":[\"a\"],\"unknown\":true,\"unknown\":{\"limit\":[1,{}]}}",
            "{\"\\u0069ds\":[\"\\u0061\"]}",
            "{\"ids\":[\"limit\",\"\\u0061\"]}",
            "{\"ids\":[\"\\ud800\"]}",
            "{\"ids\":[1]}",
            "{\"ids\":\"a\"}",
            "{\"ids\":[\"\"]}",
            "{\"ids\":[\"\\u0000\"]}",
            "{\"where\":{}}",
            "{\"where\":[]}",
            "{\"where\":null,\"where\":{\"k\":1}}",
            "{" + ALL + ",\"ids\":[]}",
            "{" + ALL + ",\"ids\":[\"a\",\"x\"]}",
            "{\"where_document\":{\"$contains\":\"2\"}}",
            "{\"ids\":[\"a\"]} {\"limit\":1}",
            "[[\"a\"],1,null]",
            "null",
            "",
            "{\"ids\":[\"a\"],}",
            "{\"ids\":[\"a\"],\"x\":1e999999}",
            "{\"ids\":[\"a\"],\"x\":" + nested("[", "1", "]", 126) + "}",
            "{\"ids\":[\"a\"],\"x\":" + nested("[", "1", "]", 127) + "}",
            "{\"where\":" + nested("{\"$and\":[", "{\"k\":{\"$gte\":3}}", "]}", 45) + "}");

    /** Members to which a limit of 2 is added. */
    private static final List<String> BESIDE_A_LIMIT = List.of(
            "",
            "\"ids\":[]",
            "\"ids\":[\"a\"]",
            "\"ids\":[\"limit\"]",
            "\"ids\":[\"a\"],\"ids\":[\"b\"]",
            "\"ids\":[1]",
            "\"ids\":[\"a\",\"b\"],\"where\":null,\"where_document\":null",
            "\"where\":{}",
            "\"where\":[]",
            "\"where\":{\"k\":{\"$bad\":1}}",
            "\"where_document\":{}",
            "\"where_document\":{\"$contains\":\"doc\"}",
            "\"where_document\":{\"$contains\":\"doc\"},\"where\":{\"k\":{\"$lt\":3}}",
            "\"x\":1",
            "\"x\":" + nested("[", "1", "]", 127) + ",\"ids\":[\"a\"]",
            "\"x\":1e999999," + ALL,
            "\"offset\":1," + ALL,
            "\"ids\":[]," + ALL,
            "\"ids\":[\"d\",\"x\",\"b\"]," + ALL,
            "\"where\":" + nested("{\"$and\":[", "{\"k\":{\"$gte\":3}}", "]}", 45),
            "\"where\":null," + ALL);

    /** Limits, and what may follow them, of a delete of all. */
    private static final List<String> LIMITS = List.of(
            "null",
            "0",
            "1",
            "7",
            "4294967295",
            "4294967296",
            "99999999999999999999999999",
            "-1",
            "-0",
            "01",
            "1.0",
            "1e0",
            "\"1\"",
            "true",
            "[1]",
            "{\"limit\":1}",
            "2,\"limit\":3",
            "null,\"limit\":3",
            "2,\"limit\":null",
            "2,\"offset\":1",
            "2,\"LIMIT\":1",
            "2,",
            "2} x",
            "2} {\"limit\":1}");

    private static Deployment deployment;
    private static ChromaApi proxy;
    private static ChromaInstance bare;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        // As many ids as a body holds, as on the bare server.
        proxy = deployment.startProxy("MAX_RECORDS_PER_WRITE", "0").api();
        bare = ChromaInstance.start(directory.resolve("bare"));
    }

    @AfterAll
    static void bothSidesAreEqual() {
        try {
            deployment.assertEqualWhenDrained(proxy);
        } finally {
            bare.close();
            deployment.close();
        }
    }

    private static String nested(String open, String inner, String close, int times) {
        return open.repeat(times) + inner + close.repeat(times);
    }

    static List<String> bodies() {
        List<String> bodies = new ArrayList<>(WITHOUT_LIMIT);
        for (String members : BESIDE_A_LIMIT) {
            bodies.add("{" + members + (members.isEmpty() ? "" : ",") + "\"limit\":2}");
        }
        for (String limit : LIMITS) {
            bodies.add("{" + ALL + ",\"limit\":" + limit + (limit.contains("} ") ? "" : "}"));
        }
        bodies.add("{" + ALL + ", \"\\u006cimit\" : 2 }");
        bodies.add("\ufeff{" + ALL + ",\"limit\":2}");
        bodies.add("{" + ALL + ",\"limit\":2");
        return bodies;
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void itIsAnsweredAndLeavesWhatItDoesOnABareServer(String body) {
        assertEquals(outcome(bare.api(), body), outcome(proxy, body), body);
    }

    @Test
    void aHugeOneMayContainTheWordLimit() {
        StringBuilder ids = new StringBuilder("{\"ids\":[\"limit\",\"\\u00e9\",\"a\"");
        for (int i = 0; i < MANY; i++) {
            ids.append(",\"x").append(i).append('"');
        }
        assertEquals(outcome(bare.api(), ids + "]}"), outcome(proxy, ids + "]}"));
    }

    /** The answer, and the ids that are left of five. */
    private static String outcome(ChromaApi chroma, String body) {
        String name = "d-" + UUID.randomUUID();
        JsonNode created = chroma.post(D + "/collections", "{\"name\":\"" + name + "\"}")
                .expect(200)
                .json();
        String path = collection(created.path("id").asText());
        chroma.post(
                        path + "/add",
                        "{\"ids\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"embeddings\":[[0,1],[1,1],[2,1],[3,1],[4,1]],"
                                + "\"metadatas\":[{\"k\":0},{\"k\":1},{\"k\":2},{\"k\":3},{\"k\":4}],"
                                + "\"documents\":[\"doc 0\",\"doc 1\",\"doc 2\",\"doc 3\",\"doc 4\"]}")
                .expect(201);
        Answer answer = chroma.post(path + "/delete", body);
        JsonNode left = chroma.post(path + "/get", "{}").expect(200).json().path("ids");
        return answer.status() + " " + answer.text() + " " + left;
    }
}
