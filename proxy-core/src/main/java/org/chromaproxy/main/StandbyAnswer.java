package org.chromaproxy.main;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.wal.Wal;

/** What a proxy says of itself while another one owns the log. */
record StandbyAnswer(Wal wal) implements OwnEndpoints {
    @Override
    public CompletionStage<Answer> handle(Request request) {
        String text = "{\"status\":\"standby\",\"service\":\"chroma-proxy\",\"healthy_instances\":\"0/0\"}";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return CompletableFuture.completedFuture(new Answer(503, "application/json", bytes));
    }
}
