package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start keeps in memory of where lanes stand. */
class RestoredLanesIT {
    private static final UUID ALIVE = new UUID(1, 1);
    private static final UUID DELETED = new UUID(1, 2);
    private static final int GONE = 500_000;

    private final Instances instances = new Instances(List.of(
            new Instance("primary", 0, URI.create("http://127.0.0.1:1")),
            new Instance("replica", 1, URI.create("http://127.0.0.1:2"))));

    private static void fill(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement sql = connection.createStatement()) {
            connection.setSchema(DatabaseTarget.DEFAULT_SCHEMA);
            String gone = "SELECT ('02000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, %s"
                    + " FROM generate_series(1, " + GONE + ") n";
            sql.execute(
                    "INSERT INTO lane_cursor " + gone.formatted("i, 5") + ", unnest(ARRAY['primary', 'replica']) i");
            sql.execute("INSERT INTO lane_leader " + gone.formatted("'replica', 3"));
            for (UUID lane : List.of(ALIVE, DELETED, Subject.CATALOG)) {
                sql.execute("INSERT INTO lane_cursor SELECT '" + lane + "', i, 7 FROM unnest(ARRAY['primary',"
                        + " 'replica']) i");
                sql.execute("INSERT INTO lane_leader VALUES ('" + lane + "', 'replica', 3)");
            }
            sql.execute("INSERT INTO collection VALUES ('" + ALIVE + "', 't', 'd', 'alive', 1, 0, now()), ('" + DELETED
                    + "', 't', 'd', 'deleted', 2, 9, now())");
        }
    }

    /** A year of sessions with a collection each: a million cursors, and nothing to be done for any of them. */
    @Test
    void aStartKeepsNothingOfCollectionsThatAreDeletedEverywhere(@TempDir Path folder) throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
                Wal wal = Wal.open(WalConfig.of(DatabaseTarget.of(postgres.jdbcUrl(), "", "")))) {
            fill(postgres.jdbcUrl());

            RestoredLanes restored = RestoredLanes.of(wal.reader(), instances);

            assertEquals(3, restored.size());
            for (UUID lane : List.of(ALIVE, DELETED, Subject.CATALOG)) {
                assertEquals(7, restored.cursor(lane, 0));
                assertEquals(7, restored.cursor(lane, 1));
                assertEquals(OptionalInt.of(1), restored.leader(lane));
                assertEquals(3, restored.led(lane).term());
            }
        }
    }
}
