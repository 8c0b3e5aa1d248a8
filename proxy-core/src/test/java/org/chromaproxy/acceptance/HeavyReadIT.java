package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.RealPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While real servers evaluate regular expressions for seconds, everything else goes on. */
@Timeout(900)
class HeavyReadIT extends RealPair {
    private static final int DOCUMENTS = 1_000;
    private static final int EACH = 500;
    private static final String TEXT = "alpha beta gamma delta ".repeat(45);
    /** Looks through every document, many steps at each character. */
    private static final String SLOW = "{\"where_document\":{\"$not_regex\":\"[a-z ]*a[a-z ]{110}[0-9]\"},\"limit\":1}";

    private static final String BEYOND = SLOW.replace("{110}", "{400}");

    @Test
    void othersAddAndReadMeanwhile() {
        try (Running proxy = new Running("heavy").serving()) {
            String documents = collection(proxy.api.create("documents"));
            for (int from = 0; from < DOCUMENTS; from += EACH) {
                ArrayNode texts = Json.array();
                Stream.generate(() -> TEXT).limit(EACH).forEach(texts::add);
                var records = (ObjectNode) records(from, from + EACH, 2, 1);
                proxy.api.add(documents, records.set("documents", texts));
            }
            String others = collection(proxy.api.create("others"));
            proxy.api.add(others, records(0, 1, 2, 1));
            assertEquals(400, proxy.api.post(documents + "/get", BEYOND).status());
            assertEquals(
                    400,
                    proxy.api
                            .post(documents + "/delete", BEYOND.replace(",\"limit\":1", ""))
                            .status());

            AtomicBoolean over = new AtomicBoolean();
            Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
            Runnable asking = () -> {
                do {
                    statuses.add(proxy.api.post(documents + "/get", SLOW).status());
                } while (!over.get());
            };
            List<CompletableFuture<Void>> slow = Stream.generate(() -> CompletableFuture.runAsync(asking))
                    .limit(2)
                    .toList();
            for (int i = 1; i <= 10; i++) {
                proxy.api.add(others, records(i, i + 1, 2, 1));
                assertEquals(i + 1, proxy.api.count(others));
                proxy.api.create("new" + i);
            }
            over.set(true);
            slow.forEach(CompletableFuture::join);
            assertTrue(statuses.contains(200), statuses.toString());
            // On a busy machine one may not come to its turn in time.
            assertTrue(Set.of(200, 429).containsAll(statuses), statuses.toString());
            assertEquals(
                    2, proxy.api.get("/status").json().path("healthy_instances").asInt());
        }
    }
}
