package org.chromaproxy.wal.store;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.junit.jupiter.api.Test;

/** Flyway is asked only when the schema is not as this build leaves it. */
class DatabaseTest {
    private final DatabaseTarget target = EmbeddedServer.shared().freshDatabase(1_000_000);

    @Test
    void theSchemaVersionIsThatOfTheNewestMigration() throws IOException {
        try (var files = Files.list(Path.of("src/main/resources/db/migration"))) {
            int newest = files.map(file -> file.getFileName().toString())
                    .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                    .max()
                    .orElseThrow();
            assertEquals(newest, Database.SCHEMA_VERSION);
        }
    }

    @Test
    void aSchemaThatWasLeftAtAnOlderVersionIsBroughtUpToDate() {
        try (Database first = Database.open(target)) {
            execute(first, "DELETE FROM schema_history WHERE version::int = " + Database.SCHEMA_VERSION);
            execute(first, "ALTER TABLE lane_leader DROP COLUMN tellers");
        }
        try (Database second = Database.open(target)) {
            assertDoesNotThrow(() -> execute(second, "SELECT tellers FROM lane_leader"));
        }
    }

    @Test
    void aMigrationThatFailedIsNotTakenForDone() {
        try (Database first = Database.open(target)) {
            execute(first, "UPDATE schema_history SET success = false WHERE version::int = " + Database.SCHEMA_VERSION);
        }
        assertThrows(StoreException.class, () -> Database.open(target));
    }

    @Test
    void aSchemaOfANewerBuildIsRefusedWithTheReason() {
        try (Database first = Database.open(target)) {
            execute(
                    first,
                    "INSERT INTO schema_history SELECT 1000, '1000', 'later', type, script, checksum, installed_by,"
                            + " installed_on, execution_time, success FROM schema_history WHERE version = '1'");
        }
        StoreException refused = assertThrows(StoreException.class, () -> Database.open(target));
        assertTrue(String.valueOf(refused.getMessage()).contains("a newer build"), refused.getMessage());
    }

    private static void execute(Database database, String sql) {
        database.call("testing", connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }
}
