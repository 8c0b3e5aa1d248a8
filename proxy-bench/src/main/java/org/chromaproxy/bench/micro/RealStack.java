package org.chromaproxy.bench.micro;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.Folders;
import org.chromaproxy.bench.process.LogDatabase;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Servers;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.LocalFolders;

/** The whole of it, a process each: two real Chroma servers, PostgreSQL, the proxy. In a folder that goes with it. */
record RealStack(Path folder, LogDatabase database, ChromaServer primary, ChromaServer replica, Server proxy)
        implements AutoCloseable {
    static RealStack start() {
        Path folder = newFolder();
        LogDatabase database = LogDatabase.start(folder.resolve("postgres"));
        Servers servers = new Servers(folder);
        ChromaServer primary = servers.chroma("primary");
        ChromaServer replica = servers.chroma("replica");
        Server proxy = servers.proxy(
                URI.create(primary.url()), URI.create(replica.url()), Map.of("DATABASE_URL", database.freshDatabase()));
        return new RealStack(folder, database, primary, replica, proxy);
    }

    /** A new folder below the build's. */
    static Path newFolder() {
        try {
            return Files.createTempDirectory(Files.createDirectories(LocalFolders.build("bench")), "micro-");
        } catch (IOException e) {
            throw new BenchException("no folder for the processes", e);
        }
    }

    /** How its clients see it. Thread-safe. */
    Chroma client() {
        return new Chroma(proxy.url());
    }

    @Override
    public void close() {
        proxy.close();
        primary.close();
        replica.close();
        database.close();
        delete(folder);
    }

    static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new BenchException("cannot delete " + folder, e);
        }
    }
}
