package org.chromaproxy.drill.evidence;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * All of it.
 *
 * @param log in the order of LSNs
 * @param instances those that can be compared: not one that waits for a resync
 * @param transactions what the proxy said, by operation
 * @param unsettled why the run did not come to rest in time; empty if it did
 */
public record Evidence(
        UUID logId,
        List<Logged> log,
        List<InstanceContent> instances,
        Map<Long, TransactionAnswer> transactions,
        String unsettled) {
    public Evidence {
        log = List.copyOf(log);
        instances = List.copyOf(instances);
        transactions = Map.copyOf(transactions);
    }

    /**
     * The proxy's word on one transaction.
     *
     * @param httpStatus of the answer about it
     * @param responseStatus what its client was told, as the proxy remembers it; 0 for nothing
     */
    public record TransactionAnswer(String id, int httpStatus, String state, int responseStatus) {}
}
