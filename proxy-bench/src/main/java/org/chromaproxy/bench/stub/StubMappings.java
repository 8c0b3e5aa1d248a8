package org.chromaproxy.bench.stub;

import java.util.List;
import java.util.UUID;

/** Fills a log with mappings as if a proxy had met stubs with many collections: in seconds, and without its comparing them. */
public final class StubMappings {
    private static final int PRIMARY = 0;
    private static final int REPLICA = 1;
    private static final int PUBLIC = 2;

    private StubMappings() {}

    /** In their order, in one transaction, on a log whose tables are there. */
    public static List<String> statements(int mappings) {
        String numbers = " FROM generate_series(1, " + mappings + ") n";
        return List.of(
                "INSERT INTO collection SELECT " + id(PUBLIC) + ", 'default_tenant', 'default_database',"
                        + " 'collection-' || n - 1, 0, 0, now()" + numbers,
                places("primary", PRIMARY, numbers),
                places("replica", REPLICA, numbers),
                "INSERT INTO lane_cursor SELECT public_id, instance, 0 FROM collection_place",
                "INSERT INTO lane_leader SELECT public_id, 'primary', 1 FROM collection",
                "ANALYZE");
    }

    private static String places(String instance, int server, String numbers) {
        return "INSERT INTO collection_place SELECT " + id(PUBLIC) + ", '" + instance + "', " + id(server)
                + ", 'READY', ''" + numbers;
    }

    /** The id of the stub's collection {@code n - 1}, its last twelve digits being the number. */
    private static String id(int server) {
        UUID first = StubServer.id(server, 0);
        String constant = first.toString().substring(0, first.toString().lastIndexOf('-') + 1);
        return "('" + constant + "' || lpad(to_hex(n), 12, '0'))::uuid";
    }
}
