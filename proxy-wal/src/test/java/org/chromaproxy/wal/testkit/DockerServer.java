package org.chromaproxy.wal.testkit;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** PostgreSQL in a container; one per JVM, removed with it. */
public final class DockerServer extends PostgresServer {
    private static final class Holder {
        static final DockerServer SHARED = new DockerServer();
    }

    private static final int PORT = 5432;
    private static final String PASSWORD = "test";

    private final GenericContainer<?> container;

    // The container lives as long as the JVM; Testcontainers removes it then.
    @SuppressWarnings("resource")
    private DockerServer() {
        container = new GenericContainer<>("postgres:18")
                .withEnv("POSTGRES_PASSWORD", PASSWORD)
                .withExposedPorts(PORT)
                // The server starts twice: once for its own set-up, then for real.
                .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2));
        container.start();
    }

    public static DockerServer shared() {
        return Holder.SHARED;
    }

    @Override
    protected String url(String database) {
        return "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(PORT) + "/" + database;
    }

    @Override
    protected String user() {
        return "postgres";
    }

    @Override
    protected String password() {
        return PASSWORD;
    }
}
