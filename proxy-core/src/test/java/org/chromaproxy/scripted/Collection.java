package org.chromaproxy.scripted;

import java.util.concurrent.CompletableFuture;

/** A collection as a client knows it: by its public id. */
record Collection(Stage stage, String name, String id) {
    static final String DATABASE = "/api/v2/tenants/default_tenant/databases/default_database";

    String path(String operation) {
        return DATABASE + "/collections/" + id + "/" + operation;
    }

    /** A write body with one record of two dimensions. */
    static String record(String id) {
        return "{\"ids\":[\"" + id + "\"],\"embeddings\":[[0.5,1]]}";
    }

    CompletableFuture<Client.Answer> add(String record) {
        return write("add", record(record));
    }

    CompletableFuture<Client.Answer> write(String operation, String body, String... headers) {
        return stage.client().post(path(operation), body, headers);
    }

    /** Asks for everything. */
    CompletableFuture<Client.Answer> read() {
        return write("get", "{}");
    }
}
