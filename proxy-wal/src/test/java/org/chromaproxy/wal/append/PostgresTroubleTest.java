package org.chromaproxy.wal.append;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.testkit.FragileServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PostgreSQL's own troubles mean for appends: they wait, can be taken back, and in the end are done once. */
class PostgresTroubleTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static FragileServer server;
    private LogFixture log;
    private LogWriter writer;
    private Heard heard;

    @BeforeAll
    static void start(@TempDir Path folder) {
        server = new FragileServer(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        use(new LogFixture(server, 1_000_000));
    }

    private void use(LogFixture other) {
        if (log != null) {
            log.close();
        }
        heard = new Heard();
        log = other;
        writer = log.writer();
        writer.append(Records.add("before"), heard);
        await().atMost(LONG).until(() -> heard.total() == 1);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void awaitState(LogState state) {
        await().atMost(LONG).until(() -> writer.state() == state);
    }

    /** While the log is away one append waits and another is taken back; when it is back, only the first is done. */
    private void waitsAndGoesOn(Runnable back) {
        writer.append(Records.add("waited".repeat(10_000)), heard);
        awaitState(LogState.UNAVAILABLE);
        AppendTicket withdrawn = writer.append(Records.add("withdrawn"), heard).orElseThrow();
        assertTrue(withdrawn.withdraw());
        assertEquals(1, heard.total());

        back.run();

        await().atMost(LONG).until(() -> heard.total() == 2);
        assertEquals(List.of("before", "waited".repeat(10_000)), heard.bodies());
        assertEquals(heard.bodies(), bodies());
        assertEquals(LogState.OPEN, writer.state());
    }

    private List<String> bodies() {
        return log.column("SELECT convert_from(body, 'UTF8') FROM log_record ORDER BY lsn");
    }

    @Test
    void aRestartIsWaitedFor() {
        server.stop();
        awaitState(LogState.UNAVAILABLE);

        waitsAndGoesOn(server::start);
    }

    @Test
    void aCrashUnderLoadCostsNoAcknowledgedRecordAndRepeatsNone() {
        List<Heard> all = IntStream.range(0, 300).mapToObj(i -> new Heard()).toList();
        Thread.ofVirtual().start(() -> {
            for (int i = 0; i < all.size(); i++) {
                writer.append(Records.add("record " + i), all.get(i));
                int sent = i;
                await().pollInterval(Duration.ofMillis(1))
                        .atMost(LONG)
                        .until(() -> sent < 5 || all.get(sent - 5).total() == 1);
            }
        });
        await().atMost(LONG).until(() -> all.get(100).total() == 1);

        server.crash();
        server.start();

        await().atMost(LONG).until(() -> all.getLast().total() == 1);
        List<String> expected = new ArrayList<>(List.of("before"));
        all.forEach(one -> expected.addAll(one.bodies()));
        assertEquals(301, expected.size());
        assertEquals(expected, bodies());
    }

    @Test
    void aServerThatHangsIsNoticedAndWhatItHadBegunIsDoneOnce() {
        server.freeze();
        try {
            writer.append(Records.add("begun"), heard);
            await().atMost(Duration.ofSeconds(10)).until(() -> writer.state() == LogState.UNAVAILABLE);
            AppendTicket withdrawn =
                    writer.append(Records.add("withdrawn"), heard).orElseThrow();
            writer.append(Records.add("waited"), heard);
            assertTrue(withdrawn.withdraw());
        } finally {
            server.thaw();
        }

        await().atMost(LONG).until(() -> heard.total() == 3);
        assertEquals(List.of("before", "begun", "waited"), heard.bodies());
        assertEquals(heard.bodies(), bodies());
    }

    @Test
    void aServerThatTakesNoWritesIsReadFromUntilItDoes() {
        String name = log.column("SELECT current_database()").getFirst();
        server.execute("ALTER DATABASE " + name + " SET default_transaction_read_only = on");
        log.killWriterBackend();

        awaitState(LogState.UNAVAILABLE);
        assertEquals(1, log.queries.recordsAfter(0, 10).size());
        waitsAndGoesOn(() -> server.execute("ALTER DATABASE " + name + " RESET default_transaction_read_only"));
    }

    @Test
    void whileThereAreNoConnectionsLeftAppendsWait() {
        server.execute("CREATE ROLE keeper LOGIN PASSWORD 'postgres'");
        use(new LogFixture(server.freshDatabase(1_000_000, "keeper", "")));
        server.execute("ALTER ROLE keeper CONNECTION LIMIT 0");
        server.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'keeper'"
                + " AND application_name = 'chroma-proxy log writer'");

        waitsAndGoesOn(() -> server.execute("ALTER ROLE keeper CONNECTION LIMIT -1"));
    }

    /** Not everybody may mount: then there is no small disk to fill. */
    @Test
    void aFullDiskIsWaitedForAndNoFaultOfTheRecords(@TempDir Path folder) throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder.toString()), "no right to mount");
        try {
            Path place = Files.createDirectory(folder.resolve("small"));
            server.execute("CREATE TABLESPACE small LOCATION '" + place + "'");
            use(new LogFixture(server.freshDatabase(1_000_000, "postgres", "TABLESPACE small")));
            log.execute("CREATE TABLE filler (x text STORAGE PLAIN)");
            assertEquals("53100", fill("INSERT INTO filler SELECT repeat('x', 8000) FROM generate_series(1, 20)"));

            waitsAndGoesOn(() -> log.execute("DROP TABLE filler"));

            log.close();
            server.execute("DROP DATABASE "
                    + log.target.url().substring(log.target.url().lastIndexOf('/') + 1) + " WITH (FORCE)");
            server.execute("DROP TABLESPACE small");
        } finally {
            run("umount", "-l", folder.toString());
        }
    }

    /** Until it fails; returns PostgreSQL's reason. */
    private String fill(String sql) throws SQLException {
        try (Connection connection = log.connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }
}
