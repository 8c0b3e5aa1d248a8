package org.chromaproxy.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.evidence.Http;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.evidence.InstanceDump;
import org.chromaproxy.drill.evidence.LogDump;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.stack.Stack;

/** Collects the evidence of one run from what it has left behind. Blocks. */
final class Collector {
    /** Plain acknowledged writes whose transactions are asked for: a sample; everything unusual is asked for. */
    private static final int SAMPLE = 150;

    private final Stack stack;
    private final Set<String> losers;

    /** @param losers names of instances that cannot be compared */
    Collector(Stack stack, Set<String> losers) {
        this.stack = stack;
        this.losers = Set.copyOf(losers);
    }

    Evidence collect(History history, String unsettled) throws IOException, SQLException {
        Map<Long, Evidence.TransactionAnswer> transactions = transactions(history);
        List<InstanceContent> instances = new ArrayList<>();
        for (Map.Entry<String, URI> instance : Map.of("primary", stack.primaryUrl(), "replica", stack.replicaUrl())
                .entrySet()) {
            if (!losers.contains(instance.getKey())) {
                instances.add(InstanceDump.read(instance.getKey(), instance.getValue()));
            }
        }
        URI database = stack.databaseUrl();
        return new Evidence(LogDump.identity(database), LogDump.read(database), instances, transactions, unsettled);
    }

    private Map<Long, Evidence.TransactionAnswer> transactions(History history) throws IOException {
        Http proxy = new Http(stack.proxyUrl(), Duration.ofSeconds(10));
        List<Operation> writes = history.writes().toList();
        int every = Math.max(1, writes.size() / SAMPLE);
        Map<Long, Evidence.TransactionAnswer> answers = new HashMap<>();
        for (int i = 0; i < writes.size(); i++) {
            Operation write = writes.get(i);
            Optional<String> id = transaction(write);
            boolean unusual = write.attempts().size() > 1
                    || write.acknowledged().isEmpty()
                    || !write.request().transaction().isEmpty();
            if (id.isPresent() && (unusual || i % every == 0)) {
                Http.Reply reply = proxy.get("/transactions/" + id.get());
                JsonNode body = reply.body();
                answers.put(
                        write.id(),
                        new Evidence.TransactionAnswer(
                                id.get(),
                                reply.status(),
                                body.path("status").asText(),
                                body.path("response_status").asInt()));
            }
        }
        return answers;
    }

    /** The id its client knows; empty if it was told none. */
    private static Optional<String> transaction(Operation write) {
        return write.request().transaction().isEmpty()
                ? write.attempts().stream()
                        .map((Attempt attempt) -> attempt.header("transaction-id"))
                        .filter(id -> !id.isEmpty())
                        .findFirst()
                : Optional.of(write.request().transaction());
    }
}
