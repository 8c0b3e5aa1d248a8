package org.chromaproxy.wal.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** The real PostgreSQL, unpacked from a jar and run on loopback; one per JVM, ended with it. */
public final class EmbeddedServer extends PostgresServer {
    private static final class Holder {
        static final EmbeddedServer SHARED = new EmbeddedServer();
    }

    private final EmbeddedPostgres postgres;

    private EmbeddedServer() {
        try {
            postgres = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "200")
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static EmbeddedServer shared() {
        return Holder.SHARED;
    }

    @Override
    protected String url(String database) {
        return "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + database;
    }

    @Override
    protected String user() {
        return "postgres";
    }

    @Override
    protected String password() {
        return "postgres";
    }
}
