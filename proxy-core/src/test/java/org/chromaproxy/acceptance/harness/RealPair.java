package org.chromaproxy.acceptance.harness;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two real servers and a PostgreSQL for several logs; proxies run in this process. */
public abstract class RealPair {
    protected static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    protected Path folder;

    protected ChromaServer primaryServer;
    protected ChromaServer replicaServer;
    protected EmbeddedPostgres postgres;
    protected ChromaApi primary;
    protected ChromaApi replica;

    @BeforeEach
    protected void start() {
        primaryServer = ChromaServer.start(folder.resolve("primary"), 0);
        replicaServer = ChromaServer.start(folder.resolve("replica"), 0);
        postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
        primary = new ChromaApi(primaryServer.awaitReady(LONG).url());
        replica = new ChromaApi(replicaServer.awaitReady(LONG).url());
    }

    @AfterEach
    protected void stop() {
        primaryServer.close();
        replicaServer.close();
        postgres.close();
    }

    /** The address of a database of that name, made when missing. */
    protected String database(String name) {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            if (!connection
                    .createStatement()
                    .executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'")
                    .next()) {
                statement.execute("CREATE DATABASE " + name);
            }
        } catch (SQLException e) {
            throw new AssertionError("no database " + name, e);
        }
        return postgres.jdbcUrl().replace("/postgres?", "/" + name + "?");
    }

    protected void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database("chroma_proxy"));
                Statement jdbc = connection.createStatement()) {
            jdbc.execute(statement);
        }
    }

    protected static void create(ChromaApi server, String name, String with) {
        server.post(D + "/collections", "{\"name\":\"" + name + "\"," + with + "}")
                .expect(200);
    }

    protected static void put(ChromaApi server, String name, String change) {
        server.send("PUT", collection(idOf(server, name)), change).expect(200);
    }

    protected static JsonNode settings(ChromaApi server, String name) {
        ObjectNode found =
                server.get(D + "/collections/" + name).expect(200).json().deepCopy();
        found.remove("id");
        return found;
    }

    protected static String idOf(ChromaApi instance, String name) {
        return instance.get(D + "/collections/" + name)
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    protected static ArrayNode ids(int from, int to) {
        ArrayNode ids = Json.array();
        for (int i = from; i < to; i++) {
            ids.add("r" + i);
        }
        return ids;
    }

    protected static JsonNode records(int from, int to, int dimension, double scale) {
        Random random = new Random(7 + from);
        ArrayNode embeddings = Json.array();
        ArrayNode metadatas = Json.array();
        for (int i = from; i < to; i++) {
            ArrayNode embedding = embeddings.addArray();
            for (int d = 0; d < dimension; d++) {
                embedding.add(random.nextGaussian() * scale);
            }
            metadatas.add(Json.object("n" + from, i, "half", i / 2.0, "even", i % 2 == 0));
        }
        return Json.object("ids", ids(from, to), "embeddings", embeddings, "metadatas", metadatas);
    }

    /** One life of the proxy on a log of that name. */
    protected final class Running implements AutoCloseable {
        public final Wal wal;
        public final ProxyServer server;
        public final ChromaApi api;

        public Running(String log, String... settings) {
            wal = Wal.open(WalConfig.of(DatabaseTarget.of(database(log), "", "")));
            server = ProxyServer.start(ConfigReader.of(with(settings)), wal);
            api = new ChromaApi("http://127.0.0.1:" + server.address().getPort(), Path.of("target"));
        }

        private Map<String, String> with(String... settings) {
            Map<String, String> all = new HashMap<>(Map.of(
                    "PRIMARY_URL", primary.url(), "REPLICA_URL", replica.url(), "HOST", "127.0.0.1", "PORT", "0"));
            all.put("DATA_DIR", "target");
            for (int i = 0; i < settings.length; i += 2) {
                all.put(settings[i], settings[i + 1]);
            }
            return all;
        }

        public Running serving() {
            Awaitility.await("a serving proxy").atMost(LONG).until(server::serving);
            return this;
        }

        /** Copies it to the replica anew. */
        public void repair(String name) {
            api.post("/admin/collections/" + name + "/repair", Json.object("instance", "replica", "force", true))
                    .expect(200);
        }

        public String reason(String name) {
            return mappings().stream()
                    .filter(mapping -> mapping.path().name().equals(name))
                    .flatMap(mapping -> mapping.places().values().stream())
                    .map(Place::reason)
                    .collect(Collectors.joining());
        }

        public Set<PlaceState> states(String name) {
            return mappings().stream()
                    .filter(mapping -> mapping.path().name().equals(name))
                    .flatMap(mapping -> mapping.places().values().stream())
                    .map(Place::state)
                    .collect(Collectors.toSet());
        }

        public Set<Mapping> mappings() {
            return Set.copyOf(wal.reader().mappings());
        }

        public void awaitStates(int collections, PlaceState... states) {
            Awaitility.await("places in " + Set.of(states)).atMost(LONG).untilAsserted(() -> {
                Set<Mapping> mappings = mappings();
                assertEquals(collections, mappings.size());
                for (Mapping mapping : mappings) {
                    assertEquals(2, mapping.places().size(), mapping.toString());
                    Set<PlaceState> found =
                            mapping.places().values().stream().map(Place::state).collect(Collectors.toSet());
                    assertEquals(Set.of(states), found, mapping.toString());
                }
            });
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
