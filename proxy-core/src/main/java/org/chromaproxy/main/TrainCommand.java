package org.chromaproxy.main;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.local.LocalFolders;
import picocli.CommandLine.Command;

/**
 * {@code chroma-proxy train}: a short life of a whole proxy, with a PostgreSQL of its own and two pretended Chroma
 * servers, from which the JVM learns what a start needs (JEP 483, 514: the AOT cache). The launcher runs it.
 */
@Command(name = "train", hidden = true, description = "Runs a proxy for a few seconds, for the JVM's AOT cache.")
final class TrainCommand implements Callable<Integer> {
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int LIVES = 2;
    private static final int ROUNDS = 50;
    private static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";
    private static final String RECORDS = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"documents\":[\"d\"]}";

    @Override
    public Integer call() throws IOException {
        Path parent = Files.createDirectories(LocalFolders.build("train"));
        Path home = Files.createTempDirectory(parent, "run-");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home.resolve("postgres"));
                TrainingUpstream primary = new TrainingUpstream();
                TrainingUpstream replica = new TrainingUpstream()) {
            Path file = Files.writeString(
                    home.resolve("chroma-proxy.yaml"),
                    "host: 127.0.0.1\nport: 0\nprimary_url: http://127.0.0.1:" + primary.port()
                            + "\nreplica_url: http://127.0.0.1:" + replica.port() + "\ndatabase_url: "
                            + postgres.jdbcUrl() + "\ndata_dir: " + home + "\n");
            Config config = ConfigInput.of(Map.of(Settings.FILE_VARIABLE, file.toString()), Map.of())
                    .read()
                    .config();
            // The second one finds a log that is there already, as most starts do.
            for (int life = 0; life < LIVES; life++) {
                live(config);
            }
        } finally {
            delete(home);
        }
        return 0;
    }

    private static void live(Config config) throws IOException {
        try (InProcessProxy proxy = InProcessProxy.start(config)) {
            long deadline = System.nanoTime() + READY_NANOS;
            while (!proxy.server().serving()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("the proxy does not begin to serve");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            int port = proxy.address().getPort();
            expect(port, "POST", COLLECTIONS, "{\"name\":\"trained\",\"get_or_create\":true}");
            for (int round = 0; round < ROUNDS; round++) {
                expect(port, "POST", COLLECTIONS + "/trained/upsert", RECORDS);
                expect(port, "POST", COLLECTIONS + "/trained/get", "{}");
                expect(port, "GET", COLLECTIONS + "/trained", "");
            }
            for (String path : List.of(COLLECTIONS, "/health", "/status", "/metrics", "/admin/instances")) {
                expect(port, "GET", path, "");
            }
        }
    }

    private static void expect(int port, String method, String path, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(bytes);
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            if (!answer.startsWith("HTTP/1.1 2")) {
                throw new IOException(method + " " + path + " was answered by " + answer);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
