package org.chromaproxy.wal.append;

import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.PostgresServer;

/** The contract on the PostgreSQL that comes in a jar. */
class LogWriterTest extends LogWriterContract {
    @Override
    PostgresServer server() {
        return EmbeddedServer.shared();
    }
}
