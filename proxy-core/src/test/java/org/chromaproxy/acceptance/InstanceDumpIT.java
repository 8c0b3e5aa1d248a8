package org.chromaproxy.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The yardstick itself: equal content is found equal, and every kind of difference is found and named. */
class InstanceDumpIT {
    private static final String TWO = """
            {"ids":["a","b"],"embeddings":[[1,2],[3,4]],"documents":["x",null],"metadatas":[%s,null]}""";

    @Test
    void equalContentIsEqualWhateverItsOrderAndIdsAndADifferenceIsNamed(@TempDir Path directory) throws Exception {
        try (var left = ChromaInstance.start(Files.createDirectory(directory.resolve("left")));
                var right = ChromaInstance.start(Files.createDirectory(directory.resolve("right")))) {
            String leftId = left.api().create("same");
            String rightId = right.api().create("same");
            left.api()
                    .add(
                            collection(leftId),
                            Json.parse(TWO.formatted("{\"k\":1,\"l\":\"m\"}").getBytes(UTF_8)));
            right.api()
                    .add(
                            collection(rightId),
                            Json.parse(TWO.formatted("{\"l\":\"m\",\"k\":1}").getBytes(UTF_8)));

            assertDoesNotThrow(() -> compare(left, right));
            assertEquals(
                    2, InstanceDump.of(left.api()).collection("same").records().size());

            right.api()
                    .post(collection(rightId) + "/update", "{\"ids\":[\"b\"],\"documents\":[\"y\"]}")
                    .expect(200);
            right.api()
                    .post(collection(rightId) + "/delete", "{\"ids\":[\"a\"]}")
                    .expect(200);
            left.api().post(D + "/collections", "{\"name\":\"alone\"}").expect(200);

            String told = assertThrows(AssertionError.class, () -> compare(left, right))
                    .toString();
            assertTrue(told.contains("same record 'b', document: primary null, replica \"y\""), told);
            assertTrue(told.contains("same record 'a': only on the primary"), told);
            assertTrue(told.contains("alone: only on the primary"), told);
        }
    }

    private static void compare(ChromaInstance left, ChromaInstance right) {
        InstanceDump.assertEqual(InstanceDump.of(left.api()), InstanceDump.of(right.api()));
    }
}
