package org.chromaproxy.wal.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** Records to write in tests. */
public final class Records {
    public static final UUID LANE = new UUID(0x0198_0000_0000_7000L, 1);

    private Records() {}

    public static NewRecord add(String body) {
        return add(body.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    public static NewRecord add(byte[] body, Optional<ClientTransaction> transaction) {
        return add(LANE, body, transaction);
    }

    public static NewRecord add(UUID lane, byte[] body, Optional<ClientTransaction> transaction) {
        Subject subject = new Subject(lane, lane, "default_tenant", "default_database", "things", "");
        String path = "/api/v2/tenants/default_tenant/databases/default_database/collections/" + lane + "/add";
        return new NewRecord(
                OpKind.ADD, subject, new WriteRequest("POST", path, "application/json", body), transaction);
    }

    /** A record under a transaction id of the client's; the body stands in for the digest. */
    public static NewRecord transaction(String id, String body) {
        return add(body.getBytes(StandardCharsets.UTF_8), Optional.of(new ClientTransaction("alice@tenant", id, body)));
    }

    /** A record that PostgreSQL refuses: a text cannot hold NUL. */
    public static NewRecord poison() {
        Subject subject = new Subject(LANE, LANE, "t", "d", "bad\0name", "");
        return new NewRecord(OpKind.ADD, subject, new WriteRequest("POST", "/", "", new byte[0]), Optional.empty());
    }

    public static String text(NewRecord record) {
        return new String(record.request().body(), StandardCharsets.UTF_8);
    }
}
