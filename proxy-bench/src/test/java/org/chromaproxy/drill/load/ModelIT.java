package org.chromaproxy.drill.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.chromaproxy.drill.evidence.Http;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.evidence.InstanceDump;
import org.chromaproxy.drill.model.CollectionState;
import org.chromaproxy.drill.model.StoredRecord;
import org.chromaproxy.drill.model.World;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.local.ChromaServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model by which runs are judged says what a real Chroma does, write by write: random histories on a bare one. */
@Timeout(900)
class ModelIT {
    private static final int WRITES = 300;
    private static final int LOOK_EVERY = 30;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path home;

    @SuppressWarnings("NullAway.Init")
    private static ChromaServer chroma;

    private final World world = new World();

    @BeforeAll
    static void startChroma() {
        chroma = ChromaServer.start(home, 0).awaitReady(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stopChroma() {
        chroma.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theModelHoldsWhatChromaHolds(long seed) throws IOException {
        Random random = new Random(seed);
        Bodies bodies = new Bodies(random);
        Http server = new Http(URI.create(chroma.url()), Duration.ofSeconds(30));
        Shelf shelf = create(server, "model-" + seed);
        for (int number = 1; number <= WRITES; number++) {
            String operation = operation(number == 1 ? 0 : random.nextInt(10));
            String body =
                    number == 1 ? bodies.firstRecords(shelf, number) : body(bodies, operation, shelf, number, random);
            String path = Generator.COLLECTIONS + "/" + shelf.id() + "/" + operation;
            Http.Reply reply = server.post(path, body);
            assertTrue(reply.status() / 100 == 2, () -> "seed " + seed + ": " + body + " got " + reply);
            world.write(number, shelf.id(), operation, Case.json(body));
            select(server, shelf, bodies.where(""), seed);
            if (number % LOOK_EVERY == 0 || number == WRITES) {
                compare(shelf, seed + ", after " + number + " writes");
            }
        }
    }

    private Shelf create(Http server, String name) throws IOException {
        String body = "{\"name\":\"" + name + "\",\"metadata\":{\"made\":1}}";
        String id = Http.ok(server.post(Generator.COLLECTIONS, body)).path("id").asText();
        world.create(0, id, Case.json(body));
        return new Shelf(name, id, true);
    }

    private static String operation(int drawn) {
        return switch (drawn) {
            case 0, 1, 2 -> "add";
            case 3, 4, 5 -> "upsert";
            case 6, 7 -> "update";
            default -> "delete";
        };
    }

    private static String body(Bodies bodies, String operation, Shelf shelf, long number, Random random) {
        return switch (operation) {
            case "add" -> bodies.records(shelf, number, true);
            case "upsert" -> bodies.records(shelf, number, random.nextBoolean());
            case "update" -> bodies.update(shelf, number);
            default -> random.nextInt(3) == 0 ? bodies.where("") : bodies.ids(shelf);
        };
    }

    private CollectionState model(Shelf shelf) {
        return world.timeline(shelf.id()).orElseThrow().last();
    }

    private void select(Http server, Shelf shelf, String where, long seed) throws IOException {
        String path = Generator.COLLECTIONS + "/" + shelf.id() + "/get";
        JsonNode got = Http.ok(server.post(path, where)).path("ids");
        Set<String> ids = new HashSet<>();
        got.forEach(id -> ids.add(id.asText()));

        assertEquals(new HashSet<>(model(shelf).selected(Case.json(where))), ids, "seed " + seed + ": " + where);
    }

    private void compare(Shelf shelf, String where) throws IOException {
        InstanceContent.Content real = Objects.requireNonNull(InstanceDump.read("bare", URI.create(chroma.url()))
                .collections()
                .get(shelf.name()));
        assertEquals(model(shelf).metadata(), real.metadata(), "seed " + where);
        assertEquals(model(shelf).records().keySet(), real.records().keySet(), "seed " + where);
        for (Map.Entry<String, StoredRecord> entry : model(shelf).records().entrySet()) {
            assertEquals(entry.getValue(), real.records().get(entry.getKey()), "seed " + where + ": " + entry.getKey());
        }
    }
}
