package org.chromaproxy.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedSurvivesTheDeathOfTheProcessThatStartedTheServer() throws Exception {
        long server;
        try (ServerParent parent = ServerParent.of("postgres", home())) {
            server = Long.parseLong(parent.line());
            write(parent.line(), 42);
            parent.kill();
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        ProcessHandle.of(server).filter(ProcessHandle::isAlive).isEmpty());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            assertEquals("42", read(postgres, "SELECT max(n) FROM kept"));
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesACrashOfTheServer() throws Exception {
        int port;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            port = postgres.port();
            write(postgres.jdbcUrl(), 7);
            postgres.crash();
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home(), port)) {
            assertEquals(port, postgres.port());
            assertEquals("7", read(postgres, "SELECT max(n) FROM kept"));
        }
    }

    @Test
    void aServerThatEndedByItselfIsStartedAgainWithWhatItHeld() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            write(postgres.jdbcUrl(), 5);
            assertEquals(Optional.empty(), postgres.restartIfEnded());
            long ended = postgres.pid();
            assertTrue(ProcessHandle.of(ended).orElseThrow().destroyForcibly());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> postgres.restartIfEnded().isPresent());
            assertTrue(postgres.pid() != ended);
            assertEquals("5", read(postgres, "SELECT max(n) FROM kept"));
            postgres.crash();
            assertEquals(Optional.empty(), postgres.restartIfEnded(), "it was ended on purpose");
        }
    }

    @Test
    void aServerThatOutlivedItsUserIsReplaced() throws Exception {
        EmbeddedPostgres first = EmbeddedPostgres.start(home());
        write(first.jdbcUrl(), 3);
        first.close();
        Process survivor = startUnattended();
        try {
            var file = new PostmasterFile(home().resolve("data"));
            await().atMost(Duration.ofSeconds(30)).until(() -> file.saysReady(survivor.pid()));
            try (EmbeddedPostgres second = EmbeddedPostgres.start(home())) {
                assertEquals("3", read(second, "SELECT max(n) FROM kept"));
            }
            assertTrue(!survivor.isAlive());
        } finally {
            survivor.destroyForcibly();
        }
    }

    @Test
    void aPidFileThatNamesAnotherProcessByNowDoesNotPreventTheStart() throws Exception {
        EmbeddedPostgres.start(home()).close();
        Files.writeString(
                home().resolve("data/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + home().resolve("data") + "\n1\n1\n\n127.0.0.1\n  1  1\nready\n");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            assertEquals("1", read(postgres, "SELECT 1"));
        }
    }

    @Test
    void aFolderHasOneUserAtATime() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            assertTrue(postgres.pid() > 0);
            assertThrows(LocalServerException.class, () -> EmbeddedPostgres.start(home()));
        }
    }

    @Test
    void commitsReachTheDiskAndStrangersAreRefused() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home())) {
            assertEquals("on", read(postgres, "SHOW fsync"));
            assertEquals("on", read(postgres, "SHOW synchronous_commit"));
            assertEquals("127.0.0.1", read(postgres, "SHOW listen_addresses"));
            assertTrue(read(postgres, "SHOW server_version").startsWith("18."));
            String stranger = postgres.jdbcUrl().replaceFirst("password=.*", "password=guessed");
            assertThrows(
                    SQLException.class,
                    () -> DriverManager.getConnection(stranger).close());
        }
    }

    /** As in root's home on a new Debian, where there are no user namespaces. Who is not root needs none of it. */
    @Test
    void aFolderThatOnlyRootMayEnterIsServed() throws Exception {
        Files.createDirectory(home());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        PostgresPrograms programs = PostgresPrograms.ensure(LocalFolders.build("postgres"));
        PostgresUser user = PostgresUser.forFolder(home(), programs, List.of(PostgresUser.NOBODY_EVERYWHERE));
        List<String> initdb =
                List.of(programs.program("initdb"), "-D", home().resolve("data").toString(), "--no-sync", "--locale=C");
        Path said = folder.resolve("initdb.log");

        Process made = new ProcessBuilder(user.command(initdb))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertEquals(0, made.waitFor(), Files.readString(said));
    }

    private Path home() {
        return folder.resolve("postgres");
    }

    private Process startUnattended() throws IOException, InterruptedException {
        PostgresPrograms programs = PostgresPrograms.ensure(LocalFolders.build("postgres"));
        List<String> command = List.of(
                programs.program("postgres"),
                "-D",
                home().resolve("data").toString(),
                "-p",
                Integer.toString(FreePort.orWanted(0)),
                "-c",
                "unix_socket_directories=");
        return new ProcessBuilder(PostgresUser.forFolder(home(), programs).command(command))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("survivor.log").toFile())
                .start();
    }

    private static void write(String jdbcUrl, int number) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (n int)");
            statement.execute("INSERT INTO kept VALUES (" + number + ")");
        }
    }

    private static String read(EmbeddedPostgres postgres, String query) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            assertTrue(rows.next());
            return rows.getString(1);
        }
    }
}
