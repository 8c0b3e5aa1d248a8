package org.chromaproxy.demo;

import java.util.UUID;
import org.chromaproxy.wal.record.Subject;

/** A first create, add, query and delete. Every request may be repeated, in a shell or by the next demo. */
final class Walk {
    private static final String NAME = "demo";
    private static final String RECORDS =
            "{\"ids\":[\"cat\",\"dog\",\"car\"],\"embeddings\":[[1,0,0],[0.8,0.3,0],[0,0,1]],"
                    + "\"documents\":[\"a cat\",\"a dog\",\"a car\"]}";
    private static final String QUERY =
            "{\"query_embeddings\":[[0.9,0.2,0.1]],\"n_results\":2,\"include\":[\"documents\"]}";

    private final Terminal terminal;
    private final Call call;
    private final Sides sides;
    private final String collections;

    Walk(Terminal terminal, Call call, Sides sides, String proxy) {
        this.terminal = terminal;
        this.call = call;
        this.sides = sides;
        this.collections = proxy + Call.COLLECTIONS;
    }

    void go() {
        terminal.step(1, "Create a collection: logged, then made on both servers, each with an id of its own");
        Call.Answer created = send(new Call.Request(collections, "{\"name\":\"demo\",\"get_or_create\":true}"));
        UUID id = UUID.fromString(created.json().path("id").asText());
        terminal.fact("clients", "know it as " + id + ", for ever");
        sides.show(terminal, created.transactionId(), Subject.CATALOG, NAME);

        terminal.step(2, "Add three records: the primary answers, the replica follows in the background");
        write(id, "add", RECORDS);

        terminal.step(3, "Query: a read is not logged; any server that is in sync answers");
        send(new Call.Request(collections + "/" + NAME + "/query", QUERY));
        sides.ask(terminal, NAME, "query", QUERY);

        terminal.step(4, "Delete one record: again logged first, then gone on both");
        write(id, "delete", "{\"ids\":[\"car\"]}");
    }

    private void write(UUID lane, String operation, String body) {
        Call.Answer answer = send(new Call.Request(collections + "/" + NAME + "/" + operation, body));
        sides.show(terminal, answer.transactionId(), lane, NAME);
    }

    private Call.Answer send(Call.Request request) {
        Call.Answer answer = call.send(request).expectSuccess(request);
        terminal.exchange(request, answer);
        return answer;
    }
}
