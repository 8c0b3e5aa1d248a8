package org.chromaproxy.wal.append;

import org.chromaproxy.wal.testkit.DockerServer;
import org.chromaproxy.wal.testkit.PostgresServer;
import org.junit.jupiter.api.Tag;

/** The contract on the PostgreSQL image people deploy, fsync and all. */
@Tag("docker")
class LogWriterDockerTest extends LogWriterContract {
    @Override
    PostgresServer server() {
        return DockerServer.shared();
    }
}
