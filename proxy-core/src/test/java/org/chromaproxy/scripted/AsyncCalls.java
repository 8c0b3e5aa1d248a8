package org.chromaproxy.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assertions;

/** Writes that are not waited for, and what is told of them later. */
final class AsyncCalls {
    static final String[] PREFER = {"Prefer", "respond-async"};
    private static final int AT_ONCE = 50;

    private AsyncCalls() {}

    /** Adds records of these ids, some at a time, each accepted; returns their transactions in that order. */
    static List<String> addAll(Collection collection, List<String> ids, String filler) {
        List<String> transactions = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
            for (String id : ids.subList(from, Math.min(ids.size(), from + AT_ONCE))) {
                String body = "{\"ids\":[\"" + id + "\"],\"embeddings\":[[0.5,1]],\"documents\":[\"" + filler + "\"]}";
                answers.add(collection.write("add", body, PREFER));
            }
            for (CompletableFuture<Client.Answer> answer : answers) {
                Assertions.assertEquals(
                        202, answer.join().status(), answer.join().toString());
                transactions.add(answer.join().header("transaction-id"));
            }
        }
        return transactions;
    }

    static String state(Client client, String transaction, String wait) {
        Client.Answer page =
                client.get("/transactions/" + transaction + "?wait=" + wait).join();
        return page.json().path("status").asText() + " "
                + page.json().path("response_status").asInt();
    }

    /** The ids of a collection's adds as the log orders them. */
    static List<String> logged(Collection collection) {
        return collection
                .stage()
                .log()
                .look("SELECT convert_from(body, 'UTF8')::json -> 'ids' ->> 0 FROM log_record WHERE collection = '"
                        + collection.id() + "' AND path LIKE '%/add' ORDER BY lsn");
    }

    /** A figure of {@code /metrics}. */
    static long metric(Client client, String name) {
        return client.get("/metrics")
                .join()
                .body()
                .lines()
                .filter(line -> line.startsWith("chroma_proxy_" + name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }
}
