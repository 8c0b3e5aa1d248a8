package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads and writes of a collection are linearizable through the proxy, whichever instance answers: what was
 * acknowledged, or once read, before a read began is in its answer.
 */
@Timeout(900)
class ReadYourWritesIT {
    private static final int WRITERS = 16;
    private static final int READERS = 16;
    private static final int COLLECTIONS = 4;
    private static final int WRITES_EACH = 30;

    private static Deployment deployment;
    private static ChromaApi proxy;

    /** A collection with the least that any read that begins now must see. */
    private record Shelf(String path, AtomicInteger acknowledged, AtomicInteger counted, AtomicInteger versionSeen) {
        static Shelf create(String name) {
            String path = collection(proxy.create(name));
            Shelf shelf = new Shelf(path, new AtomicInteger(1), new AtomicInteger(1), new AtomicInteger());
            shelf.writeVersion(0);
            return shelf;
        }

        void writeVersion(int version) {
            var record = Json.object(
                    "ids", Json.array("hot"),
                    "embeddings", Json.array(Json.array(0, version)),
                    "metadatas", Json.array(Json.object("version", version)));
            proxy.post(path + "/upsert", record).expect(200);
            rise(versionSeen, version);
        }

        void readCount() {
            int floor = Math.max(acknowledged.get(), counted.get());
            int count = proxy.count(path);
            assertTrue(count >= floor, path + " counts " + count + " records, " + floor + " were there before");
            rise(counted, count);
        }

        void readVersion() {
            int floor = versionSeen.get();
            JsonNode hot = proxy.records(path, Json.object("ids", Json.array("hot")));
            int version = hot.path("metadatas").path(0).path("version").asInt(-1);
            assertTrue(version >= floor, path + " shows version " + version + ", " + floor + " was there before");
            rise(versionSeen, version);
        }

        private static void rise(AtomicInteger mark, int seen) {
            mark.accumulateAndGet(seen, Math::max);
        }
    }

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy().api();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void everyRecordIsReadableOnceAcknowledgedAndReadsNeverGoBackInTime() throws Exception {
        List<Shelf> shelves = new ArrayList<>();
        for (int i = 0; i < COLLECTIONS; i++) {
            shelves.add(Shelf.create("shelf-" + i));
        }
        AtomicBoolean writing = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                Shelf shelf = shelves.get(i % COLLECTIONS);
                boolean counts = i < READERS / 2;
                readers.add(threads.submit(() -> readWhile(writing, shelf, counts)));
            }
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(threads.submit(() -> write(shelves.get(writer % COLLECTIONS), writer)));
            }
            try {
                awaitAll(writers);
            } finally {
                writing.set(false);
            }
            awaitAll(readers);
        }

        for (Shelf shelf : shelves) {
            assertEquals(1 + WRITERS / COLLECTIONS * WRITES_EACH, proxy.count(shelf.path));
        }
        deployment.assertEqualWhenDrained(proxy);
    }

    /** The first writer of each collection also raises the version of its hot record. */
    private static void write(Shelf shelf, int writer) {
        for (int i = 1; i <= WRITES_EACH; i++) {
            String id = "w" + writer + "-" + i;
            var record = Json.object(
                    "ids", Json.array(id),
                    "embeddings", Json.array(Json.array(writer, i)),
                    "documents", Json.array("document " + id));
            proxy.add(shelf.path, record);
            shelf.acknowledged.incrementAndGet();

            JsonNode mine = proxy.records(shelf.path, Json.object("ids", Json.array(id)));
            assertEquals(List.of(id), Json.texts(mine.path("ids")), "readable the moment its 201 arrives");
            assertEquals("document " + id, mine.path("documents").path(0).asText());
            if (writer < COLLECTIONS) {
                shelf.writeVersion(i);
            }
        }
    }

    private static void readWhile(AtomicBoolean writing, Shelf shelf, boolean counts) {
        while (writing.get()) {
            if (counts) {
                shelf.readCount();
            } else {
                shelf.readVersion();
            }
        }
    }

    private static void awaitAll(List<Future<?>> work) throws Exception {
        for (Future<?> one : work) {
            one.get(180, TimeUnit.SECONDS);
        }
    }
}
