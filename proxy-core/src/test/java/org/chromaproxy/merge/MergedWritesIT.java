package org.chromaproxy.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random histories on a real server, sent one by one into one collection and merged into another. */
class MergedWritesIT {
    private static final int HISTORIES = 8;
    private static final int WRITES = 80;
    private static final int IDS = 30;
    private static final int BATCH = 12;

    private record Op(String kind, List<String> ids, String body) {}

    @Test
    void aServerEndsUpTheSameWhetherNeighboursAreMergedOrNot(@TempDir Path directory) {
        long seed = System.nanoTime();
        try (ChromaInstance chroma = ChromaInstance.start(directory)) {
            int merged = 0;
            for (int i = 0; i < HISTORIES; i++) {
                List<Op> history = history(new Random(seed + i));
                String alone = ChromaApi.collection(chroma.api().create("alone-" + i));
                String together = ChromaApi.collection(chroma.api().create("together-" + i));
                history.forEach(op -> send(chroma.api(), alone, op.kind, op.body));
                for (List<Op> batch : batches(history)) {
                    List<RecordArrays> parts = batch.stream()
                            .map(op -> RecordArrays.of(op.body.getBytes(StandardCharsets.UTF_8))
                                    .orElseThrow())
                            .toList();
                    String body = new String(Splice.of(parts), StandardCharsets.UTF_8);
                    send(chroma.api(), together, batch.getFirst().kind, body);
                    merged += batch.size() > 1 ? 1 : 0;
                }
                InstanceDump dump = InstanceDump.of(chroma.api());
                assertEquals(
                        dump.collection("alone-" + i).records(),
                        dump.collection("together-" + i).records(),
                        "seed " + seed + ", history " + i);
            }
            assertTrue(merged > HISTORIES, "hardly anything was merged");
        }
    }

    private static void send(ChromaApi chroma, String collection, String kind, String body) {
        chroma.post(collection + "/" + kind, body).expect(kind.equals("add") ? 201 : 200);
    }

    private static List<Op> history(Random random) {
        List<Op> history = new ArrayList<>();
        boolean base64 = random.nextBoolean();
        // The first write fixes the dimension: before that nothing is merged.
        history.add(op("add", List.of("first"), random, base64));
        String kind = "add";
        for (int i = 0; i < WRITES; i++) {
            if (random.nextInt(4) == 0) {
                kind = List.of("add", "upsert", "update").get(random.nextInt(3));
            }
            Set<String> ids = new HashSet<>();
            for (int n = random.nextInt(3); n >= 0; n--) {
                ids.add("id \"é" + random.nextInt(IDS));
            }
            history.add(op(kind, List.copyOf(ids), random, base64));
        }
        return history;
    }

    /** One write as some client writes it: with base64 or numbers, and each other member there, null, or not there. */
    private static Op op(String kind, List<String> ids, Random random, boolean base64) {
        ObjectNode body = Json.object();
        ids.forEach(body.putArray("ids")::add);
        boolean update = kind.equals("update");
        member(body, "embeddings", update, ids, random, () -> embedding(random, base64));
        member(body, "metadatas", true, ids, random, () -> Json.object("k" + random.nextInt(3), random.nextInt()));
        member(body, "documents", true, ids, random, () -> TextNode.valueOf("text [" + random.nextInt()));
        member(body, "uris", true, ids, random, () -> TextNode.valueOf("uri:" + random.nextInt()));
        return new Op(kind, ids, random.nextBoolean() ? body.toString() : body.toPrettyString());
    }

    private static void member(
            ObjectNode body, String key, boolean optional, List<String> ids, Random random, Supplier<JsonNode> value) {
        int form = optional ? random.nextInt(4) : 3;
        if (form == 0) {
            body.putNull(key);
        } else if (form > 1) {
            ArrayNode values = body.putArray(key);
            ids.forEach(id -> values.add(optional && random.nextInt(4) == 0 ? NullNode.instance : value.get()));
        }
    }

    private static JsonNode embedding(Random random, boolean base64) {
        float first = random.nextInt(100);
        float second = random.nextFloat();
        if (!base64) {
            return Json.array(first, second);
        }
        ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        floats.putFloat(first).putFloat(second);
        return TextNode.valueOf(Base64.getEncoder().encodeToString(floats.array()));
    }

    private static List<List<Op>> batches(List<Op> history) {
        List<List<Op>> batches = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Op op : history) {
            List<Op> last = batches.isEmpty() ? List.of() : batches.getLast();
            boolean fits = batches.size() > 1
                    && last.getFirst().kind.equals(op.kind)
                    && last.size() < BATCH
                    && op.ids.stream().noneMatch(ids::contains);
            if (!fits) {
                batches.add(new ArrayList<>());
                ids.clear();
            }
            batches.getLast().add(op);
            ids.addAll(op.ids);
        }
        return batches;
    }
}
