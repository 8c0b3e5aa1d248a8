package org.chromaproxy.demo;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionUuid;

/** Looks behind the proxy: at each Chroma server directly, and into the log. Blocks. */
final class Sides {
    private static final Duration APPLIED_WITHIN = Duration.ofSeconds(20);
    private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

    private final Call call;
    private final Wal wal;
    private final Map<String, String> instances;

    /** @param instances name and address of each */
    Sides(Call call, Wal wal, Map<String, String> instances) {
        this.call = call;
        this.wal = wal;
        this.instances = instances;
    }

    /** Prints what one write did: its record, and on each instance the collection's id, its size and the lane. */
    void show(Terminal terminal, String transactionId, UUID lane, String collection) {
        OptionalLong lsn = TransactionUuid.lsn(wal.reader().logId(), UUID.fromString(transactionId));
        if (lsn.isEmpty()) {
            throw new DemoException("the transaction id " + transactionId + " names no record of this log");
        }
        long start = System.nanoTime();
        terminal.fact(
                "log",
                "record " + lsn.getAsLong() + ", on disk before any server saw it; Transaction-ID " + transactionId);
        String leader = leader(lane);
        for (Map.Entry<String, String> instance : instances.entrySet()) {
            String name = instance.getKey();
            awaitApplied(lane, name, lsn.getAsLong());
            long millis = (System.nanoTime() - start) / 1_000_000;
            String role =
                    name.equals(leader) ? "leads, answered" : "follows, durably caught up " + millis + " ms later";
            terminal.fact(
                    name, inside(instance.getValue(), collection) + "; lane at " + cursor(lane, name) + ", " + role);
        }
    }

    /** The answer of each instance to the same question, asked directly. */
    void ask(Terminal terminal, String collection, String operation, String body) {
        instances.forEach((name, url) -> {
            Call.Request request =
                    new Call.Request(url + Call.COLLECTIONS + "/" + idOn(url, collection) + "/" + operation, body);
            String ids =
                    call.send(request).expectSuccess(request).json().path("ids").toString();
            terminal.fact(name, "asked directly, says " + ids);
        });
    }

    private String inside(String url, String collection) {
        String id = idOn(url, collection);
        String count = call.get(url + Call.COLLECTIONS + "/" + id + "/count").body();
        return "collection " + id + ", " + count + (count.equals("1") ? " record" : " records");
    }

    private String idOn(String url, String collection) {
        return call.get(url + Call.COLLECTIONS + "/" + collection)
                .json()
                .path("id")
                .asText();
    }

    private String leader(UUID lane) {
        return wal.reader().leaders().stream()
                .filter(lead -> lead.lane().equals(lane))
                .map(Change.Lead::instance)
                .findFirst()
                .orElseGet(() -> instances.keySet().iterator().next());
    }

    private long cursor(UUID lane, String instance) {
        return wal.reader().cursors().stream()
                .filter(cursor ->
                        cursor.lane().equals(lane) && cursor.instance().equals(instance))
                .mapToLong(Change.Cursor::lsn)
                .max()
                .orElse(0);
    }

    private void awaitApplied(UUID lane, String instance, long lsn) {
        long deadline = System.nanoTime() + APPLIED_WITHIN.toNanos();
        while (cursor(lane, instance) < lsn) {
            if (System.nanoTime() - deadline > 0) {
                throw new DemoException("the " + instance + " has not applied record " + lsn + " within "
                        + APPLIED_WITHIN.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
